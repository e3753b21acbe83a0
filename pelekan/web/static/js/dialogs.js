// <dialog>: data-open="id" opens, data-close and a click beside it close; the focus returns to where it was.
const cameFrom = new WeakMap();
let last; // a dialog that takes the place of another one leads back to where that one came from

export function open(dialog) {
  if (!dialog || dialog.open) return;
  if (document.activeElement !== document.body) last = document.activeElement;
  cameFrom.set(dialog, last);
  dialog.showModal();
  const first = dialog.querySelector("[autofocus], .dialog__body :is(input, select, textarea, button):not([type=hidden])");
  const group = first?.type === "radio" && [...dialog.querySelectorAll(`input[name="${CSS.escape(first.name)}"]`)];
  ((group && group.find((one) => one.checked)) || first)?.focus(); // arrows go on from what is chosen
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.open);
    if (dialog) { event.preventDefault(); open(dialog); }
    return;
  }
  const dialog = event.target.closest("dialog.dialog");
  if (!dialog) return;
  if (event.target.closest("[data-close]")) dialog.close();
  else if (event.target === dialog && event.detail > 0) {
    const box = dialog.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside && !dialog.querySelector("[data-changed]")) dialog.close();
  }
});

// a form in which something was typed is not thrown away by a slip of the mouse
document.addEventListener("input", (event) => {
  const form = event.target.closest("dialog.dialog form");
  if (form) form.dataset.changed = "";
});

document.addEventListener("close", (event) => {
  if (!event.target.matches?.("dialog.dialog")) return;
  event.target.querySelectorAll("[data-changed]").forEach((form) => delete form.dataset.changed);
  const before = cameFrom.get(event.target);
  if (before?.isConnected) before.focus();
}, true);

// an answer with the header `HX-Trigger: close-dialog` closes the dialog it came from
document.addEventListener("close-dialog", (event) => event.target.closest?.("dialog.dialog")?.close());
