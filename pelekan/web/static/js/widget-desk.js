// What the visitor sends: lines, files, requests. A line is kept until the server has acknowledged it, and they go one
// after another, so that nothing is lost, doubled or out of order, whatever happens to the network, the page or the
// server.

import { Problem, Session } from "./widget-session.js";
import { alone, mark, newId } from "./widget-store.js";

const BACK_OFF = [1, 2, 4, 8, 15]; // seconds between tries to send

export class Desk extends Session {
  /** Whether a new line goes into the open thread: an ended chat takes none, unless a ticket came of it. */
  get goesOn() {
    return this.thread && (this.thread.state !== "ended" || this.thread.number);
  }

  context() {
    return { ...this.page, browser: navigator.userAgent, zone: this.zone, answers: this.answers };
  }

  write(text, files = [], press = undefined, offer = this.offer) {
    this.store.keep({
      client_id: newId(),
      text,
      press,
      bot: this.goesOn ? undefined : this.wish,
      files: files.map(({ id, name, size, picture, type }) => ({ id, name, size, picture, type })),
      conversation: this.goesOn ? this.thread.id : null,
      at: new Date().toISOString(),
      context: this.context(),
      contact: this.contact,
      ...(this.goesOn ? {} : { offer: offer || undefined, team: this.team }),
    });
    this.offer = undefined;
    this.contact = {};
    if (this.thread && !this.goesOn) {
      this.store.thread = null;
      this.leaveThread();
    }
    this.changed();
    this.flush(true);
  }

  /** Whether this message asks if all is solved, and he has not said anything since. */
  asks(message) {
    return !!message.verify?.stands && ![...this.messages.values()].some(other => other.from === "you" && other.id > message.id);
  }

  /** The bot, if a chat that begins now begins with it: as the desk has it, or as the visitor chose. */
  get answersFirst() {
    const { bot } = this.desk ?? {};
    return bot && (bot.first ? this.wish !== false : this.wish === true) ? bot : null;
  }

  /** Whether the buttons below this message of the bot's still stand: nothing was said since. */
  offers(message) {
    if (!message.bot?.buttons.length || this.thread?.state !== "bot") return false;
    return ![...this.messages.keys()].some(id => id > message.id) && !this.waiting.length;
  }

  /** His answer, yes or no. What became of it is said below the question. */
  async answer(message, answer) {
    const thread = this.thread;
    const shape = await this.call("solved", { body: { conversation: thread.id, message: message.id, answer } });
    message.verify = { ...message.verify, stands: false, text: shape.text };
    if (this.thread?.id === thread.id) this.take(shape);
    this.news();
    return shape.said;
  }

  /** What waits and is not on the server yet. */
  get waiting() {
    const there = new Set([...this.messages.values()].map(message => message.client_id));
    const here = item => item.conversation === null || item.conversation === this.thread?.id;
    return this.store.waiting().filter(item => here(item) && !there.has(item.client_id));
  }

  retry(item) {
    this.store.keep({ ...item, bad: undefined });
    this.changed();
    this.flush(true);
  }

  discard(item) {
    this.store.done(item);
    this.changed();
  }

  async flush(now = false) {
    if (now) this.failures = 0;
    if (this.sending) return;
    const { store } = this;
    if (!store.waiting().some(item => !item.bad)) return;
    clearTimeout(this.later);
    this.sending = true;
    let wait = 0;
    try {
      await alone(`send-${store.prefix}`, async () => {
        for (let item; store === this.store && (item = store.waiting().find(one => !one.bad)); )
          await this.sendOne(item, store);
      });
      this.failures = 0;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.failures = (this.failures ?? 0) + 1;
      wait = problem.after || BACK_OFF[Math.min(this.failures, BACK_OFF.length) - 1];
      this.notice = problem.status === 429 ? problem.message : "";
      this.later = setTimeout(() => this.flush(), wait * 1000 * (1 + Math.random() * 0.2));
    } finally {
      this.sending = false;
      this.changed();
    }
    if (!wait && this.store.waiting().some(item => !item.bad)) this.flush();
  }

  async sendOne(item, store) {
    try {
      await this.ensure();
      if (store !== this.store) return; // never in another one's name
      const body = { ...item, files: item.files.map(file => file.id), mark };
      const shape = await this.call("send", { body, bearer: store.token });
      store.done(item);
      if (store === this.store) this.accepted(item, shape);
    } catch (problem) {
      if (store === this.store) await this.refused(item, problem);
    }
  }

  accepted(item, shape) {
    this.notice = "";
    if (shape.live) this.slip = shape.live;
    const went = shape.conversation.id;
    // The chat had ended meanwhile: the line began a new one.
    if (this.thread && this.thread.id !== went && this.thread.id === item.conversation) this.leaveThread();
    if (this.thread && this.thread.id !== went) return; // he reads another thread now
    this.store.thread = went;
    this.take({ conversation: shape.conversation, messages: [shape.message] }, true);
    this.listen();
    this.news();
  }

  async refused(item, problem) {
    if (problem.status === 401) {
      await this.lost();
      throw new Problem(0, { code: "session", after: 1 });
    }
    if (problem.status === 404 && problem.code === "unknown" && item.conversation) {
      this.store.keep({ ...item, conversation: null });
      return;
    }
    if ([400, 403, 404, 413, 422].includes(problem.status)) {
      this.store.keep({ ...item, bad: problem.message });
      this.changed();
      return;
    }
    throw problem;
  }

  /** Tick a step and the like: {act, step, words}; with nothing, how it stands. */
  async step(message, what = {}) {
    const body = { conversation: this.thread.id, message: message.id, ...what };
    const { guide } = await this.call("steps", { body });
    const now = this.messages.get(message.id);
    if (now) this.messages.set(message.id, { ...now, guide });
    this.changed();
  }

  /** Steps of this thread were ticked elsewhere. */
  async led() {
    if (document.activeElement?.closest?.(".steps textarea")) return; // what he writes about a step is not lost
    for (const message of this.messages.values()) if (message.guide) await this.step(message).catch(() => {});
  }

  // ── files, requests ───────────────────────────────────────────────────────────────────────────────────────

  async upload(file) {
    await this.ensure();
    const form = new FormData();
    form.append("file", file, file.name || "screenshot.png");
    return this.call("files", { form });
  }

  /** An address of this page for a file on the server: pictures are fetched with the token, never by address. */
  blob(id, small) {
    const name = `${id}${small ? " small" : ""}`;
    if (!this.blobs.has(name)) {
      const got = this.call(`files/${id}`, { query: small ? { small: 1 } : {}, raw: true }).then(URL.createObjectURL);
      got.catch(() => this.blobs.delete(name));
      this.blobs.set(name, got);
    }
    return this.blobs.get(name);
  }

  async leave(request) {
    await this.ensure();
    const shape = await this.call("requests", { body: { ...request, context: this.context() } });
    this.hello().catch(() => {});
    return shape;
  }

  /** A problem by its form: into the open chat, or by itself. */
  async report(said) {
    await this.ensure();
    const looks = { ...this.context(), screen: `${screen.width}×${screen.height}` };
    const shape = await this.call("reports", { body: { ...said, context: looks } });
    if (said.conversation) await this.news();
    this.hello().catch(() => {});
    return shape;
  }

  async register(subject, contact) {
    const shape = await this.call("register", { body: { conversation: this.thread.id, subject, contact } });
    await this.news();
    this.hello().catch(() => {});
    return shape;
  }

  async leaveContact(contact) {
    await this.ensure();
    await this.call("contact", { body: { contact } });
    this.visitor = { ...this.visitor, reachable: true };
    this.changed();
  }

  async end() {
    const shape = await this.call("end", { body: { conversation: this.thread.id } });
    this.take(shape);
  }

  newChat() {
    this.store.thread = null;
    this.leaveThread();
    this.changed();
  }

  moved(page) {
    const before = this.page.page;
    this.page = page;
    if (!before || before === page.page || !["bot", "waiting", "active"].includes(this.thread?.state)) return;
    clearTimeout(this.moving);
    this.moving = setTimeout(
      () => this.call("page", { body: { conversation: this.thread?.id, context: this.context() } }).catch(() => {}),
      1000,
    );
  }
}
