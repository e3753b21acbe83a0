// What the frame remembers, and the line of messages on their way. Kept in the frame's own storage, which
// browsers part by site. Where a browser forbids that to frames, the site's page keeps it for us (`lend`), but never
// the token of a signed-in user; where there is no page, memory does. One owner at a time: an anonymous visitor, or one
// user of the site. What belongs to one is never read for another.

const memory = new Map();
let tellSite = () => {};

function area(kind, told) {
  try {
    const found = window[kind];
    found.setItem("pelekan-probe", "1");
    found.removeItem("pelekan-probe");
    return found;
  } catch {
    const map = kind === "localStorage" ? memory : new Map();
    return {
      getItem: name => map.get(name) ?? null,
      setItem: (name, value) => (map.set(name, String(value)), told(name, String(value))),
      removeItem: name => (map.delete(name), told(name, null)),
      key: at => [...map.keys()][at] ?? null,
      get length() {
        return map.size;
      },
      lent: true,
    };
  }
}

const lasting = area("localStorage", (name, value) => tellSite(name, value));
const passing = area("sessionStorage", () => {});

/** What the site's page has kept for us, and how to tell it of more. Only used where we have no storage. */
export function lend(kept, tell) {
  if (!lasting.lent) return;
  for (const [name, value] of Object.entries(kept ?? {})) memory.set(name, String(value));
  tellSite = tell;
}

/** Another tab of the site changed something that it keeps for us. True if that concerns us. */
export function lentChanged({ name, value }) {
  if (!lasting.lent) return false;
  value === null ? memory.delete(name) : memory.set(name, value);
  return true;
}

/** An id that sorts by the time of its making: 48 bits of milliseconds, then 80 of chance. */
let lastId = "";
export function newId(at = Date.now()) {
  const chance = crypto.getRandomValues(new Uint8Array(10));
  const id = at.toString(16).padStart(12, "0") + [...chance].map(b => b.toString(16).padStart(2, "0")).join("");
  // Two within one millisecond keep their order.
  if (id.slice(0, 12) <= lastId.slice(0, 12)) return (lastId = newId(parseInt(lastId.slice(0, 12), 16) + 1));
  return (lastId = id);
}

export const mark = newId() + newId(); // of this page's visit; kept nowhere

export class Store {
  /** `user` is the site's id of its signed-in user, "" for an anonymous visitor. */
  constructor(key, user = "") {
    this.key = key;
    this.user = user;
    this.prefix = `pelekan.${key}.${user ? `u.${user}` : "anonymous"}.`;
    // A signed token lives as long as its tab: the site proves its user again on each page.
    this.tokens = user ? passing : lasting;
  }

  get token() {
    return this.tokens.getItem(`${this.prefix}token`) ?? "";
  }
  set token(value) {
    this.put(this.tokens, "token", value);
  }

  get thread() {
    return Number(lasting.getItem(`${this.prefix}thread`)) || null;
  }
  set thread(value) {
    this.put(lasting, "thread", value);
  }

  get draft() {
    return passing.getItem(`${this.prefix}draft`) ?? "";
  }
  set draft(value) {
    this.put(passing, "draft", value);
  }

  get mute() {
    return lasting.getItem(`pelekan.${this.key}.mute`) === "1";
  }
  set mute(value) {
    value ? lasting.setItem(`pelekan.${this.key}.mute`, "1") : lasting.removeItem(`pelekan.${this.key}.mute`);
  }

  put(where, name, value) {
    if (value) where.setItem(this.prefix + name, value);
    else where.removeItem(this.prefix + name);
  }

  // Each waiting message has a place of its own, so that two tabs never overwrite each other's.

  waiting() {
    const start = `${this.prefix}q.`;
    const names = new Set([...Array.from({ length: lasting.length }, (_, at) => lasting.key(at)), ...memory.keys()]);
    return [...names]
      .filter(name => name?.startsWith(start))
      .sort()
      .map(name => read(lasting.getItem(name) ?? memory.get(name)))
      .filter(Boolean);
  }

  keep(item) {
    try {
      lasting.setItem(`${this.prefix}q.${item.client_id}`, JSON.stringify(item));
    } catch {
      memory.set(`${this.prefix}q.${item.client_id}`, JSON.stringify(item)); // the storage is full
    }
    return item;
  }

  done(item) {
    lasting.removeItem(`${this.prefix}q.${item.client_id}`);
    memory.delete(`${this.prefix}q.${item.client_id}`);
  }

  /** Everything of this owner goes. */
  forget() {
    for (const where of [lasting, passing]) {
      const names = Array.from({ length: where.length }, (_, at) => where.key(at));
      for (const name of names) if (name?.startsWith(this.prefix)) where.removeItem(name);
    }
  }
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Only one tab at a time does `work`; where browsers have no locks, each does, and the server sorts it out. */
export async function alone(name, work) {
  let began = false;
  const begin = () => ((began = true), work());
  try {
    if (navigator.locks) return await navigator.locks.request(`pelekan-${name}`, begin);
  } catch (fault) {
    if (began) throw fault; // else the lock was denied to us
  }
  return work();
}
