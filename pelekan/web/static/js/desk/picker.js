// A list of categories that narrows while one types; arrow keys go from the field into it, Enter chooses the only one.
const fold = (text) => text.toLowerCase().replace(/[يى]/g, "ی").replace(/ك/g, "ک").replace(/[ةۀ]/g, "ه").replace(/[أإآ]/g, "ا").replace(/[\u200c\u00a0]/g, " ").trim();

const entries = (picker) => [...picker.querySelectorAll("[role=radiogroup] .pick:not([hidden]) input")];

document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-find]")) return;
  const picker = event.target.closest("[data-picker]");
  const wanted = fold(event.target.value).split(/\s+/).filter(Boolean);
  for (const one of picker.querySelectorAll(".pick")) {
    const words = fold(one.dataset.words);
    one.hidden = !wanted.every((word) => words.includes(word)) && !one.querySelector("[type=checkbox]:checked");
  }
  picker.querySelector("[data-none]").hidden = entries(picker).length > 0;
});

document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.("[data-find]")) return;
  const shown = entries(event.target.closest("[data-picker]"));
  if (event.key === "ArrowDown" && shown.length) {
    event.preventDefault();
    const first = shown.find((one) => one.checked) ?? shown[0];
    first.checked = true;
    first.focus();
  } else if (event.key === "Enter" && shown.length) {
    event.preventDefault();
    if (event.target.value && !shown.some((one) => one.checked)) shown[0].checked = true;
    event.target.form.requestSubmit();
  }
});

document.addEventListener("click", (event) => {
  const pick = event.target.closest("[data-pick]");
  if (!pick) return;
  const entry = pick.closest("[data-picker]").querySelector(`[name=category][value="${pick.dataset.pick}"]`);
  entry.checked = true;
  entry.focus();
});
