// The workspace: opening tickets beside the list, going back, keys.
import { register } from "../keys.js";
import { ask, complain, words } from "./common.js";
import { badge } from "./counts.js";
import { mark } from "./list.js";
import { begin as beginPending } from "./pending.js";
import { begin } from "./ticket.js";

const desk = document.getElementById("desk");
const pane = () => document.getElementById("ticket");

/** Show a ticket in its pane; the list stays where it is. */
async function show(url, push = true) {
  document.getElementById("ticket-page")?.dispatchEvent(new Event("leaving"));
  const answer = await ask(url).catch(() => null);
  if (!answer) return complain(words.offline);
  if (answer.status === 404) return complain(words.gone);
  if (!answer.ok) { location.assign(url); return; }
  window.htmx.swap("#ticket", await answer.text(), { swapStyle: "innerHTML" });
  if (push) history.pushState({ desk: true }, "", url);
  desk.dataset.show = "ticket";
  begin();
  mark();
  document.title = document.getElementById("ticket-page")?.dataset.title || document.title;
  badge();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-open-ticket]");
  if (!link || !pane() || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  show(link.href);
});

// an act that leads to another ticket, or changes so much of this one that it is shown anew
document.addEventListener("desk-open", (event) => {
  const { url } = event.detail;
  if (pane()) show(url, new URL(url, location.href).pathname !== location.pathname);
  else location.assign(url);
});

addEventListener("popstate", () => {
  if (pane() && /^\/desk\/tickets\/\d+\/$/.test(location.pathname)) show(location.href, false);
  else if (!/^#/.test(location.hash)) location.reload();
});

document.addEventListener("click", (event) => {
  const back = event.target.closest('[data-show-pane="list"]');
  if (back && document.querySelector("#list .row")) history.pushState({ desk: true }, "", back.href);
});

document.addEventListener("ticket-gone", () => {
  complain(words.gone);
});

// "g" and a letter: go
let going = 0;
register("g", "", () => { going = Date.now(); });
document.addEventListener("keydown", (event) => {
  if (Date.now() - going > 1500 || event.ctrlKey || event.metaKey || event.altKey) return;
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1].toLowerCase() || event.key.toLowerCase();
  if (letter === "g") return;
  going = 0;
  const link = document.querySelector(`.nav [data-key="g ${CSS.escape(letter)}"]`);
  if (!link) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  link.click();
}, true);

register("o", words.open, () => (document.activeElement.closest("[data-id]")?.querySelector("a") || document.activeElement).click?.(), "", { shown: "o / ↵" });

beginPending(pane() ? (ticket) => show(ticket, !location.pathname.startsWith(ticket)) : null);
if (pane()) begin();
