// The bell: its count, its lines when it opens, and the browser's own notices where they were allowed.
import { ask, form, fragment, later, live, myself } from "./common.js";

const bell = document.getElementById("bell");
const RINGS = new Set(["bell.rung", "bell.read", "resync"]);
let since = Number(document.querySelector('meta[name="live-id"]')?.content || 0);

function show({ unread, words }) {
  for (const count of document.querySelectorAll("[data-bell-count]")) {
    count.textContent = words;
    count.hidden = !unread;
  }
}

async function look() {
  const answer = await ask(`${bell.dataset.news}?after=${since || ""}`).catch(() => null);
  if (!answer?.ok) return;
  const found = await answer.json();
  show(found);
  if (found.last) since = Math.max(since, found.last);
  found.news.forEach(notify);
  if (bell.open) fill();
}

/** Tabs of one browser share the tag, so it shows once; whoever looks at the desk needs none. */
function notify({ id, title, body, url }) {
  if (!("Notification" in window) || Notification.permission !== "granted" || document.hasFocus()) return;
  const { lang, dir } = document.documentElement;
  const shown = new Notification(title, { body, lang, dir, tag: `bell-${id}`, icon: "/static/icon.svg" });
  shown.onclick = () => { window.focus(); location.assign(url); shown.close(); };
}

async function fill() {
  const answer = await ask(bell.dataset.lines).catch(() => null);
  if (!answer?.ok) return;
  const lines = document.getElementById("bell-lines");
  lines.replaceChildren(fragment(await answer.text()));
  window.htmx?.process(lines);
}

if (bell) {
  bell.addEventListener("toggle", () => bell.open && fill());
  bell.querySelector("[data-bell-all]").addEventListener("click", async () => {
    await ask(bell.dataset.read, { body: form({ all: 1 }) }).catch(() => null);
    look();
  });
  document.addEventListener("click", (event) => {
    const line = event.target.closest("[data-bell]");
    if (line?.classList.contains("bell__line--unread")) ask(bell.dataset.read, { body: form({ id: line.dataset.bell }), keepalive: true }).catch(() => {});
  });
  const soon = later(look, 300);
  if (myself) live()?.on(myself, (poke) => RINGS.has(poke.name) && soon());
  look();
}

// asked for only where someone clicks
const allow = document.querySelector("[data-allow]");
function allowed() {
  if (!allow || !("Notification" in window)) return;
  allow.hidden = Notification.permission !== "default";
  document.querySelector("[data-allow-granted]").hidden = Notification.permission !== "granted";
  document.querySelector("[data-allow-denied]").hidden = Notification.permission !== "denied";
}
document.querySelector("[data-allow-ask]")?.addEventListener("click", () => Notification.requestPermission().then(allowed));
allowed();
