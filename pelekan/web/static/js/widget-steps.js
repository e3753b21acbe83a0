// Guided steps in the thread: ticked in place, "this does not work" with a word on why, and the question at the end.
import { h, icon, linked } from "./widget-view.js";

/** The steps of a message. A tick keeps the focus, whatever is drawn anew around it. */
export function stepsLine(app, message) {
  const { desk, words } = app;
  const { guide } = message;
  const act = (id, what) => async event => {
    event.preventDefault();
    const from = event.currentTarget;
    from.setAttribute("aria-busy", "true");
    try {
      await desk.step(message, { ...what, words: from.words?.value.trim() });
      document.getElementById(id)?.focus();
    } catch (problem) {
      from.removeAttribute("aria-busy");
      app.say(problem.message);
    }
  };
  const why = (label, button, id, what) =>
    h("form.steps__why", { onsubmit: act(id, what) },
      h("textarea", { name: "words", rows: "2", dir: "auto", maxlength: "2000", placeholder: label, "aria-label": label }),
      h("button", { type: "submit" }, button));
  const step = (one, at) => {
    const id = `step-${message.id}-${at}`;
    const tick = h("button.steps__tick", {
      type: "button", id, role: "checkbox", "aria-checked": String(one.done), "aria-label": `${one.number}: ${one.title}`,
      onclick: act(id, { act: one.done ? "untick" : "tick", step: at }),
    }, one.done ? icon("check") : one.number);
    const text = h("div", {}, h("b", { dir: "auto" }, one.title), one.text && h("p", { dir: "auto" }, linked(one.text)),
      one.stuck !== null && h("p.steps__stuck", {}, icon("alert"), words.step_stuck),
      !one.done && h("details", {}, h("summary", {}, words.step_fails), why(words.step_why, words.step_tell, id, { act: "stuck", step: at })));
    return h("li", {}, tick, text);
  };
  const end = `steps-end-${message.id}`;
  return h("div.steps", {},
    guide.intro && h("p", { dir: "auto" }, linked(guide.intro)),
    h("p.steps__how", { role: "status" }, guide.progress),
    h("ol", { lang: guide.language, dir: guide.language === "en" ? "ltr" : "rtl" }, guide.steps.map(step)),
    guide.said && h("p.steps__end", { id: end, tabindex: "-1" }, guide.said),
    guide.asks && h("div.steps__end", {}, h("b", {}, words.steps_solved),
      h("button", { type: "button", onclick: act(end, { act: "solved" }) }, icon("check"), words.steps_yes),
      why(words.steps_left, words.steps_no, end, { act: "unsolved" })));
}
