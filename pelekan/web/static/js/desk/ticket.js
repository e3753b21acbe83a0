// The open ticket: new lines come at its end, its head and the customer's panel stay true, colleagues are seen.
import { ask, follow, form, fragment, later, live, myself, own, say, settle } from "./common.js";
import { begin as beginComposer } from "./composer.js";
import { place as placePending } from "./pending.js";

const page = () => document.getElementById("ticket-page");
const timeline = () => document.getElementById("timeline");
const box = () => document.getElementById("timeline-scroll");
let leave = [];

/** A ticket has come onto the page. */
export function begin() {
  leave.forEach((stop) => stop());
  leave = [];
  const here = page();
  if (!here) { follow([]); return; }
  const id = here.dataset.ticket;
  const topic = `ticket:${id}`;
  const talks = (here.dataset.talks || "").split(" ").filter(Boolean).map((talk) => `conversation:${talk}`);
  follow([topic, ...talks]);
  const line = live();
  if (line) {
    leave.push(line.on(topic, heard), line.hold(topic, "looking"));
    leave.push(line.onSay(topic, colleague), ...talks.map((talk) => line.onSay(talk, customer)));
  }
  here.querySelectorAll("#timeline-scroll iframe").forEach((frame) => { frame.loading = "eager"; });
  seenSoon();
  beginComposer(here, { freshen, typing: (public_) => tell(topic, talks, public_), lastSeen: () => lastSeen });
  lastSeen = Number(here.dataset.lastMessage) || 0;
}

// ── what is new ───────────────────────────────────────────────────────────────────────────────────────────────

let lastSeen = 0; // the newest message that stood before the reader's eyes for a while
let running = null;
let again = false;

export async function freshen() {
  if (running) { again = true; return running; }
  running = bring().finally(() => {
    running = null;
    if (again) { again = false; freshen(); }
  });
  return running;
}

async function bring() {
  const here = page();
  if (!here || here.dataset.gone) return;
  const answer = await ask(`${here.dataset.lines}?after=${here.dataset.lastEvent}`);
  if (page() !== here) return;
  if (answer.status === 404) { here.dataset.gone = "1"; here.dispatchEvent(new CustomEvent("ticket-gone", { bubbles: true })); return; }
  if (!answer.ok) return;
  const last = Number(answer.headers.get("X-Last-Event"));
  const message = Number(answer.headers.get("X-Last-Message"));
  const part = fragment(await answer.text());
  for (const state of part.querySelectorAll("template[data-delivery]")) {
    const place = timeline().querySelector(`[data-sending="${state.dataset.delivery}"]`);
    if (place && place.innerHTML !== state.innerHTML) {
      place.replaceChildren(state.content.cloneNode(true));
      window.htmx.process(place);
    }
    state.remove();
  }
  const seen = part.querySelector("template[data-seen-to]");
  if (seen) {
    for (const place of timeline().querySelectorAll("[data-seen]")) {
      if (Number(place.dataset.seen) <= Number(seen.dataset.seenTo)) place.replaceChildren(seen.content.cloneNode(true));
    }
    seen.remove();
  }
  const pending = part.querySelector("#pending-part");
  pending?.remove();
  placePending(pending);
  if (last > Number(here.dataset.lastEvent)) {
    here.dataset.lastEvent = last;
    if (message) here.dataset.lastMessage = message;
    const days = new Set([...timeline().querySelectorAll(".day")].map((day) => day.textContent));
    for (const day of part.querySelectorAll(".day")) if (days.has(day.textContent)) day.remove();
    for (const item of part.querySelectorAll("[data-message]")) if (document.getElementById(item.id)) item.remove();
    timeline().append(part);
    window.htmx.process(timeline());
    document.dispatchEvent(new Event("htmx:afterSettle"));
    seenSoon();
  }
}

/** Messages came or went, by a join, its undo or a split: the talk is shown anew; what is being written stays. */
async function renew() {
  const here = page();
  if (!here || here.dataset.gone) return;
  const answer = await ask(location.pathname.includes("/tickets/") ? location.pathname : here.dataset.lines.replace(/lines\/$/, ""));
  if (!answer.ok || page() !== here) return;
  const fresh = fragment(await answer.text());
  const there = fresh.getElementById("ticket-page");
  if (there?.dataset.ticket !== here.dataset.ticket) return;
  const atEnd = box().scrollHeight - box().scrollTop - box().clientHeight < 120;
  for (const id of ["hints", "timeline"]) document.getElementById(id).replaceWith(there.querySelector(`#${id}`));
  for (const name of ["lastEvent", "lastMessage", "talks"]) here.dataset[name] = there.dataset[name];
  const [via, ways] = [document.getElementById("via"), there.querySelector("#via")];
  if (via && ways) {
    const writing = here.querySelector('[data-editor="reply"]')?.textContent.trim();
    const chosen = via.value;
    via.replaceChildren(...ways.children);
    if (writing && [...via.options].some((one) => one.value === chosen)) via.value = chosen;
    if (via.value !== chosen) via.dispatchEvent(new Event("change", { bubbles: true }));
  }
  window.htmx.process(here);
  if (atEnd) box().scrollTop = box().scrollHeight;
  document.dispatchEvent(new Event("htmx:afterSettle"));
  seenSoon();
}
const renewSoon = later(renew, 200);

function heard(poke) {
  if (/^(call\.|ticket\.(joined|parted|split))/.test(poke.name)) refreshCalls();
  if (/^(guide\.|ticket\.(joined|parted|split))/.test(poke.name)) refreshGuides();
  if (/^(promise\.|ticket\.(frustrated|calmed|mood_changed|solved|reopened)|call\.)/.test(poke.name)) refreshCare();
  if (/^ticket\.(joined|parted|split|hint_refused)$/.test(poke.name) && !(poke.id <= Number(page()?.dataset.lastEvent))) renewSoon();
  else freshen();
  if (!/^(message|chat\.read)/.test(poke.name)) {
    refreshHead();
    refreshBeside();
  } else if (poke.name !== "chat.read") refreshHead();
}

/** A part is replaced only while nobody works in it; else when he leaves it. */
function quietly(selector, url, swap) {
  const part = document.querySelector(selector);
  if (!part) return;
  if (part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select, summary, button") || part.querySelector("details.menu[open]")) {
    part.addEventListener("focusout", () => setTimeout(() => quietly(selector, url, swap), 150), { once: true });
    return;
  }
  ask(url()).then(async (answer) => {
    if (!answer.ok || !document.querySelector(selector)) return;
    window.htmx.swap(selector, await answer.text(), { swapStyle: swap });
    const why = document.querySelector(`${selector} .traced`); // kept as it was; who reads in it is not disturbed
    if (why && !why.querySelector("details[open]")) window.htmx.trigger(why, "renew");
  }).catch(() => {});
}

const refreshHead = later(() => page() && !page().dataset.gone && quietly("#head", () => page().dataset.head + `?in=${page().dataset.in}`, "outerHTML"), 250);
const refreshBeside = later(() => page() && !page().dataset.gone && quietly("#beside-part", () => page().dataset.beside, "innerHTML"), 400);

const refreshCalls = later(() => {
  const cards = document.getElementById("calls");
  if (page() && !page().dataset.gone && cards && !cards.querySelector("input:checked, input[name=text]:not(:placeholder-shown)")) quietly("#calls", () => cards.dataset.calls, "outerHTML");
}, 250);

// which lists are open stays; the focus stays on its tick
const refreshGuides = later(async () => {
  const cards = document.getElementById("guides");
  if (!page() || page().dataset.gone || !cards) return;
  const answer = await ask(cards.dataset.guides).catch(() => null);
  if (!answer?.ok || !cards.isConnected) return;
  const state = new Map([...cards.querySelectorAll("details")].map((one) => [one.id, one.open]));
  const focused = cards.contains(document.activeElement) ? document.activeElement.id : "";
  const fresh = fragment(await answer.text());
  for (const one of fresh.querySelectorAll("details")) if (state.has(one.id)) one.open = state.get(one.id);
  cards.replaceChildren(...fresh.getElementById("guides").childNodes);
  window.htmx.process(cards);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}, 250);

const refreshCare = later(() => {
  const cards = document.getElementById("care");
  if (page() && !page().dataset.gone && cards && !cards.querySelector("details[open]")) quietly("#care", () => cards.dataset.care, "outerHTML");
}, 250);

// other service levels: the poke is for all tickets of a step at once, and comes while hundreds are planned anew
const clocksAtLeisure = later(() => { refreshHead(); refreshBeside(); }, 2000);
for (const topic of own) live()?.on(topic, (poke) => { if (poke.name === "timers.replanned") clocksAtLeisure(); });

// the number is dialled: what is left to say is how it ended
document.addEventListener("click", (event) => {
  const number = event.target.closest("[data-call-number]");
  if (number) setTimeout(() => number.closest(".call").querySelector("[name=outcome]")?.focus(), 200);
});

// what I did myself shows at once, live line or not
document.addEventListener("desk-changed", (event) => {
  if (!page()) return;
  freshen();
  refreshBeside();
  const { ticket, message } = event.detail || {};
  if (message) document.getElementById(`message-${message}`)?.querySelector(".sheet__remote")?.remove();
  if (ticket && String(ticket) !== page().dataset.ticket) return;
  refreshGuides();
  if (event.target === document) refreshHead();
});

// ── what was read ─────────────────────────────────────────────────────────────────────────────────────────────

const seenSoon = settle(() => {
  const here = page();
  if (!here || document.hidden) return;
  const end = box().scrollHeight - box().scrollTop - box().clientHeight < 120;
  const last = Number(here.dataset.lastMessage);
  if (!end || !last) return;
  lastSeen = last;
  if (last > Number(here.dataset.read)) {
    here.dataset.read = last;
    ask(here.dataset.mark, { body: form({ message: last }) }).catch(() => {});
  }
}, 1200);
document.addEventListener("visibilitychange", () => { if (!document.hidden) { seenSoon(); if (page()) freshen(); } });
document.addEventListener("scroll", (event) => { if (event.target === box()) seenSoon(); }, true);

// ── what was earlier ──────────────────────────────────────────────────────────────────────────────────────────

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-earlier]");
  if (!button) return;
  button.setAttribute("aria-busy", "true");
  const answer = await ask(button.dataset.earlier).catch(() => null);
  if (!answer?.ok) return;
  const scroll = box();
  const fromEnd = scroll.scrollHeight - scroll.scrollTop;
  const part = fragment(await answer.text());
  const firstDay = timeline().querySelector(".day");
  if (firstDay && [...part.querySelectorAll(".day")].at(-1)?.textContent === firstDay.textContent) firstDay.remove();
  document.getElementById("earlier").replaceWith(part);
  window.htmx.process(timeline());
  scroll.scrollTop = scroll.scrollHeight - fromEnd;
});

// ── who else is here ──────────────────────────────────────────────────────────────────────────────────────────

const others = new Map(); // agent:6 → { name, until, typing }
function colleague(word) {
  if (word.from === myself || !word.from?.startsWith("agent:")) return;
  const known = others.get(word.from) || { name: word.name, until: 0, typing: 0 };
  const until = word.keep ? Date.now() + word.keep * 1000 : 0;
  if (word.kind === "looking") known.until = until;
  if (word.kind === "typing") known.typing = until || Date.now() + 5000;
  if (word.name) known.name = word.name;
  others.set(word.from, known);
  showOthers();
}

function showOthers() {
  const place = document.getElementById("looking");
  const here = page();
  if (!place || !here) return;
  const now = Date.now();
  for (const [key, one] of others) if (one.until < now && one.typing < now) others.delete(key);
  const writing = [...others.values()].find((one) => one.typing > now);
  const looking = [...others.values()].filter((one) => one.until > now).map((one) => one.name);
  const text = writing ? say(here.dataset.typing, writing.name) : looking.length ? say(here.dataset.looking, looking.join("، ")) : "";
  if (place.textContent !== text) place.textContent = text;
}
setInterval(showOthers, 2000);

let quiet = 0;
function customer(word) {
  if (word.kind !== "typing" || word.from?.startsWith("agent:")) return;
  const place = document.getElementById("typing");
  const here = page();
  if (!place || !here) return;
  clearTimeout(quiet);
  const off = word.data === false || word.data?.on === false;
  if (!place.firstChild && !off) {
    const dots = document.createElement("span");
    dots.className = "typing__dots";
    dots.append(...[0, 1, 2].map(() => document.createElement("i")));
    place.append(dots, say(here.dataset.customerTyping, here.dataset.customer));
  }
  if (off) place.replaceChildren();
  quiet = setTimeout(() => place.replaceChildren(), 6000);
}

let told = 0;
function tell(topic, talks, public_) {
  if (Date.now() - told < 2500) return;
  told = Date.now();
  live()?.say(topic, "typing", null, 5);
  if (public_) for (const talk of talks) live()?.say(talk, "typing", null, 5);
}

// ── the subject, in place ─────────────────────────────────────────────────────────────────────────────────────

document.addEventListener("change", (event) => { if (event.target.matches("[data-rename]")) event.target.form.requestSubmit(); });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches?.("[data-rename]")) event.target.value = event.target.defaultValue;
});
