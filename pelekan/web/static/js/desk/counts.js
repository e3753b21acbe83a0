// The counts of the lists, and the chats that wait: in the nav, in the title, by ear.
import { ask, digits, later, live, own, ring } from "./common.js";

let waiting = Number([...document.querySelectorAll('[data-count="waiting"]')][0]?.dataset.number || 0);
let first = true;

export async function recount() {
  const answer = await ask("/desk/counts/").catch(() => null);
  if (!answer?.ok) return;
  const holder = document.createElement("template");
  holder.innerHTML = await answer.text();
  for (const { dataset, value, textContent } of holder.content.querySelectorAll("data")) {
    for (const el of document.querySelectorAll(`[data-count="${dataset.slug}"]`)) {
      const shown = (el.hasAttribute("data-late-first") && dataset.lateCount) || textContent;
      if (el.textContent !== shown) el.textContent = shown;
      el.hidden = !value;
      if (dataset.late !== undefined && dataset.slug !== "calls") el.classList.toggle("count--breach", Boolean(dataset.late) || dataset.slug === "waiting");
      if (dataset.late) el.title = dataset.late;
      else el.removeAttribute("title");
    }
    for (const el of document.querySelectorAll(`[data-late="${dataset.slug}"]`)) {
      if (el.textContent !== (dataset.late || "")) el.textContent = dataset.late || "";
    }
    if (dataset.slug === "waiting") noticed(parseInt(value, 10) || 0);
  }
}

function noticed(now) {
  if (now > waiting && !first) ring();
  first = false;
  waiting = now;
  badge();
}

export function badge() {
  const bare = document.title.replace(/^\([^)]*\) /, "");
  document.title = waiting ? `(${digits(waiting)}) ${bare}` : bare;
}

const soon = later(recount, 800);
const atLeisure = later(recount, 3000);
for (const topic of own) live()?.on(topic, (poke) => (poke.name === "timers.replanned" ? atLeisure() : soon()));
recount();
setInterval(() => document.hidden || recount(), 180_000); // what nobody thinks of grows while nothing happens
