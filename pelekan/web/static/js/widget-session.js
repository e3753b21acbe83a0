// The visitor's session: who he is, his thread, and what is new in it. What he sends: widget-desk.js.

import { connect } from "./live.js";
import { Store, alone } from "./widget-store.js";

const PATIENCE = 20_000; // ms for one request
const LOOK = 10_000; // ms between two looks while no stream is up

/** The server said no: `code` is for us, `message` for the reader. */
export class Problem extends Error {
  constructor(status, { code = "", error = "", after = 0 } = {}) {
    super(error);
    Object.assign(this, { status, code, after });
  }
}

export class Session {
  /** `changed()` after anything that a screen may show; `arrived(messages)` for new words of the other side. */
  constructor(config, changed, arrived) {
    Object.assign(this, { config, changed, arrived });
    this.zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
    this.page = { page: "", title: document.title, referrer: "" };
    this.own("");
    addEventListener("online", () => this.wake());
    addEventListener("offline", () => this.lineIs(false));
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.wake());
    document.addEventListener("live:up", () => this.lineIs(true));
    document.addEventListener("live:down", () => this.lineIs(false));
    addEventListener("storage", event => this.otherTab(event));
    setInterval(() => this.look(), LOOK);
  }

  /** Forget what was on screen and stand for this owner from now on. */
  own(user) {
    this.live?.stop();
    this.live = this.slip = undefined;
    this.store = new Store(this.config.key, user);
    this.visitor = null;
    this.requests = [];
    this.answers = {};
    this.contact = {};
    this.blobs = new Map();
    this.leaveThread();
  }

  leaveThread() {
    this.thread = null;
    this.messages = new Map();
    this.cursor = 0; // everything up to here has been fetched; what we sent ourselves may lie beyond a gap
    this.more = false;
    this.typing = null;
  }

  // ── who ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** Begin, or begin anew as someone else. `identity` is what the site signed, or null. */
  async identify(identity) {
    if (this.identity !== undefined && same(identity, this.identity)) return;
    const was = this.store;
    if (was.user && was.user !== String(identity?.id ?? "")) {
      if (was.token) this.call("forget", { body: {} }).catch(() => {});
      was.forget();
    }
    this.identity = identity ?? null;
    this.own(identity ? String(identity.id) : "");
    this.changed();
    await this.begin();
  }

  async begin() {
    const { identity, store } = this;
    const anonymous = new Store(this.config.key);
    const bearer = store.token || anonymous.token;
    this.begun = false;
    let shape;
    try {
      shape = await this.call("hello", { body: this.introduction(), bearer });
    } catch (problem) {
      if (store !== this.store) return;
      this.closed = problem.code === "identity" ? problem.message : "";
      this.begun = !!this.closed;
      return this.changed();
    }
    if (store !== this.store) return; // someone else by now
    this.begun = true;
    this.closed = "";
    if (shape.identity) {
      console.warn(`Pelekan: the identity was not accepted. ${shape.identity}`);
      this.own("");
    } else if (identity && shape.token && anonymous.token) {
      // What he wrote before he signed in became his.
      for (const item of anonymous.waiting()) store.keep(item);
      store.thread ??= anonymous.thread;
      anonymous.forget();
    }
    this.took(shape);
  }

  introduction(begin = false) {
    return { identity: this.identity ?? undefined, begin, conversation: this.store.thread ?? undefined };
  }

  /** A session, made now if there is none: merely looking leaves no trace. */
  ensure() {
    if (this.visitor && this.store.token) return undefined;
    return alone(`session-${this.store.prefix}`, async () => {
      if (this.visitor && this.store.token) return;
      await this.hello(true);
    });
  }

  async hello(begin = false) {
    const { store } = this;
    const shape = await this.call("hello", { body: this.introduction(begin) });
    if (store === this.store) this.took(shape);
  }

  took(shape) {
    if (shape.token) this.store.token = shape.token;
    this.desk = shape.desk ?? this.desk;
    this.visitor = shape.visitor;
    this.requests = shape.requests ?? [];
    if (!shape.visitor) {
      this.store.token = "";
      this.store.thread = null;
      this.leaveThread();
    } else {
      if (shape.live) this.slip = shape.live;
      if (shape.conversation) this.show(shape);
      this.listen();
    }
    this.changed();
    this.flush();
  }

  /** The session is over on the server: begin without one. */
  async lost() {
    this.store.token = "";
    this.visitor = null;
    this.leaveThread();
    this.changed();
    await this.hello();
  }

  // ── asking ────────────────────────────────────────────────────────────────────────────────────────────────

  async call(path, { body, form, query = {}, bearer = this.store.token, raw = false } = {}) {
    const asked = new URLSearchParams({ ...query, lang: this.config.language, zone: this.zone });
    const headers = bearer ? { Authorization: `Bearer ${bearer}` } : {};
    if (body) headers["Content-Type"] = "application/json";
    let answer;
    try {
      answer = await fetch(`${this.config.base}${path}?${asked}`, {
        method: body || form ? "POST" : "GET",
        headers,
        body: form ?? (body && JSON.stringify(body)),
        credentials: "omit",
        cache: raw ? "default" : "no-store",
        signal: AbortSignal.timeout(form ? 6 * PATIENCE : PATIENCE),
      });
    } catch {
      throw this.cutOff();
    }
    // A proxy before a desk that is starting answers in its place.
    if (answer.status >= 502 && answer.status <= 504) this.lineIs(false);
    else if (this.offline) this.lineIs(true);
    if (!answer.ok) {
      const said = await answer.json().catch(() => ({}));
      throw new Problem(answer.status, { error: this.config.words.failed, ...said });
    }
    try {
      if (raw) return await answer.blob();
      return answer.status === 204 ? {} : await answer.json();
    } catch {
      throw this.cutOff(); // the line broke in the midst of the answer
    }
  }

  cutOff() {
    this.lineIs(false);
    return new Problem(0, { code: "offline", error: this.config.words.offline });
  }

  lineIs(up) {
    if (this.offline === !up) return;
    this.offline = !up;
    this.changed();
    if (up) this.wake();
  }

  wake() {
    if (this.begun === false) return void this.begin();
    this.news();
    this.flush(true);
  }

  look() {
    this.looks = (this.looks ?? 0) + 1;
    const down = this.offline || this.live?.up !== "up";
    if ((down || this.looks % 6 === 0) && this.thread) this.news();
    if (this.offline) this.flush(true);
  }

  // ── what is new ───────────────────────────────────────────────────────────────────────────────────────────

  listen() {
    const topics = [`customer:${this.visitor.id}`];
    if (this.thread) topics.push(`conversation:${this.thread.id}`);
    if (this.live) {
      if (topics.some(topic => !this.live.topics.has(topic))) this.live.follow(topics);
      return;
    }
    this.live = connect({
      key: `${this.config.key}:${this.visitor.id}`,
      topics,
      since: this.slip.since,
      renew: wanted => this.renew(wanted),
    });
    this.live.on("*", poke => this.poked(poke));
    this.live.onSay("*", word => this.told(word));
  }

  async renew(wanted) {
    let slip = this.slip;
    this.slip = undefined;
    if (!slip) slip = (await this.call("hello", { body: this.introduction() })).live;
    if (!slip) throw new Problem(401);
    return { ticket: slip.ticket, topics: wanted, ttl: slip.seconds };
  }

  poked(poke) {
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.news(), 20);
    if (poke.name?.startsWith("guide.")) {
      clearTimeout(this.leading);
      this.leading = setTimeout(() => this.led(), 50);
    }
    if (this.thread && poke.topics.includes(`conversation:${this.thread.id}`)) return;
    clearTimeout(this.listing);
    this.listing = setTimeout(() => this.hello().catch(() => {}), 300); // another thread of his
  }

  told({ topic, kind, from, name, keep }) {
    if (kind !== "typing" || topic !== `conversation:${this.thread?.id}` || !from.startsWith("agent:")) return;
    clearTimeout(this.typingEnds);
    this.typing = keep === 0 ? null : name || this.config.words.someone;
    if (this.typing) this.typingEnds = setTimeout(() => ((this.typing = null), this.changed()), (keep || 6) * 1000);
    this.changed();
  }

  /** Say that he writes, at most every three seconds. */
  writes() {
    if (!this.thread || !this.live || Date.now() - (this.saidAt ?? 0) < 3000) return;
    this.saidAt = Date.now();
    this.live.say(`conversation:${this.thread.id}`, "typing", null, 5);
  }

  /** Fetch what came after the newest that we have. */
  async news() {
    if (this.fetching) return void (this.again = true);
    this.fetching = true;
    try {
      for (let more = true; more && this.thread; ) {
        const first = !this.cursor;
        const shape = await this.call("messages", { query: { conversation: this.thread.id, after: this.cursor } });
        if (shape.conversation.id !== this.thread?.id) break;
        if (first) this.more = shape.more;
        more = !first && shape.more;
        this.fetched(shape);
      }
    } catch (problem) {
      if (problem.status === 401) await this.lost().catch(() => {});
      else if (problem.status === 404) {
        this.store.thread = null;
        this.leaveThread();
        await this.hello().catch(() => {});
      }
    } finally {
      this.fetching = false;
      if (this.again) {
        this.again = false;
        this.news();
      }
    }
  }

  async older() {
    const before = Math.min(...this.messages.keys());
    const shape = await this.call("messages", { query: { conversation: this.thread.id, before } });
    for (const message of shape.messages) this.messages.set(message.id, message);
    this.more = shape.more;
    this.changed();
  }

  /** Another thread of his. */
  async openThread(id) {
    this.leaveThread();
    this.store.thread = id;
    this.show(await this.call("messages", { query: { conversation: id } }));
    this.listen();
    this.changed();
  }

  show(shape) {
    if (this.thread?.id !== shape.conversation.id) this.leaveThread();
    this.store.thread = shape.conversation.id;
    if (this.cursor) {
      this.take({ conversation: shape.conversation });
      return void this.news();
    }
    this.more = shape.more;
    this.fetched(shape, true);
  }

  fetched(shape, quietly = false) {
    this.cursor = Math.max(this.cursor, ...shape.messages.map(message => message.id));
    this.take(shape, quietly);
  }

  take(shape, quietly = false) {
    const seen = Math.max(this.thread?.seen ?? 0, shape.conversation.seen);
    this.thread = { ...shape.conversation, seen };
    const fresh = [];
    for (const message of shape.messages ?? []) {
      if (!quietly && !this.messages.has(message.id) && message.from !== "you") fresh.push(message);
      this.messages.set(message.id, message);
      if (message.client_id) this.store.done(message);
    }
    if (fresh.length) {
      this.typing = null;
      this.arrived(fresh);
    }
    this.changed();
  }

  get unread() {
    if (!this.thread) return this.requests.filter(one => one.unread).length;
    const others = this.requests.filter(one => one.unread && one.id !== this.thread.id).length;
    return others + [...this.messages.values()].filter(m => m.from !== "you" && m.id > this.thread.seen).length;
  }

  /** Everything of the open thread is before his eyes. */
  read() {
    const theirs = [...this.messages.values()].filter(message => message.from !== "you");
    const last = Math.max(0, ...theirs.map(message => message.id));
    if (!this.thread || last <= this.thread.seen) return;
    this.thread.seen = last;
    for (const one of this.requests) if (one.id === this.thread.id) one.unread = false;
    this.call("read", { body: { conversation: this.thread.id, message: last } }).catch(() => {});
  }

  otherTab({ key, oldValue, newValue }) {
    if (key && !key.startsWith(this.store.prefix)) return;
    if (key?.endsWith(".token") || key?.endsWith(".thread")) {
      if (oldValue !== newValue && Number(newValue) !== this.thread?.id) this.hello().catch(() => {});
    }
    this.changed();
  }
}

function same(one, other) {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}
