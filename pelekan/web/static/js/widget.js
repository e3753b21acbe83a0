// The chat frame begins here. What it may say to and hear from the site around it: widget-host.js; what it knows and
// sends: widget-desk.js; what it shows: the screens.

import { chat, ring } from "./widget-chat.js";
import { Desk } from "./widget-desk.js";
import { departments } from "./widget-help.js";
import { Host } from "./widget-host.js";
import * as screens from "./widget-screens.js";
import { lend, lentChanged } from "./widget-store.js";
import { Clock, h, icon } from "./widget-view.js";

const config = JSON.parse(document.getElementById("chat").dataset.config);
const SCREENS = { ...screens, chat, departments };

class App {
  constructor(place) {
    this.place = place;
    this.config = config;
    this.words = config.words;
    this.clock = new Clock(config.language, config.words);
    this.isOpen = false;
    this.toldUnread = -1;
    document.documentElement.style.setProperty("--brand", config.colour);
    document.documentElement.style.setProperty("--on-brand", config.ink);
    this.host = new Host(config, {
      start: start => this.start(start),
      open: () => this.opened(),
      close: () => this.hidden(),
      page: page => this.desk.moved(page),
      identify: identity => this.identify(identity),
      kept: change => lentChanged(change) && this.desk.otherTab({ key: change.name, newValue: change.value }),
    });
    if (!this.host.allowed) return;
    this.desk = new Desk(config, () => this.changed(), () => ring(this));
    this.go("home");
    addEventListener("keydown", event => event.key === "Escape" && !document.querySelector(":popover-open") && this.close());
    document.addEventListener("visibilitychange", () => this.changed());
    addEventListener("focus", () => this.changed());
    if (this.host.alone) this.start({ page: { page: "", title: "", referrer: document.referrer }, open: true });
    else this.host.tell("ready");
  }

  async start({ page, open, who, kept }) {
    lend(kept, (name, value) => this.host.tell("keep", { name, value }));
    this.desk.page = page;
    if (open) this.opened();
    await this.identify(who ?? null);
    if (this.host.alone && location.hash === "#bot" && this.desk.desk?.bot && !this.desk.thread) this.startChat(true);
  }

  /** Someone else sits here now: nothing of the former one stays on the screen, not even what he was typing. */
  async identify(identity) {
    const { prefix } = this.desk.store;
    const known = this.desk.identify(identity);
    if (this.desk.store.prefix !== prefix) this.go("home");
    await known;
    if (["bot", "waiting", "active"].includes(this.desk.thread?.state) && this.name === "home") this.go("chat");
  }

  get looking() {
    return this.isOpen && this.name === "chat" && document.visibilityState === "visible";
  }

  opened() {
    this.isOpen = true;
    if (this.name === "home" && ["bot", "waiting", "active"].includes(this.desk.thread?.state)) this.go("chat");
    else this.focus();
    if (this.desk.begun && !this.desk.live) this.desk.hello().catch(() => {}); // hours and wait as they are now
    this.changed();
  }

  hidden() {
    this.isOpen = false;
    this.changed();
  }

  close() {
    if (this.host.alone) return;
    this.hidden();
    this.host.tell("close");
  }

  go(name, about) {
    this.screen?.gone?.();
    this.name = name;
    this.screen = SCREENS[name](this, about);
    this.place.replaceChildren(this.screen.element);
    this.focus();
    this.changed();
  }

  focus() {
    if (!this.isOpen) return;
    if (this.screen.shown) this.screen.shown();
    else (this.place.querySelector("form input, form textarea, form select") ?? this.place.querySelector("h1"))?.focus();
  }

  changed() {
    if (!this.desk || !this.screen) return;
    if (this.desk.closed && this.name !== "home") return this.go("home");
    this.screen.update?.();
    if (this.desk.unread !== this.toldUnread) this.host.tell("unread", (this.toldUnread = this.desk.unread));
    const known = !!this.desk.visitor;
    if (known !== this.toldKnown) this.host.tell("known", (this.toldKnown = known));
  }

  /** `wish`: true for the bot, false for a person, else whoever the desk lets answer first. */
  startChat(wish) {
    this.desk.wish = wish;
    if (this.desk.thread && !["bot", "waiting", "active"].includes(this.desk.thread.state)) this.desk.newChat();
    this.go(config.questions.length && !this.desk.thread && !this.desk.answersFirst ? "questions" : "chat"); // a bot asks by itself
  }

  /** The form for problems; fetched when somebody wants it. */
  async report() {
    try {
      SCREENS.report ??= (await import("./widget-report.js")).report;
      this.go("report");
    } catch {
      this.say(this.words.failed);
    }
  }

  async openThread(id) {
    try {
      await this.desk.openThread(id);
      this.go("chat");
    } catch (problem) {
      this.say(problem.message);
    }
  }

  count(number) {
    return number ? this.clock.number.format(number) : "";
  }

  /** A passing word at the foot. */
  say(text) {
    const word = h("p.chat__toast", { role: "status" }, text);
    this.place.append(word);
    setTimeout(() => word.remove(), 6000);
  }

  /** A button, a list and the ways in (choose, paste, drop) for files of one message. */
  files(changed = () => {}) {
    const { desk, words } = this;
    const input = h("input", { type: "file", multiple: true, hidden: true });
    const list = h("ul.chips");
    const all = new Set();
    const add = async file => {
      if (all.size >= config.most_files) return this.say(words.too_many);
      if (file.size > config.largest) return this.say(words.too_large);
      const one = { name: file.name };
      const chip = h("li.chip.chip--busy", {}, icon("file"), h("bdi", {}, file.name || words.attach));
      const drop = () => (all.delete(one), chip.remove(), changed());
      const upload = async () => {
        chip.className = "chip chip--busy";
        delete one.failed;
        changed();
        try {
          Object.assign(one, await desk.upload(file));
          chip.className = "chip";
        } catch (problem) {
          one.failed = true;
          chip.className = "chip chip--failed";
          this.say(problem.message);
          if (!problem.status || problem.status >= 429) chip.prepend(again);
        }
        changed();
      };
      const again = h("button", { type: "button", onclick: () => (again.remove(), upload()) }, words.retry);
      chip.append(h("button", { type: "button", "aria-label": `${words.remove} ${file.name}`, onclick: drop }, icon("close")));
      all.add(one);
      list.append(chip);
      await upload();
    };
    input.addEventListener("change", () => {
      [...input.files].forEach(add);
      input.value = "";
    });
    const sent = () => [...all].filter(one => one.id);
    return {
      list,
      button: h("button.attach", { type: "button", "aria-label": words.attach, title: words.attach, onclick: () => input.click() }, icon("clip")),
      get ids() {
        return sent().map(one => one.id);
      },
      get busy() {
        return [...all].some(one => !one.id && !one.failed);
      },
      taken() {
        const files = sent();
        all.clear();
        list.replaceChildren();
        return files;
      },
      acceptOn(element) {
        element.append(input);
        element.addEventListener("paste", event => {
          const pasted = [...(event.clipboardData?.files ?? [])];
          if (pasted.length) event.preventDefault();
          pasted.forEach(add);
        });
        const page = document.body;
        page.ondragover = event => event.preventDefault();
        page.ondrop = event => {
          event.preventDefault();
          if (element.isConnected) [...event.dataTransfer.files].forEach(add);
        };
      },
    };
  }
}

new App(document.getElementById("chat"));
