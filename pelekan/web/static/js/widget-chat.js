// The thread and its composer.

import { botGreeting, botLine, botMark } from "./widget-bot.js";
import { beside } from "./widget-help.js";
import { chime } from "./widget-host.js";
import { head } from "./widget-screens.js";
import { stepsLine } from "./widget-steps.js";
import { h, icon, linked, reconcile, threadRows } from "./widget-view.js";

const IDLE = 180_000; // ms without a word after which a ticket is offered

export function chat(app) {
  const { desk, words, clock, config } = app;
  const list = h("ol.chat__list");
  const older = h("button.chat__older", { type: "button", onclick: () => desk.older() }, words.older);
  const typing = h("div.typing", { role: "status", hidden: true });
  const log = h("div.chat__lines", { role: "log", "aria-label": words.conversation, tabindex: "0" }, older, list, typing);
  const top = h("div");
  const bar = h("div.chat__bars");
  const composer = compose(app);
  const element = h("div.page", {}, top, log, bar, composer.element);
  let barLook = "";
  let topLook = "";

  const make = {
    message: (message, state, next) => line(app, message, state, next),
    waiting: item => waitingLine(app, item),
  };

  // Whoever stands at the end stays there, also when a picture arrives or the keyboard opens.
  let stays = true;
  const bottom = () => stays && (log.scrollTop = log.scrollHeight);
  let stood = 0;
  const scrolled = () => {
    const near = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
    if (near || log.scrollTop < stood) stays = near; // only going up lets go of the end
    stood = log.scrollTop;
  };
  log.addEventListener("scroll", scrolled, { passive: true });
  const growing = new ResizeObserver(bottom);
  growing.observe(list);
  growing.observe(log);

  const update = () => {
    const rows = threadRows(desk, clock, make);
    if (!desk.thread && !rows.length) {
      const bot = desk.answersFirst;
      rows.push({ key: "greeting", look: bot?.hello ?? "", make: () => (bot ? botGreeting(app, bot) : greeting(app)) });
    }
    older.hidden = !desk.more;
    reconcile(list, rows);
    typing.hidden = !desk.typing;
    if (desk.typing) {
      const said = h("span.visually-hidden", {}, words.typing.replace("%s", desk.typing));
      if (typing.dataset.who !== desk.typing) typing.replaceChildren(said, h("i"), h("i"), h("i"));
      typing.dataset.who = desk.typing;
    }
    const look = JSON.stringify([desk.thread?.agent, desk.thread?.state, desk.thread?.ahead, desk.thread?.wait, desk.thread?.number, desk.thread?.status, desk.desk]);
    if (look !== topLook) {
      topLook = look;
      top.replaceChildren(topBar(app));
    }
    const bars = [desk.offline, desk.notice, desk.thread?.state, desk.thread?.number, desk.visitor?.reachable, idle(desk), desk.goesOn];
    if (JSON.stringify(bars) !== barLook) {
      barLook = JSON.stringify(bars);
      bar.replaceChildren(...barsFor(app));
    }
    composer.update();
    bottom();
    if (app.looking) desk.read();
  };
  update();
  const ticking = setInterval(update, 20_000);
  return {
    element,
    update,
    shown: () => (bottom(), composer.focus()),
    gone: () => (clearInterval(ticking), growing.disconnect()),
  };
}

function idle(desk) {
  const last = [...desk.messages.values()].at(-1);
  return !!last && Date.now() - new Date(last.at) > IDLE;
}

function topBar(app) {
  const { desk, words, config } = app;
  const { thread } = desk;
  const agent = thread?.agent;
  const bot = botOf(desk);
  const face = h("span.chat__face", { "aria-hidden": "true" }, agent ? agent.initials : icon(bot ? "bot" : "chat"));
  let line = desk.desk ? desk.desk.wait || desk.desk.headline : "";
  const number = `\u2066#${thread?.number}\u2069`;
  if (thread?.number) line = words.ticket.replace("%s", number) + (thread.state === "active" ? "" : ` · ${thread.status}`);
  else if (thread?.state === "waiting") line = thread.ahead ? words.ahead.replace("%s", app.clock.number.format(thread.ahead)) : words.waiting;
  else if (bot) line = words.bot_line;
  else if (agent) line = agent.title || words.chat;
  return head(app, { title: agent?.name ?? (bot ? `${bot} (${words.bot_mark})` : config.name), line, face, back: () => app.go("home"), more: menu(app) });
}

/** The bot's name while he talks with it, or is about to. */
function botOf(desk) {
  const { thread } = desk;
  if (thread) return thread.state === "bot" ? ([...desk.messages.values()].findLast(one => one.bot)?.bot.name ?? desk.desk?.bot?.name ?? "") : "";
  return desk.answersFirst?.name ?? "";
}

function menu(app) {
  const { desk, words } = app;
  const act = (text, onclick) =>
    h("button", { type: "button", role: "menuitem", onclick: () => (list.hidePopover(), onclick()) }, text);
  const list = h("div.menu", { popover: "auto", role: "menu", id: "menu" });
  const button = h("button", { type: "button", "aria-label": words.menu, "aria-haspopup": "menu", popovertarget: "menu" }, icon("more"));
  list.addEventListener("beforetoggle", ({ newState }) => {
    if (newState !== "open") return;
    const going = ["bot", "waiting", "active"].includes(desk.thread?.state);
    list.replaceChildren(
      ...[
        act(desk.store.mute ? words.unmute : words.mute, () => (desk.store.mute = !desk.store.mute)),
        desk.thread && !desk.visitor?.signed && act(words.contact, () => app.go("contact")),
        desk.goesOn && act(words.report, () => app.report()),
        desk.thread && !desk.thread.number && act(words.open_ticket, () => app.go("ticket")),
        going && act(words.end, () => desk.end().catch(problem => app.say(problem.message))),
      ].filter(Boolean),
    );
    setTimeout(() => list.firstElementChild?.focus());
  });
  list.addEventListener("keydown", event => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...list.children];
    all.at((all.indexOf(document.activeElement) + step) % all.length).focus();
  });
  return [button, list];
}

function barsFor(app) {
  const { desk, words } = app;
  const { thread } = desk;
  const bars = [];
  if (thread?.state === "bot")
    bars.push(h("div.chat__offer", {}, h("button.act.act--quiet", { type: "button", onclick: () => desk.write(words.bot_person, [], "person") }, icon("chat"), words.bot_person)));
  const offer = (text, button, onclick) =>
    h("div.chat__offer", {}, h("span", {}, text), h("button", { type: "button", onclick }, button));
  if (thread?.state === "waiting" && thread.wait && !thread.number) bars.push(h("p.chat__wait", {}, thread.wait));
  if (thread?.state === "waiting" && desk.visitor && !desk.visitor.reachable)
    bars.push(offer(words.contact_text, words.contact, () => app.go("contact")));
  else if (thread && thread.state !== "bot" && !thread.number && (thread.state === "ended" || idle(desk)))
    bars.push(h("div.chat__offer", {}, h("button.act.act--quiet", { type: "button", onclick: () => app.go("ticket") }, icon("ticket"), words.not_solved)));
  if (thread?.state === "ended" && !desk.goesOn)
    bars.push(h("div.chat__offer", {}, h("button.act", { type: "button", onclick: () => app.startChat() }, words.new_chat)));
  if (desk.notice) bars.push(h("p.chat__lost", { role: "status" }, desk.notice));
  if (desk.offline) bars.push(h("p.chat__lost", { role: "status" }, words.offline));
  return bars;
}

function greeting({ config, words }) {
  return h("li.line", {}, h("div.line__text", { dir: "auto" }, config.greeting));
}

function line(app, message, state, next) {
  const { desk, words, clock } = app;
  const own = message.from === "you";
  const name = own ? words.you : (message.agent?.name ?? message.bot?.name ?? words.desk);
  const classes = ["li", "line", own && "line--own", next && "line--next", message.from === "desk" && "line--desk", message.bot && "line--bot"];
  const meta = h("span.line__meta", {}, h("time", { datetime: message.at }, clock.time(message.at)));
  if (state) meta.append(icon(state === "seen" ? "checks" : "check"), h("span", {}, words[state]));
  const body = message.notice === "registered"
    ? h("div.line__card", {}, icon("ticket"), h("span", { dir: "auto" }, message.text))
    : message.bot ? botLine(app, message) : message.guide ? stepsLine(app, message) : message.text && h("div.line__text", { dir: "auto" }, linked(message.text));
  return h(
    classes.filter(Boolean).join("."),
    {},
    next || own || message.from === "desk" ? h("span.visually-hidden", {}, `${name}: `) : h("b.line__who", {}, h("bdi", {}, name), message.bot && botMark(words)),
    body,
    ...message.files.map(file => attached(app, file)),
    message.report && desk.goesOn && h("div.line__verify", {}, h("button", { type: "button", onclick: () => app.report() }, icon("alert"), words.report_fill)),
    message.rate && rateLine(message.rate),
    message.verify && verifyLine(app, message),
    meta,
  );
}

function rateLine({ text, stars }) {
  const links = stars.map(star => h("a", { href: star.url, target: "_blank", rel: "noopener", title: star.name, "aria-label": `${star.number}: ${star.name}` }, `${star.number} ★`));
  return h("div.line__rate", {}, text && h("p", { dir: "auto" }, text), h("div", {}, links));
}

/** Is it really solved? One click answers; after a no the composer waits for what is wrong. */
function verifyLine(app, message) {
  const { desk, words } = app;
  if (!desk.asks(message)) return message.verify.text && h("p.line__said", { role: "status" }, message.verify.text);
  const buttons = h("div.line__verify", { role: "group", "aria-label": words.solved });
  const say = answer => async () => {
    for (const button of buttons.children) button.disabled = true;
    try {
      const said = await desk.answer(message, answer);
      if (said === "no") app.focus();
      else document.querySelector(".chat__lines")?.focus();
    } catch (problem) {
      for (const button of buttons.children) button.disabled = false;
      app.say(problem.message);
    }
  };
  const { yes, no } = message.verify;
  buttons.append(
    h("button", { type: "button", onclick: say("yes") }, icon("check"), yes),
    h("button", { type: "button", onclick: say("no") }, icon("close"), no),
  );
  return buttons;
}

function waitingLine(app, item) {
  const { words, desk } = app;
  const meta = item.bad
    ? [icon("alert"), h("span", {}, `${words.not_sent}. ${item.bad}`),
       h("button", { type: "button", onclick: () => desk.retry(item) }, words.retry),
       h("button", { type: "button", onclick: () => desk.discard(item) }, words.discard)]
    : [icon("clock"), words.sending];
  return h(
    item.bad ? "li.line.line--own.line--failed" : "li.line.line--own.line--waiting",
    {},
    item.text && h("div.line__text", { dir: "auto" }, linked(item.text)),
    ...item.files.map(file => attached(app, file)),
    h("span.line__meta", {}, ...meta),
  );
}

function attached(app, file) {
  const { words, desk, clock } = app;
  const open = async () => {
    try {
      const link = h("a", { href: await desk.blob(file.id), download: file.name });
      link.click();
    } catch (problem) {
      app.say(problem.message);
    }
  };
  const label = (file.picture ? words.picture : words.download).replace("%s", file.name);
  if (!file.picture) {
    const text = h("span.file__text", {}, h("b", { dir: "auto" }, file.name), h("small", {}, clock.size(file.size)));
    return h("button.file", { type: "button", "aria-label": label, onclick: open }, icon("file"), text);
  }
  const image = h("img", { alt: label });
  const button = h("button.file.file--picture", { type: "button", onclick: open }, image);
  desk.blob(file.id, true).then(
    address => (image.src = address),
    () => button.replaceChildren(icon("file"), h("span", { dir: "auto" }, file.name)),
  );
  return button;
}

function compose(app) {
  const { desk, words, config } = app;
  const files = app.files(() => update());
  const text = h("textarea", {
    rows: "1", dir: "auto", placeholder: words.write, "aria-label": words.write, maxlength: String(config.longest), enterkeyhint: "send",
  });
  text.value = desk.store.draft;
  const send = h("button", { type: "submit", "aria-label": words.send }, icon("send", true));
  const submit = event => {
    event?.preventDefault();
    const said = text.value.trim();
    if ((!said && !files.ids.length) || files.busy) return;
    desk.write(said, files.taken(), undefined, fits.offer || undefined);
    fits.clear();
    text.value = desk.store.draft = "";
    update();
    text.focus();
  };
  text.addEventListener("keydown", event => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || matchMedia("(pointer: coarse)").matches) return;
    submit(event);
  });
  text.addEventListener("input", () => {
    desk.store.draft = text.value;
    if (text.value) desk.writes();
    update();
  });
  const form = h("form.chat__write", { onsubmit: submit }, files.button, text, send);
  const fits = beside(app, text);
  const element = h("div.chat__composer", {}, fits.element, files.list, form);
  files.acceptOn(element);
  const update = () => {
    send.disabled = (!text.value.trim() && !files.ids.length) || files.busy;
    if (desk.goesOn) fits.clear(); // beside the first line alone
    element.hidden = desk.thread?.state === "ended" && !desk.goesOn;
  };
  update();
  return { element, update, focus: () => text.focus() };
}

/** Words of the other side came: sound, unless he looks at them or wants none. */
export function ring(app) {
  if (!app.desk.store.mute && !(app.looking && document.hasFocus())) chime();
}
