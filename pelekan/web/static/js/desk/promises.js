// What the answer that is being written promises: seen while one writes, corrected or taken out before it goes.
import { ask, form, fragment, settle } from "./common.js";

/** `place` shows the chips, `url` looks at the text, `words()` is the text now. Returns `look()`, `values()` and `reset()`. */
export function promises({ place, url, words }) {
  const dropped = new Set(), typed = new Map();
  let shown = "";

  const values = () => ({ promise_drop: [...dropped], promise_at: [...typed].map(([said, at]) => `${said}\t${at}`) });
  async function fetchChips() {
    const text = words();
    shown = text;
    if (!text.trim()) { place.replaceChildren(); return; }
    const answer = await ask(url, { body: form({ text, ...values() }) }).catch(() => null);
    if (!answer?.ok || text !== shown || place.contains(document.activeElement) && document.activeElement.matches("input")) return;
    const fresh = await answer.text();
    place.replaceChildren(fragment(fresh));
  }
  const look = settle(fetchChips, 800);

  place.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-promise]");
    if (!chip) return;
    if (event.target.closest("[data-promise-drop]")) dropped.add(chip.dataset.promise);
    else if (event.target.closest("[data-promise-back]")) dropped.delete(chip.dataset.promise);
    else return;
    fetchChips();
  });
  place.addEventListener("change", (event) => {
    const field = event.target.closest("[data-promise-at]");
    if (!field) return;
    const said = field.closest("[data-promise]").dataset.promise;
    if (field.value.trim()) typed.set(said, field.value.trim()); else typed.delete(said);
    field.blur();
    fetchChips();
  });
  place.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("[data-promise-at]")) return;
    event.preventDefault();
    event.target.dispatchEvent(new Event("change", { bubbles: true }));
  });

  return { look, values, reset() { dropped.clear(); typed.clear(); shown = ""; look.cancel?.(); place.replaceChildren(); } };
}
