// The one register of keyboard shortcuts. Declared in the page (data-key="e" data-key-label="Escalate": the key clicks the
// element) or by a module: register("g", "Go", fn, "Ticket"). Keys are matched by what they write, and by their place on the
// keyboard when that writes Persian or Arabic, so "e" works whatever layout is on. "?" lists them all.
import { open } from "./dialogs.js";

const registered = new Map(); // key → {label, fn, scope, shown}

export function register(key, label, fn, scope = "", { shown = key } = {}) {
  registered.set(key, { label, fn, scope, shown });
  return () => registered.delete(key);
}

const typing = (el) => el?.closest?.("input:not([type=checkbox], [type=radio], [type=file], [type=button], [type=submit]), textarea, select, [contenteditable]:not([contenteditable=false])");
const visible = (el) => el.offsetParent !== null || el.getClientRects().length > 0;

export function keyOf(event) {
  if (event.key.length === 1 && event.key <= "\u007f") return event.key.toLowerCase();
  const place = /^(?:Key([A-Z])|Digit(\d))$/.exec(event.code);
  if (place) return (place[1] || place[2]).toLowerCase();
  return { BracketRight: "]", BracketLeft: "[", Slash: event.shiftKey ? "?" : "/", Comma: ",", Period: "." }[event.code] || (event.key === "؟" ? "?" : event.key);
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target) || document.querySelector("dialog[open]") || event.target.closest?.("details.menu[open]")) return;
  const key = keyOf(event);
  const entry = registered.get(key);
  if (entry) { event.preventDefault(); entry.fn(event); return; }
  const element = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(visible);
  if (!element) return;
  event.preventDefault();
  if (element.matches("input, textarea, [contenteditable]")) element.focus();
  else element.click();
});

// Ctrl+Enter sends the form one is writing in; Escape leaves the field, so that keys mean keys again
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = event.target.closest?.("form");
    if (form) { event.preventDefault(); form.requestSubmit(form.querySelector("[data-send]") || undefined); }
  } else if (event.key === "Escape" && typing(event.target) && !document.querySelector("dialog[open]") && !event.defaultPrevented) {
    event.target.blur();
  }
});

export function list() {
  const rows = new Map();
  for (const { label, scope, shown } of registered.values()) if (label) (rows.get(scope) || rows.set(scope, []).get(scope)).push([label, shown]);
  const seen = new Set();
  for (const el of document.querySelectorAll("[data-key][data-key-label]")) {
    if (!visible(el) || seen.has(el.dataset.key)) continue;
    seen.add(el.dataset.key);
    const scope = el.dataset.keyScope || el.closest("[data-key-scope]")?.dataset.keyScope || el.closest("[aria-label]:is(nav, section, aside, header)")?.getAttribute("aria-label") || "";
    (rows.get(scope) || rows.set(scope, []).get(scope)).push([el.dataset.keyLabel, el.dataset.key]);
  }
  return rows;
}

const table = document.querySelector("[data-keys]");
if (table) {
  register("?", table.dataset.help, () => {
    const make = (tag, text, className = "") => Object.assign(document.createElement(tag), { textContent: text, className });
    table.replaceChildren();
    for (const [scope, entries] of list()) {
      table.append(make("h3", scope || table.dataset.everywhere));
      for (const [label, key] of entries) {
        const shown = document.createElement("span");
        shown.className = "ltr";
        key.split(" ").forEach((part) => shown.append(part === "/" && key.length > 1 ? " / " : make("kbd", part, "key")));
        table.append(make("span", label), shown);
      }
    }
    open(document.getElementById("keys"));
  });
  document.addEventListener("click", (event) => { if (event.target.closest('[data-open="keys"]')) registered.get("?").fn(); }, true);
}
