// Handing a ticket over: what the chosen team asks for, and a reason where nobody there has the skill. The server asks the
// same again.
export function bring(form) {
  const team = form.querySelector('input[name="team"]:checked');
  const asks = (team?.dataset.asks || "").split(" ").filter(Boolean);
  for (const field of form.querySelectorAll("[data-pack]")) {
    const asked = asks.includes(field.dataset.pack);
    field.classList.toggle("pack-form__field--asked", asked);
    field.querySelector("input, textarea").required = asked;
  }
  const despite = form.querySelector("[data-despite]");
  if (!despite) return;
  const unfit = Boolean(form.querySelector("input:checked[data-unfit], option:checked[data-unfit]"));
  despite.hidden = !unfit;
  despite.querySelector("textarea").required = unfit;
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-climb]");
  if (form && event.target.matches('[name="team"], [name="agent"]')) bring(form);
});

document.addEventListener("click", (event) => {
  const more = event.target.closest("[data-pack-more]");
  if (!more) return;
  const form = more.closest("[data-pack-form]");
  const first = [...form.querySelectorAll("[data-pack]")].find((field) => getComputedStyle(field).display === "none");
  form.classList.add("pack-form--all");
  first?.querySelector("input, textarea").focus();
});

// what a reader opened or closed stays so when the part is brought up to date
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target?.id !== "climb") return;
  const before = document.getElementById("pack");
  const after = event.detail.fragment?.querySelector?.("#pack");
  if (before && after && before.querySelector("time")?.dateTime === after.querySelector("time")?.dateTime) after.open = before.open;
});
