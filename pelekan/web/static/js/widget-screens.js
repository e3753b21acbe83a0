// The screens inside the frame beside the thread itself: home, the list of requests, and the forms.

import { beside, chosen, search, urgency } from "./widget-help.js";
import { newId } from "./widget-store.js";
import { h, icon } from "./widget-view.js";

/** The bar at the top. `back` is a function or undefined. */
export function head(app, { title, line = "", back, face, more }) {
  const { words } = app;
  return h(
    "header.chat__head",
    {},
    back && h("button", { type: "button", "aria-label": words.back, onclick: back }, icon("back", true)),
    face,
    h("div.chat__who", {}, h("h1", { tabindex: "-1" }, title), line && h("p", {}, line)),
    more,
    app.host.alone || h("button", { type: "button", "aria-label": words.close, onclick: () => app.close() }, icon("down")),
  );
}

function choice(name, label, hint, onclick, { main = false, count = 0, turns = true } = {}) {
  return h(
    main ? "button.choice.choice--main" : "button.choice",
    { type: "button", onclick },
    icon(name),
    h("span.choice__text", {}, h("b", {}, label), hint && h("small", {}, hint)),
    count ? h("span.choice__count", {}, String(count)) : icon("forward", turns),
  );
}

export function home(app) {
  const { desk, words, config } = app;
  const choices = h("div.home__choices");
  const offers = name => config.home.choices.includes(name);
  const state = h("p.home__state", { "aria-live": "polite" });
  const element = h(
    "div.home",
    {},
    h(
      "header.home__head",
      {},
      app.host.alone || h("button", { type: "button", "aria-label": words.close, onclick: () => app.close() }, icon("down")),
      h("h1", { tabindex: "-1", dir: "auto" }, config.greeting),
      state,
    ),
    offers("help") && search(app),
    choices,
  );
  let drawn = "";
  const update = () => {
    const look = JSON.stringify([desk.desk, desk.closed, desk.requests, desk.thread?.id, desk.thread?.state, desk.offline, desk.unread]);
    if (look === drawn) return;
    drawn = look;
    const now = desk.desk;
    state.replaceChildren();
    if (desk.closed) state.append(desk.closed);
    else if (!now) state.append(desk.offline ? words.offline : "…");
    else {
      const detail = [now.state === "now" || now.state === "busy" ? now.wait : "", now.hours].filter(Boolean);
      state.append(h(`span.dot.dot--${now.state}`), h("b", {}, now.headline), ...detail.map(text => h("span", {}, text)));
    }
    if (desk.closed) return choices.replaceChildren();
    const going = desk.thread && ["bot", "waiting", "active"].includes(desk.thread.state);
    const staffed = now && (now.state === "now" || now.state === "busy");
    const list = [];
    const { bot } = now ?? {};
    const askBot = main => choice("bot", words.bot_ask.replace("%s", bot.name), words.bot_hint, () => app.startChat(true), { main });
    if (going) list.push(choice("chat", words.go_on, desk.thread.agent?.name ?? "", () => app.go("chat"), { main: true, count: app.count(desk.unread) }));
    else if (config.home.urgent && offers("chat") && offers("form")) list.push(...urgency(app, choice));
    else if (offers("chat") && bot?.first && now.state !== "now") list.push(askBot(true));
    else if (offers("chat") && now?.state === "now") list.push(choice("chat", words.chat, now.wait ? "" : words.chat_hint, () => chosen(app, () => app.startChat()), { main: true }));
    const leave = choice("mail", words.leave, words.leave_hint, () => chosen(app, () => app.go("form")), { main: !going && !!now && now.state !== "now" && !bot?.first });
    const asksUrgency = !going && config.home.urgent && offers("chat") && offers("form");
    if (offers("form") && !asksUrgency) list.push(leave);
    if (!going && !asksUrgency && offers("chat") && staffed && now.state === "busy") list.push(choice("clock", words.queue, words.queue_hint, () => chosen(app, () => app.startChat(false))));
    if (!going && offers("chat") && bot && (!bot.first || asksUrgency)) list.push(askBot(false));
    if (offers("report")) list.push(choice("alert", words.report, words.report_hint, () => app.report()));
    const unread = desk.requests.filter(one => one.unread).length;
    if (offers("requests") && desk.requests.length) list.push(choice("list", words.requests, "", () => app.go("requests"), { count: app.count(unread) }));
    if (offers("portal")) list.push(
      h(
        "a.choice",
        { href: config.portal, target: "_blank", rel: "noopener" },
        icon("help"),
        h("span.choice__text", {}, h("b", {}, words.help), h("small", {}, words.help_hint)),
        icon("forward", true),
      ),
    );
    const focused = [...choices.children].indexOf(document.activeElement);
    choices.replaceChildren(...list);
    if (focused >= 0) choices.children[Math.min(focused, list.length - 1)].focus();
  };
  update();
  return { element, update };
}

export function requests(app) {
  const { desk, words } = app;
  const list = h("ul.requests");
  const element = h("div.page", {}, head(app, { title: words.requests, back: () => app.go("home") }), list);
  let drawn = "";
  const update = () => {
    const look = JSON.stringify(desk.requests);
    if (look === drawn) return;
    drawn = look;
    const rows = desk.requests.map(one =>
      h(
        "li",
        {},
        h(
          one.unread ? "button.request.request--new" : "button.request",
          { type: "button", onclick: () => app.openThread(one.id) },
          h("span.request__top", {}, h("b", { dir: "auto" }, one.subject), h("time", {}, one.at)),
          h("span.request__line", { dir: "auto" }, one.preview),
          h("span.request__state", {}, one.number && h("bdi.ltr", {}, `#${one.number}`), h("span", {}, one.status)),
        ),
      ),
    );
    list.replaceChildren(...(rows.length ? rows : [h("li.nothing", {}, words.requests_none)]));
  };
  update();
  return { element, update };
}

let fieldCount = 0;

/** One labelled field; `element.fail(text)` shows what is wrong with it. */
export function field(app, { name, label, kind = "text", required = false, value = "", options, rows }) {
  const id = `field-${++fieldCount}`;
  const types = { email: "email", phone: "tel" };
  const attributes = {
    id, name, required, "aria-describedby": `${id}-wrong`,
    autocomplete: { name: "name", email: "email", phone: "tel" }[kind] ?? "off",
  };
  let control;
  if (options) control = h("select", attributes, h("option", { value: "" }), options.map(o => h("option", { value: o.value }, o.label)));
  else if (rows) control = h("textarea", { ...attributes, rows: String(rows), dir: "auto", maxlength: String(app.config.longest) });
  else control = h("input", { ...attributes, type: types[kind] ?? "text", dir: types[kind] ? "ltr" : "auto", maxlength: "250" });
  control.value = value;
  const wrong = h("span.ask__error", { id: `${id}-wrong`, "aria-live": "polite" });
  const optional = required ? null : h("small", {}, app.words.optional);
  const element = h("label", { for: id }, h("span", {}, label, optional), control, wrong);
  element.input = control;
  element.fail = text => {
    wrong.textContent = text;
    control.setAttribute("aria-invalid", text ? "true" : "false");
    if (text) control.focus();
  };
  control.addEventListener("input", () => element.fail(""));
  return element;
}

/** Fields for the questions of this inbox; what depends on another answer is asked when that is given. */
function questionFields(app, questions) {
  const { answers } = app.desk;
  const fields = questions.map(one => {
    const made = field(app, { ...one, options: one.options.length ? one.options : undefined, value: answers[one.name] ?? "" });
    made.question = one;
    if (one.kind === "number") Object.assign(made.input, { inputMode: "numeric", pattern: "[0-9۰-۹٠-٩]*", dir: "ltr" });
    return made;
  });
  const follow = () => {
    const open = new Set();
    for (const one of fields) {
      const { name, show_if: needs } = one.question;
      const before = needs && fields.find(other => other.question.name === needs.name);
      one.hidden = !!needs && !(before && open.has(needs.name) && needs.is.includes(before.input.value));
      if (!one.hidden) open.add(name);
    }
  };
  for (const one of fields) one.addEventListener("change", follow);
  follow();
  return fields;
}

/** Keeps what was answered: contact in one place, facts in the other. */
function keepAnswers(app, fields) {
  const { desk } = app;
  for (const { question: one, input, hidden } of fields) {
    const value = hidden ? "" : input.value.trim();
    if (["name", "email", "phone"].includes(one.kind)) { if (value) desk.contact[one.kind] = value; }
    else desk.answers[one.name] = value;
  }
}

/** A form of `fields`; `send(values)` may throw a Problem whose code names a field. */
export function ask(app, { fields, button, send, intro, between }) {
  const wrong = h("p.ask__error", { role: "alert" });
  const submit = h("button.act", { type: "submit" }, button);
  const onsubmit = async event => {
    event.preventDefault();
    const values = {};
    for (const one of fields) {
      if (one.hidden) continue;
      values[one.input.name] = one.input.value.trim();
      if (one.input.required && !values[one.input.name]) return one.fail(app.words.required);
      if (!one.input.checkValidity()) return one.fail(app.words.wrong);
    }
    submit.disabled = true;
    wrong.textContent = "";
    try {
      await send(values);
    } catch (problem) {
      const at = fields.find(one => one.input.name === (problem.code === "contact" ? "email" : problem.code));
      if (at) at.fail(problem.message);
      else wrong.textContent = problem.message || app.words.failed;
    } finally {
      submit.disabled = false;
    }
  };
  return h("form.ask", { onsubmit, novalidate: true }, intro, ...fields, ...[between ?? []].flat(), wrong, submit);
}

export function contactFields(app) {
  const { words, desk } = app;
  if (desk.visitor?.signed && desk.visitor.reachable) return [];
  return [
    field(app, { name: "name", kind: "name", label: words.name, value: desk.visitor?.name ?? "" }),
    field(app, { name: "email", kind: "email", label: words.email }),
    field(app, { name: "phone", kind: "phone", label: words.phone }),
  ];
}

/** The questions before a chat. */
export function questions(app) {
  const { words, config } = app;
  const fields = questionFields(app, config.questions);
  const words_of = fields.find(one => one.question.kind === "text" && one.input.tagName !== "SELECT");
  const fits = words_of && beside(app, words_of.input);
  const form = ask(app, {
    fields,
    between: fits?.element,
    button: words.start,
    send: () => {
      keepAnswers(app, fields);
      app.desk.offer = fits?.offer;
      app.go("chat");
    },
  });
  return { element: h("div.page", {}, head(app, { title: words.chat, back: () => app.go("home") }), form) };
}

/** The request that becomes a ticket. */
export function form(app) {
  const { words, desk } = app;
  const client_id = newId(); // of this request, however often it is sent
  const files = app.files();
  const contact = contactFields(app);
  const facts = questionFields(app, app.config.questions.filter(one => !["name", "email", "phone"].includes(one.kind)));
  const fields = [
    ...contact,
    ...facts,
    field(app, { name: "subject", label: words.subject, required: true }),
    field(app, { name: "text", label: words.message, required: true, rows: 5, value: desk.store.draft }),
  ];
  const hint = contact.length ? h("p.ask__hint", {}, words.either) : null;
  const [about, told] = fields.slice(-2).map(one => one.input);
  const fits = beside(app, told, about);
  const element = ask(app, {
    fields,
    intro: h("div.ask__intro", {}, desk.desk && h("p", {}, desk.desk.promise), hint),
    between: [fits.element, h("div.ask__files", {}, files.button, files.list)],
    button: words.submit,
    send: async ({ subject, text, name = "", email = "", phone = "" }) => {
      keepAnswers(app, facts);
      const contact = { name, email, phone };
      const receipt = await desk.leave({ client_id, subject, text, contact, files: files.ids, offer: fits.offer || undefined, team: desk.team });
      desk.store.draft = "";
      app.go("done", receipt);
    },
  });
  files.acceptOn(element);
  return { element: h("div.page", {}, head(app, { title: words.leave, back: () => app.go("home") }), element) };
}

/** "Not solved? Open a ticket": the chat becomes official. */
export function ticket(app) {
  const { words, desk } = app;
  const first = [...desk.messages.values()].find(message => message.from === "you");
  const fields = [
    field(app, { name: "subject", label: words.subject, required: true, value: (first?.text ?? "").split("\n")[0].slice(0, 120) }),
    ...(desk.visitor?.reachable ? [] : contactFields(app)),
  ];
  const element = ask(app, {
    fields,
    intro: h("div.ask__intro", {}, h("p", {}, words.open_ticket_text), fields.length > 1 && h("p.ask__hint", {}, words.either)),
    button: words.open_ticket,
    send: async ({ subject, ...contact }) => app.go("done", { ...(await desk.register(subject, contact)), chat: true }),
  });
  return { element: h("div.page", {}, head(app, { title: words.open_ticket, back: () => app.go("chat") }), element) };
}

export function contact(app) {
  const { words, desk } = app;
  const element = ask(app, {
    fields: contactFields(app),
    intro: h("div.ask__intro", {}, h("p", {}, words.contact_text), h("p.ask__hint", {}, words.either)),
    button: words.save,
    send: async values => {
      await desk.leaveContact(values);
      app.go("chat");
    },
  });
  return { element: h("div.page", {}, head(app, { title: words.contact, back: () => app.go("chat") }), element) };
}

export function done(app, receipt) {
  const { words } = app;
  const next = () => app.go(receipt.chat ? "chat" : "home");
  return {
    element: h(
      "div.page",
      {},
      head(app, { title: words.registered, back: next }),
      h(
        "div.done",
        { role: "status" },
        h("span.done__mark", {}, icon("check")),
        h("p", {}, words.number),
        h("p.done__number", {}, h("bdi.ltr", {}, receipt.number)),
        h("p.done__subject", { dir: "auto" }, receipt.subject),
        h("p.done__promise", {}, receipt.promise),
        h("button.act", { type: "button", onclick: next }, words.done),
      ),
    ),
  };
}
