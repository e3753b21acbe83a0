// Making elements, telling time, and drawing a thread so that nothing moves under a reader's eyes.

/** h("div.chat", { title: "…", onclick }, child, …): text is text, never markup. */
export function h(what, attributes = {}, ...children) {
  const [tag, ...classes] = what.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined && typeof child !== "boolean"));
  return element;
}

// Lucide, 24 × 24, strokes only.
const ICONS = {
  chat: "M7.9 20A9 9 0 1 0 4 16.1L2 22Z",
  mail: "M4 4h16a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zM22 7l-10 6L2 7",
  list: "M8 6h13M8 12h13M8 18h13M3 6h.01M3 12h.01M3 18h.01",
  help: "M12 22a10 10 0 1 0 0-20 10 10 0 0 0 0 20zM9.1 9a3 3 0 0 1 5.8 1c0 2-3 3-3 3M12 17h.01",
  ticket: "M2 9a3 3 0 0 1 0 6v2a2 2 0 0 0 2 2h16a2 2 0 0 0 2-2v-2a3 3 0 0 1 0-6V7a2 2 0 0 0-2-2H4a2 2 0 0 0-2 2zM13 5v2M13 17v2M13 11v2",
  back: "M15 18l-6-6 6-6",
  forward: "M9 18l6-6-6-6",
  close: "M18 6L6 18M6 6l12 12",
  down: "M6 9l6 6 6-6",
  more: "M12 13a1 1 0 1 0 0-2 1 1 0 0 0 0 2zM12 6a1 1 0 1 0 0-2 1 1 0 0 0 0 2zM12 20a1 1 0 1 0 0-2 1 1 0 0 0 0 2z",
  send: "M22 2L11 13M22 2l-7 20-4-9-9-4z",
  clip: "M21.4 11.1l-9.2 9.2a6 6 0 0 1-8.5-8.5l9.2-9.2a4 4 0 0 1 5.7 5.7l-9.2 9.2a2 2 0 0 1-2.8-2.8l8.5-8.5",
  file: "M15 2H6a2 2 0 0 0-2 2v16a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V7zM14 2v6h6",
  check: "M20 6L9 17l-5-5",
  checks: "M18 6L7 17l-5-5M22 10l-7.5 7.5L13 16",
  clock: "M12 22a10 10 0 1 0 0-20 10 10 0 0 0 0 20zM12 6v6l4 2",
  bot: "M12 8V4H8M6 8h12a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-8a2 2 0 0 1 2-2zM2 14h2M20 14h2M15 13v2M9 13v2",
  search: "M21 21l-4.3-4.3M11 19a8 8 0 1 0 0-16 8 8 0 0 0 0 16z",
  alert: "M12 22a10 10 0 1 0 0-20 10 10 0 0 0 0 20zM12 8v4M12 16h.01",
};

export function icon(name, turns = false) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", turns ? "icon icon--dir" : "icon");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

const LOCALE = { fa: "fa-IR-u-ca-persian-nu-arabext", ar: "ar-SA-u-ca-gregory-nu-arab", en: "en-GB" };

/** Hours, days and sizes in the visitor's calendar and digits. */
export class Clock {
  constructor(language, words) {
    this.words = words;
    this.hour = new Intl.DateTimeFormat(LOCALE[language], { hour: "2-digit", minute: "2-digit", hour12: false });
    this.date = new Intl.DateTimeFormat(LOCALE[language], { weekday: "long", day: "numeric", month: "long" });
    this.number = new Intl.NumberFormat(LOCALE[language], { maximumFractionDigits: 1 });
  }
  time(iso) {
    return this.hour.format(new Date(iso));
  }
  day(iso) {
    const days = midnight(new Date()) - midnight(new Date(iso));
    if (days < 43_200_000) return this.words.today;
    return days < 129_600_000 ? this.words.yesterday : this.date.format(new Date(iso));
  }
  size(bytes) {
    const [count, unit] = bytes < 1_048_576 ? [Math.max(1, Math.round(bytes / 1024)), "KB"] : [bytes / 1_048_576, "MB"];
    return `\u2066${this.number.format(count)} ${unit}\u2069`;
  }
}

function midnight(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

const LINK = /\bhttps?:\/\/[^\s<>"'«»()]+[^\s<>"'«»().,،؛:!?؟]/g;

/** Text with its addresses made into links. */
export function linked(text) {
  const parts = [];
  let at = 0;
  for (const match of text.matchAll(LINK)) {
    parts.push(text.slice(at, match.index));
    const attributes = { href: match[0], target: "_blank", rel: "noopener noreferrer nofollow" };
    parts.push(h("a.ltr", attributes, match[0]));
    at = match.index + match[0].length;
  }
  return [...parts, text.slice(at)];
}

/** Draw the lines of a thread into `list`, touching only what changed. `rows` are { key, look, make }. */
export function reconcile(list, rows) {
  const old = new Map([...list.children].map(child => [child.dataset.key, child]));
  let place = list.firstElementChild;
  for (const { key, look, make } of rows) {
    let element = old.get(key);
    old.delete(key);
    if (!element || element.dataset.look !== look) {
      const fresh = make();
      fresh.dataset.key = key;
      fresh.dataset.look = look;
      if (element) {
        if (place === element) place = fresh;
        element.replaceWith(fresh);
      }
      element = fresh;
    }
    if (element === place) place = place.nextElementSibling;
    else list.insertBefore(element, place);
  }
  for (const gone of old.values()) gone.remove();
}

/** Messages by id, the thin lines between them by time, what is on its way at the end. */
export function threadRows(desk, clock, make) {
  const rows = [];
  const told = [...(desk.thread?.lines ?? [])];
  let day = "";
  let before = null;
  const dayOf = at => {
    const name = clock.day(at);
    if (name === day) return;
    day = name;
    before = null;
    rows.push({ key: `day ${name}`, look: name, make: () => h("li.chat__day", {}, name) });
  };
  const tell = line => {
    dayOf(line.at);
    before = null;
    rows.push({ key: `line ${line.id}`, look: line.text, make: () => h("li.chat__event", {}, line.text) });
  };
  const messages = [...desk.messages.values()].sort((one, other) => one.id - other.id);
  const lastOwn = messages.findLast(message => message.from === "you");
  for (const message of messages) {
    while (told.length && told[0].at < message.at) tell(told.shift());
    dayOf(message.at);
    const state = message === lastOwn ? (desk.thread.read >= message.id ? "seen" : "sent") : "";
    const who = message.from === "you" ? "you" : `${message.from} ${message.agent?.name ?? ""}`;
    const next = before?.who === who && new Date(message.at) - before.at < 300_000;
    before = { who, at: new Date(message.at) };
    const asks = desk.asks(message) ? "asks" : message.verify?.text ?? "";
    const look = `${state} ${next} ${message.text.length} ${asks} ${lookOf(message.guide)} ${desk.offers(message)}`;
    rows.push({ key: `m ${message.client_id || message.id}`, look, make: () => make.message(message, state, next) });
  }
  told.forEach(tell);
  for (const item of desk.waiting) {
    const look = `${item.bad ?? ""} ${desk.offline}`;
    rows.push({ key: `m ${item.client_id}`, look, make: () => make.waiting(item) });
  }
  return rows;
}

/** What of the steps is on screen: another look is drawn anew. */
const lookOf = guide => (guide ? JSON.stringify([guide.steps.map(one => [one.done, one.stuck]), guide.said, guide.asks]) : "");
