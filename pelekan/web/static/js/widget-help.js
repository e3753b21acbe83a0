// Answers inside the frame: the search at its home, what fits beside a text that is being written, an article to read.

import { mark } from "./widget-store.js";
import { h, icon } from "./widget-view.js";

const PAUSE = 700; // ms without a letter before it looks
const SHORTEST = 8;

async function ask(app, text, subject, offer) {
  return app.desk.call("answers", { body: { text, subject, offer, mark } });
}

/** What fits to a text, below it. `field` is what one writes in, `subject` another field beside it or nothing. */
export function beside(app, field, subject) {
  const { words } = app;
  const element = h("section.fits", { "aria-live": "polite", hidden: true });
  const state = { offer: "", shown: "" };
  let timer;
  const look = async () => {
    const text = field.value.trim();
    const about = subject?.value.trim() ?? "";
    if (`${about} ${text}`.trim().length < SHORTEST) return;
    try {
      const found = await ask(app, text, about, state.offer);
      state.offer = found.offer || state.offer;
      draw(found.answers);
    } catch {
      // a help that does not come is none; what is written is not in its way
    }
  };
  const draw = answers => {
    const shown = answers.map(one => one.key).join();
    if (shown === state.shown) return; // nothing moves under a reader's eyes
    state.shown = shown;
    element.hidden = !answers.length;
    element.replaceChildren(
      h("h2", {}, icon("help"), words.fits),
      list(app, answers, state),
      h("button.act.act--quiet", { type: "button", onclick: () => solved(app, state, answers, field) }, icon("check"), words.fits_solved),
    );
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  };
  field.addEventListener("input", soon);
  subject?.addEventListener("input", soon);
  return {
    element,
    get offer() {
      return state.offer;
    },
    clear() {
      clearTimeout(timer);
      Object.assign(state, { offer: "", shown: "" });
      element.hidden = true;
    },
  };
}

function list(app, answers, state) {
  return h(
    "ul.fits__list",
    {},
    answers.map(one =>
      h(
        "li",
        { lang: one.language, dir: one.dir },
        one.kind === "article"
          ? h("button.fits__one", { type: "button", onclick: () => open(app, one, state) }, h("b", { dir: "auto" }, one.title), one.text && h("small", { dir: "auto" }, one.text))
          : h("details.fits__one", {}, h("summary", {}, h("b", { dir: "auto" }, one.title), h("small", {}, app.words.fits_other)), h("p", { dir: "auto" }, one.text)),
      ),
    ),
  );
}

async function solved(app, state, answers, field) {
  const one = answers.length === 1 && answers[0].kind === "answer" ? answers[0].id : undefined;
  await app.desk.call("answers/solved", { body: { offer: state.offer, answer: one } }).catch(() => {});
  if (field) field.value = "";
  app.desk.store.draft = "";
  app.go("home");
  app.say(app.words.fits_thanks);
}

/** Over the screen that is there: what is being written below stays as it is. */
function open(app, one, state) {
  const from = document.activeElement;
  const layer = h("div.layer", {});
  layer.append(article(app, { one, state, back: () => (layer.remove(), from?.focus()) }).element);
  app.place.append(layer);
  layer.querySelector("h1").focus();
}

/** The search at the home. */
export function search(app) {
  const { words } = app;
  const state = { offer: "" };
  const results = h("div.find__results", { "aria-live": "polite" });
  const input = h("input", { type: "search", placeholder: words.find, "aria-label": words.find, dir: "auto", autocomplete: "off", maxlength: "200" });
  let timer;
  let asked = "";
  const look = async () => {
    const text = input.value.trim();
    if (text === asked) return;
    asked = text;
    if (text.length < 3) return results.replaceChildren();
    try {
      const found = await ask(app, text.padEnd(SHORTEST), "", state.offer);
      if (asked !== text) return;
      state.offer = found.offer || state.offer;
      results.replaceChildren(found.answers.length ? list(app, found.answers, state) : h("p", {}, words.find_none));
    } catch (problem) {
      results.replaceChildren(h("p", {}, problem.message || words.failed));
    }
  };
  const onsubmit = event => {
    event.preventDefault();
    clearTimeout(timer);
    look();
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 350);
  });
  return h("search.find", {}, h("form", { onsubmit }, icon("search"), input), results);
}

/** An article, read without leaving the window. "Still need help" leads to a person in one step. */
function article(app, { one, state, back }) {
  const { words, desk } = app;
  const body = h("div.article", { tabindex: "0" }, h("p", {}, "…"));
  const ends = h(
    "div.article__ends",
    {},
    h("button.act", { type: "button", onclick: () => solved(app, state, [one]) }, icon("check"), words.fits_solved),
    h("button.act.act--quiet", { type: "button", onclick: () => person(app) }, words.fits_person),
  );
  const bar = h(
    "header.chat__head",
    {},
    h("button", { type: "button", "aria-label": words.back, onclick: back }, icon("back", true)),
    h("div.chat__who", {}, h("h1", { tabindex: "-1", dir: "auto" }, one.title)),
  );
  desk.call("answers/article", { body: { id: one.id, offer: state.offer, mark } }).then(
    found => {
      body.lang = found.language;
      body.dir = found.dir;
      // The server has made this HTML safe; the page's policy allows no script in it besides.
      const inner = h("div.article__text", { innerHTML: "" });
      inner.innerHTML = found.html || "";
      if (!found.html && found.text) inner.append(h("p", { dir: "auto" }, found.text));
      for (const link of inner.querySelectorAll("a")) Object.assign(link, { target: "_blank", rel: "noopener" });
      const more = h("a", { href: found.url, target: "_blank", rel: "noopener" }, found.whole ? words.fits_page : words.fits_whole);
      body.replaceChildren(inner, h("p.article__more", {}, more));
    },
    problem => body.replaceChildren(h("p", {}, problem.message || words.failed)),
  );
  return { element: h("div.page", {}, bar, body, ends) };
}

/** To a person: the chat while somebody is there and it is offered, else the form. */
export function person(app) {
  if (["waiting", "active"].includes(app.desk.thread?.state)) return app.go("chat");
  const { choices } = app.config.home;
  const there = app.desk.desk?.state === "now";
  if (choices.includes("chat") && (there || !choices.includes("form"))) chosen(app, () => app.startChat());
  else chosen(app, () => app.go("form"));
}

/** `next` once it is known who should answer: asked where there are several departments. */
export function chosen(app, next) {
  const { departments } = app.config.home;
  if (departments.length < 2) return next();
  app.go("departments", next);
}

export function departments(app, next) {
  const { words, desk, config } = app;
  const take = team => {
    desk.team = team.id;
    next();
  };
  const bar = h(
    "header.chat__head",
    {},
    h("button", { type: "button", "aria-label": words.back, onclick: () => app.go("home") }, icon("back", true)),
    h("div.chat__who", {}, h("h1", { tabindex: "-1" }, words.who)),
  );
  const list = config.home.departments.map(team => {
    const hours = h("small.choice__hours", {});
    const button = h("button.choice", { type: "button", onclick: () => take(team) }, h("span.choice__text", {}, h("b", { dir: "auto" }, team.name), team.description && h("small", { dir: "auto" }, team.description), hours), icon("forward", true));
    return { id: team.id, hours, button };
  });
  desk.call("departments").then(
    found => {
      for (const one of found.departments) {
        const said = [one.hours, one.languages.join(words.comma)].filter(Boolean).join(" · ");
        list.find(other => other.id === one.id)?.hours.append(one.open && one.hours ? h("span.dot.dot--now") : "", said);
      }
    },
    () => {}, // without hours one can still choose
  );
  return { element: h("div.page", {}, bar, h("div.departments", {}, list.map(one => one.button))) };
}

/** The two ways of a home that asks how urgent it is. */
export function urgency(app, choice) {
  const { words, desk } = app;
  const now = desk.desk;
  const staffed = now?.state === "now" || now?.state === "busy";
  return [
    choice("alert", words.urgent, (staffed ? now.wait || words.chat : now?.promise) ?? "", () => chosen(app, () => (staffed ? app.startChat(false) : app.go("form"))), { main: true }),
    choice("clock", words.can_wait, words.leave_hint, () => chosen(app, () => app.go("form"))),
  ];
}
