// What every page of the workspace shares: the live line, requests, dialogs, sound, and words with a name in them.
import { connect } from "../live.js";
import { open } from "../dialogs.js";
import { toast } from "../toasts.js";
import { bring as climb } from "./climb.js";
import "./picker.js";

const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content || "";
export const own = meta("live-topics").split(" ").filter(Boolean);
export const myself = own[0] || ""; // "agent:5"
export const words = JSON.parse(document.getElementById("desk-words")?.textContent || "{}");

let line = null;
export function live() {
  if (!line && myself) line = connect({ ticketUrl: "/desk/live-ticket/", key: myself, topics: own });
  return line;
}

/** Listen to these besides one's own topics. */
export function follow(topics) {
  live()?.follow([...own, ...topics]);
}

const token = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";

/** A request of ours. Redirects to sign in are followed; anything else comes back as it is. */
export async function ask(url, { body, ...options } = {}) {
  const headers = { "HX-Request": "true", "X-CSRFToken": token(), ...options.headers };
  const answer = await fetch(url, { ...options, method: body ? "POST" : "GET", body, headers, cache: "no-store" });
  const there = answer.headers.get("HX-Redirect");
  if (there) location.assign(there);
  return answer;
}

export function form(values) {
  const body = new FormData();
  for (const [name, value] of Object.entries(values)) for (const one of [value].flat()) body.append(name, one ?? "");
  return body;
}

export const say = (sentence, name) => sentence.replace("{name}", `\u2068${name}\u2069`);

export function fragment(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content;
}

/** At most once in `wait` ms, the last call always counts. */
export function later(fn, wait) {
  let timer = 0;
  return (...args) => {
    if (timer) return;
    timer = setTimeout(() => { timer = 0; fn(...args); }, wait);
  };
}

export function settle(fn, wait) {
  let timer = 0;
  const soon = (...args) => { clearTimeout(timer); timer = setTimeout(() => fn(...args), wait); };
  soon.cancel = () => clearTimeout(timer);
  return soon;
}

/** Digits as the server writes them for this person. */
export function digits(number) {
  const zero = document.documentElement.dataset.digits || "0";
  const base = { "۰": 0x06f0, "٠": 0x0660 }[zero];
  return base ? String(number).replace(/\d/g, (digit) => String.fromCharCode(base + Number(digit))) : String(number);
}

// dialogs are fetched when they are opened: what they show is true then
document.addEventListener("click", async (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (!opener) return;
  event.preventDefault();
  opener.setAttribute("aria-busy", "true");
  try {
    const answer = await ask(opener.dataset.dialog);
    if (!answer.ok) return complain(words.failed);
    const slot = document.getElementById("dialogs");
    let html = await answer.text();
    // on the board of chats there is no head to swap: the panes freshen themselves
    if (!document.getElementById("head")) html = html.replaceAll('hx-target="#head" hx-swap="outerHTML"', 'hx-swap="none"');
    window.htmx.swap(slot, html, { swapStyle: "innerHTML" });
    slot.querySelectorAll("form[data-climb]").forEach(climb);
    open(slot.querySelector("dialog"));
  } catch {
    complain(words.offline);
  } finally {
    opener.removeAttribute("aria-busy");
  }
});

// dialogs: a day that is typed chooses "a day"; the priority shows as it follows
document.addEventListener("input", (event) => {
  const chooses = event.target.dataset.chooses;
  if (chooses) event.target.form.querySelector(`[value="${chooses}"]`).checked = true;
  const form = event.target.closest("form");
  const grid = form?.querySelector("[data-grid]");
  if (grid) {
    const now = new FormData(form);
    const pair = `${now.get("impact")}-${now.get("urgency")}`;
    for (const el of grid.querySelectorAll("[data-pair]")) el.hidden = el.dataset.pair !== pair;
    for (const el of form.querySelectorAll("[data-choose]")) el.classList.toggle("matrix__cell--here", el.dataset.choose === pair);
  }
});

document.addEventListener("click", (event) => {
  const cell = event.target.closest("[data-choose]");
  if (!cell) return;
  const [impact, urgency] = cell.dataset.choose.split("-");
  for (const [name, value] of [["impact", impact], ["urgency", urgency]]) cell.closest("form").querySelector(`[name=${name}][value="${value}"]`).checked = true;
  cell.dispatchEvent(new Event("input", { bubbles: true }));
});

// an act that could not be done says so where it was asked for
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, elt } = event.detail;
  if (xhr.status !== 422) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
  event.detail.swapOverride = "innerHTML";
  const asked = event.detail.requestConfig?.elt ?? elt; // `elt` is what would have been replaced
  event.detail.target = asked.closest("dialog, form")?.querySelector("[data-told]") || asked.closest("dialog")?.querySelector("[data-told]") || document.getElementById("told") || event.detail.target;
});
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  complain(status === 404 ? words.gone : status === 403 ? words.forbidden : words.failed);
});
document.addEventListener("htmx:sendError", () => complain(words.offline));
document.addEventListener("htmx:beforeRequest", () => { const told = document.getElementById("told"); if (told) told.replaceChildren(); });

export function complain(sentence) {
  const place = document.getElementById("told");
  if (!place) { toast(sentence); return; }
  const line = document.createElement("div");
  line.className = "banner banner--breach";
  line.textContent = sentence;
  place.replaceChildren(line);
}

// the line's state, told only when it lasts
const down = settle(() => document.documentElement.classList.add("is-offline"), 4000);
document.addEventListener("live:down", () => down());
document.addEventListener("live:up", () => { down.cancel(); document.documentElement.classList.remove("is-offline"); });
document.addEventListener("live:out", () => location.reload());

// a sound for new chats: two soft notes, no file; may be switched off
const MUTED = "desk.muted";
export const muted = () => { try { return localStorage.getItem(MUTED) === "1"; } catch { return false; } };
let audio = null;
document.addEventListener("pointerdown", () => { audio ??= new AudioContext(); }, { once: true });
export function ring() {
  if (muted() || !audio) return;
  for (const [at, tone] of [[0, 660], [0.14, 880]]) {
    const note = audio.createOscillator();
    const volume = audio.createGain();
    const start = audio.currentTime + at;
    note.frequency.value = tone;
    volume.gain.setValueAtTime(0.0001, start);
    volume.gain.exponentialRampToValueAtTime(0.12, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.28);
    note.connect(volume).connect(audio.destination);
    note.start(start);
    note.stop(start + 0.3);
  }
}
export function showMuted() {
  for (const button of document.querySelectorAll("[data-sound]")) {
    button.setAttribute("aria-pressed", String(!muted()));
    const use = button.querySelector("use");
    use?.setAttribute("href", use.getAttribute("href").replace(/#.*/, muted() ? "#bell-off" : "#bell"));
  }
}
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-sound]")) return;
  try { localStorage.setItem(MUTED, muted() ? "" : "1"); } catch { /* then only for this page */ }
  showMuted();
});
showMuted();

// a sign of life while the page is looked at: chats come only to who is there
const alive = () => { if (!document.hidden && myself) ask("/desk/here/", { body: form({}) }).catch(() => {}); };
setInterval(alive, 60_000);
alive();
