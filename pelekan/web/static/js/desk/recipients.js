// Whom a mail goes to: shown before it goes, changed where one wants; those who were copied are one click away.

/** `via` is the choice of the way, or undefined. Returns `values()`, what is to be sent beside the text, and `reset()`. */
export function recipients(box, via) {
  const toggle = box.querySelector("[data-people-toggle]");
  const rows = [...box.querySelectorAll("[data-people]")];
  if (!toggle || !via) return { values: () => ({}), reset() {} };
  const here = () => rows.find((row) => row.dataset.people === via.value);
  let open = false;

  function show() {
    const row = here();
    toggle.hidden = !row || box.dataset.mode === "note";
    toggle.setAttribute("aria-expanded", String(open));
    for (const one of box.querySelectorAll("[data-marks-of]")) one.hidden = one.dataset.marksOf !== via.value || box.dataset.mode === "note";
    for (const one of rows) one.hidden = one !== row || !open || box.dataset.mode === "note";
    // who was copied by the customer should not be forgotten by chance
    if (row?.querySelector("[data-copy-to]") && !box.dataset.peopleSeen) { box.dataset.peopleSeen = "1"; open = true; show(); }
  }
  toggle.addEventListener("click", () => { open = !open; show(); if (open) here().querySelector("[data-to]").focus(); });
  via.addEventListener("change", show);
  new MutationObserver(show).observe(box, { attributeFilter: ["data-mode"] });
  for (const row of rows) {
    row.addEventListener("click", (event) => {
      const button = event.target.closest("[data-copy-to]");
      if (!button) return;
      const field = row.querySelector("[data-cc]");
      const there = field.value.split(/[\s,;،؛]+/).filter(Boolean);
      const added = button.dataset.copyTo.split(/[\s,;،؛]+/).filter((one) => !there.includes(one));
      field.value = [...there, ...added].join(", ");
      field.focus();
    });
    row.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  }
  show();

  return {
    values() {
      const row = here();
      if (!row) return {};
      const to = row.querySelector("[data-to]"), cc = row.querySelector("[data-cc]").value.trim();
      const values = {};
      if (to.value.trim() !== to.dataset.usual) values.to = to.value;
      if (cc) values.cc = cc;
      return values;
    },
    reset() {
      const row = here();
      for (const one of rows) one.querySelector("[data-cc]").value = "";
      if (!row) return;
      const to = row.querySelector("[data-to]");
      const all = `${to.dataset.usual}, ${to.value}`.split(/[\s,;،؛]+/).filter(Boolean);
      to.dataset.usual = to.value = [...new Set(all)].join(", "); // whom one wrote to takes part from now on
    },
  };
}
