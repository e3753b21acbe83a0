// The open list: kept true without ever moving what one reads. At the top of an untouched list new rows simply come;
// else they wait behind "3 new" while the rows on screen are brought up to date where they stand.
import { ask, digits, form, fragment, later, live, own, say, words } from "./common.js";

const rows = () => document.getElementById("rows");
const scroller = () => document.getElementById("list-scroll");
export const openId = () => document.getElementById("ticket-page")?.dataset.ticket || "";
let fresh = null;

export async function refresh() {
  const list = rows();
  if (!list) return;
  const answer = await ask(`${list.dataset.rows}?open=${openId()}`).catch(() => null);
  if (!answer?.ok || rows() !== list) return;
  const part = fragment(await answer.text());
  const incoming = [...part.querySelectorAll(".row")];
  const shown = new Map([...list.querySelectorAll(".row")].map((row) => [row.id, row]));
  const before = [...shown.keys()].slice(0, incoming.length).join();
  for (const row of incoming) {
    const old = shown.get(row.id);
    if (old) bring(old, row);
  }
  const there = new Set(incoming.map((row) => row.id));
  const edge = part.querySelector(".more") ? incoming.length : Infinity;
  [...shown.values()].slice(0, edge).forEach((row) => row.classList.toggle("row--left", !there.has(row.id)));
  if (incoming.map((row) => row.id).join() === before && shown.size >= incoming.length) return announce(0);
  fresh = part;
  const news = incoming.filter((row) => !shown.has(row.id)).length;
  if (untouched()) put();
  else announce(news);
}

const untouched = () => scroller().scrollTop < 8 && !scroller().matches(":hover") && !rows().contains(document.activeElement);

function bring(old, row) {
  row.querySelector("[aria-current]")?.removeAttribute("aria-current");
  const current = old.querySelector('[aria-current="true"]');
  if (current) row.querySelector(".row__open").setAttribute("aria-current", "true");
  if (old.isEqualNode(row)) return;
  const alarm = row.dataset.alarm || "";
  if (ALARMS.indexOf(alarm) > ALARMS.indexOf(old.dataset.alarm || "")) heard(alarm, row);
  if (alarm) old.dataset.alarm = alarm;
  else delete old.dataset.alarm;
  const focused = old.contains(document.activeElement);
  old.className = row.className;
  old.replaceChildren(...row.cloneNode(true).childNodes);
  if (focused) old.querySelector(".row__open").focus({ preventScroll: true });
}

const ALARMS = ["", "soon", "late", "very-late"];

/** A row has changed its colour: said once, for whoever can't see it. */
function heard(alarm, row) {
  const place = document.getElementById("list-heard");
  const subject = row.querySelector(".row__subject")?.firstChild?.textContent.trim() || "";
  if (place) place.textContent = say(alarm === "soon" ? words.soon : words.late, subject);
}

/** The new beginning of the list; further rows that were loaded stay below. */
function put() {
  if (!fresh) return;
  const list = rows();
  const incoming = [...fresh.querySelectorAll(".row")];
  const more = fresh.querySelector(".more");
  const ids = new Set(incoming.map((row) => row.id));
  const kept = [...list.querySelectorAll(".row")].slice(incoming.length).filter((row) => !ids.has(row.id) && !row.classList.contains("row--left"));
  const end = kept.length ? list.querySelector(".more") : more;
  for (const row of incoming) row.querySelector(".row__open").toggleAttribute("aria-current", false);
  list.replaceChildren(...incoming, ...kept, ...(end ? [end] : []));
  window.htmx.process(list);
  mark();
  fresh = null;
  announce(0);
  document.getElementById("list-empty").hidden = incoming.length > 0;
}

function announce(number) {
  const place = document.getElementById("list-news");
  if (!place) return;
  if (!fresh) { place.replaceChildren(); return; }
  const pill = document.createElement("div");
  pill.className = "waiting";
  pill.setAttribute("role", "status");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--small";
  button.textContent = number ? words.new_rows.replace("{number}", digits(number)) : words.new_order;
  button.addEventListener("click", () => { put(); scroller().scrollTo({ top: 0 }); });
  pill.append(button);
  place.replaceChildren(pill);
}

/** The open ticket's row is marked, and it is read now. */
export function mark() {
  const id = openId();
  for (const link of document.querySelectorAll("#rows .row__open")) {
    const current = link.dataset.openTicket === id;
    if (current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    if (current) {
      link.closest(".row").classList.remove("row--unread");
      link.querySelectorAll(".row__new, .row__new + .visually-hidden").forEach((el) => el.remove());
    }
  }
}

// acts on a row change the row itself
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-row-act]");
  if (!button) return;
  event.preventDefault();
  const row = button.closest(".row");
  button.setAttribute("aria-busy", "true");
  const url = `/desk/tickets/${row.dataset.id}/${button.dataset.rowAct}/`;
  const answer = await ask(url, { body: form({ row: rows().dataset.view }) }).catch(() => null);
  button.removeAttribute("aria-busy");
  if (!answer) return;
  const text = await answer.text();
  if (answer.ok) {
    const now = fragment(text).querySelector(".row");
    if (now) bring(row, now);
    else row.classList.add("row--left");
  } else if (answer.status === 422) {
    const told = document.getElementById("told");
    if (told) told.replaceChildren(fragment(text));
    soon();
  }
  document.dispatchEvent(new CustomEvent("desk-changed", { detail: { ticket: Number(row.dataset.id) } }));
});

const soon = later(refresh, 400);
const atLeisure = later(refresh, 3000); // other clocks come in batches: no hurry for each
for (const topic of own) live()?.on(topic, (poke) => (poke.name === "timers.replanned" ? atLeisure() : soon()));
document.addEventListener("desk-changed", soon);
