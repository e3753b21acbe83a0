// What the bot says in the thread: marked as a bot's, passages as cards with their link, buttons whose press is a line of
// the visitor's.
import { h, icon, linked } from "./widget-view.js";

export const botMark = words => h("span.line__bot", {}, icon("bot"), words.bot_mark);

export function botLine(app, message) {
  const { words } = app;
  const { cards } = message.bot;
  return h("div.botline", {},
    message.text && h("div.line__text", { dir: "auto" }, linked(message.text)),
    cards.map(card => h("a.passage", { href: card.url, target: "_blank", rel: "noopener", lang: card.language },
      h("b", { dir: "auto" }, card.title),
      h("q", { dir: "auto" }, card.quote),
      h("span.passage__more", { lang: app.config.language }, icon("help"), words.bot_read))),
    app.desk.offers(message) && presses(app, message.bot.buttons));
}

/** Buttons to press: what is written on one is what the visitor says. */
export function presses(app, buttons) {
  return h("div.presses", {}, buttons.map(({ press, label }) =>
    h(press === "person" ? "button.press.press--person" : "button.press", {
      type: "button", dir: "auto",
      onclick: event => {
        app.desk.write(label, [], press);
        // by keyboard: the button is gone with its question, one goes on where one writes
        if (!event.detail) document.querySelector(".chat__write textarea")?.focus();
      },
    }, press === "person" && icon("chat"), label)));
}

/** Before the first word: who is there, and what he can be asked with one press. */
export function botGreeting(app, bot) {
  return h("li.line", {},
    h("b.line__who", {}, h("bdi", {}, bot.name), botMark(app.words)),
    h("div.line__text", { dir: "auto" }, bot.hello),
    bot.buttons.length && presses(app, bot.buttons));
}
