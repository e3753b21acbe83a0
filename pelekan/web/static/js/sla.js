// The editor of a service level: a step shows only what belongs to its moment and its act.
document.addEventListener("change", (event) => {
  const step = event.target.closest("[data-step]");
  if (!step) return;
  if (event.target.matches(".step__how")) step.dataset.how = event.target.value;
  if (event.target.matches(".step__act")) {
    step.dataset.act = event.target.value;
    const say = step.querySelector(".step__say");
    if (event.target.value === "call" && ![...say.querySelectorAll("textarea")].some((text) => text.value)) say.open = true;
  }
});
