// Walking through a list with j/k or the arrows: any element with data-rove; in it, the links of the
// children with data-id are the stops.
import { register } from "./keys.js";

export const stops = (list) => [...list.querySelectorAll("[data-id]")]
  .map((el) => (el.matches("a, button, [tabindex]") ? el : el.querySelector("a, button, [tabindex]")))
  .filter((el) => el?.checkVisibility({ contentVisibilityAuto: false }) ?? false);

export function walk(list, by) {
  const all = stops(list);
  if (!all.length) return null;
  const at = all.findIndex((el) => el === document.activeElement || el.closest("[data-id]").contains(document.activeElement));
  const from = at >= 0 ? at : all.findIndex((el) => el.getAttribute("aria-current") === "true");
  const next = all[Math.min(all.length - 1, Math.max(0, from + by))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  next.dispatchEvent(new CustomEvent("rove", { bubbles: true }));
  return next;
}

const list = () => document.activeElement?.closest("[data-rove]") || document.querySelector("[data-rove]");
const words = document.querySelector("[data-keys]")?.dataset.move || "";
register("j", words, () => { const l = list(); if (l) walk(l, 1); }, "", { shown: "j / k" });
register("k", "", () => { const l = list(); if (l) walk(l, -1); });

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
  const inside = event.target.closest?.("[data-rove]");
  if (!inside || event.target.matches("input, textarea, select, [contenteditable]")) return;
  event.preventDefault();
  const all = stops(inside);
  if (event.key === "Home") all[0]?.focus();
  else if (event.key === "End") all.at(-1)?.focus();
  else walk(inside, event.key === "ArrowDown" ? 1 : -1);
});

// after htmx has replaced what had the focus, the focus goes to the same place: same id, or the list's open row
let lost = null;
document.addEventListener("htmx:beforeSwap", () => {
  const el = document.activeElement;
  lost = el && el !== document.body ? { id: el.id, rove: !!el.closest("[data-rove]"), el } : null;
});
document.addEventListener("htmx:afterSettle", () => {
  if (!lost || lost.el.isConnected || document.activeElement !== document.body) return;
  const again = (lost.id && document.getElementById(lost.id)) || (lost.rove && document.querySelector('[data-rove] [aria-current="true"], [data-rove] [data-id] a'));
  if (again) again.focus({ preventScroll: true });
  lost = null;
});
