// Undo send: an answer that waits some seconds shows on its ticket, and to its writer wherever he went meanwhile.
// What is true stands on the server; here are only the seconds and the way back.
import { register } from "../keys.js";
import { ask, complain, digits, form, fragment, say, words } from "./common.js";

const KEPT = "desk.pending";
let mine = []; // { id, words, undo_url, until }
try { mine = JSON.parse(sessionStorage.getItem(KEPT) || "[]").filter((one) => one.until > Date.now()); } catch { /* then only this page knows */ }
const keep = () => { try { sessionStorage.setItem(KEPT, JSON.stringify(mine)); } catch { /* as above */ } };
const cards = () => [...document.querySelectorAll("[data-pending]")];
let open = null; // shows a ticket in its pane
let timer = 0;

export function begin(show) { open = show; watch(); }

/** The server keeps what was just sent for some seconds; `header` is what it says of it. */
export function sent(header) {
  if (!header) return;
  const { left_ms, ...one } = JSON.parse(header);
  mine.push({ ...one, until: Date.now() + left_ms });
  keep();
  watch();
}

/** What waits on the open ticket, as it came with the page or was brought now. */
export function place(part) {
  const here = document.getElementById("pending");
  if (!here || !part) return;
  const ids = (root) => [...root.querySelectorAll("[data-pending]")].map((one) => one.dataset.pending).join(" ");
  if (ids(part.content) !== ids(here)) here.replaceChildren(part.content.cloneNode(true));
  watch();
}

/** Take back the last answer that waits: on this ticket, else wherever it is. */
export function undoLast() {
  const button = [...document.querySelectorAll("#pending [data-undo-send]")].at(-1) || [...document.querySelectorAll(".toast [data-undo-send]")].at(-1);
  if (button) undo(button);
  return Boolean(button);
}

async function undo(button) {
  button.disabled = true;
  const holds = [];
  document.getElementById("ticket-page")?.dispatchEvent(new CustomEvent("keep-draft", { detail: holds }));
  await Promise.all(holds);
  const address = button.dataset.undoSend;
  const answer = await ask(address, { body: form({}) }).catch(() => null);
  if (!answer) { button.disabled = false; return complain(words.offline); }
  mine = mine.filter((one) => one.undo_url !== address);
  keep();
  toasts();
  if (!answer.ok) { button.remove(); document.dispatchEvent(new CustomEvent("desk-changed", { detail: {} })); return complain(fragment(await answer.text()).textContent.trim()); }
  const { ticket } = await answer.json();
  if (open) await open(ticket); else location.assign(ticket);
  document.getElementById("editor-reply")?.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-undo-send]");
  if (button) undo(button);
});
register("z", "", () => { undoLast(); });

// ── the seconds ───────────────────────────────────────────────────────────────────────────────────────────────

function toasts() {
  const region = document.getElementById("toasts");
  if (!region) return;
  const waiting = new Set(mine.map((one) => String(one.id)));
  for (const line of region.querySelectorAll("[data-toast-of]")) if (!waiting.has(line.dataset.toastOf)) line.remove();
  const shown = new Set(cards().map((card) => card.dataset.pending));
  for (const one of mine) {
    let line = region.querySelector(`[data-toast-of="${one.id}"]`);
    if (shown.has(String(one.id))) { line?.remove(); continue; }
    if (!line) {
      line = document.createElement("div");
      line.className = "toast";
      line.dataset.toastOf = one.id;
      const text = Object.assign(document.createElement("span"), { textContent: one.words, dir: "auto" });
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button button--small" });
      button.dataset.undoSend = one.undo_url;
      line.append(text, button);
      region.append(line);
    }
    line.querySelector("button").textContent = `${region.dataset.undo} ${say(words.seconds, digits(left(one.until)))}`;
  }
}

const left = (until) => Math.max(0, Math.ceil((until - Date.now()) / 1000));

function tick() {
  for (const card of cards()) {
    card.dataset.until ||= Date.now() + Number(card.dataset.left);
    const place = card.querySelector("[data-seconds]");
    const text = say(words.seconds, digits(left(Number(card.dataset.until))));
    if (place.textContent !== text) place.textContent = text;
  }
  // where no live line pokes, the page looks by itself when the time is over
  if (cards().some((card) => Number(card.dataset.until) + 1500 < Date.now() && !card.dataset.asked && (card.dataset.asked = "1"))) document.dispatchEvent(new CustomEvent("desk-changed", { detail: {} }));
  const before = mine.length;
  mine = mine.filter((one) => one.until > Date.now());
  if (mine.length !== before) keep();
  toasts();
  if (!cards().length && !mine.length) { clearInterval(timer); timer = 0; }
}

function watch() {
  tick();
  if (!timer && (cards().length || mine.length)) timer = setInterval(tick, 250);
}
