// The portal's pages: what is new appears by itself or waits, drafts stay, nothing is sent twice.
import { connect } from "./live.js";

const STEM = "pelekan-draft:";
const WITHIN = ".guide textarea, .helped__more[open] textarea"; // what is written within the part that is fetched anew
const part = document.querySelector("[data-live]");

// Something happened: fetch this part anew, with our own rights. A reader who is writing is not moved: it waits.
if (part) {
  const topics = part.dataset.live.split(" ");
  const live = connect({ ticketUrl: part.dataset.liveUrl, key: topics.join(" "), topics });
  let timer;
  for (const topic of topics)
    live.on(topic, () => {
      clearTimeout(timer);
      timer = setTimeout(() => refresh(false), 150);
    });
}

async function refresh(asked) {
  const answer = await fetch(part.dataset.part, { headers: { "HX-Request": "true" }, redirect: "manual" });
  if (!answer.ok) return;
  const made = document.createElement("template");
  made.innerHTML = await answer.text();
  const last = made.content.querySelector("[data-last]")?.dataset.last;
  const news = last && last !== part.querySelector("[data-last]")?.dataset.last;
  if (news && !asked && isWriting()) return announce();
  if (!asked && isWriting(WITHIN)) return; // what is said about a step or an answer is not lost
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  const far = document.documentElement.scrollHeight - innerHeight - scrollY;
  part.replaceChildren(made.content);
  globalThis.htmx?.process(part);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  if (news) scrollTo({ top: document.documentElement.scrollHeight - innerHeight - far });
  document.querySelector(".waiting")?.remove();
}

function isWriting(where = `#answer textarea, ${WITHIN}`) {
  return [...document.querySelectorAll(where)].some(
    field => document.activeElement === field || field.value !== field.defaultValue || field.closest(".helped__more"),
  );
}

function announce() {
  if (document.querySelector(".waiting")) return;
  const waiting = document.createElement("div");
  waiting.className = "waiting";
  waiting.setAttribute("role", "status");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--small";
  button.textContent = part.dataset.new;
  button.addEventListener("click", () => refresh(true));
  waiting.append(button);
  part.after(waiting);
}

// Drafts: kept in this tab until the page says, in its address, that they were sent.
const sent = location.hash.match(/^#sent-([\w-]+)$/)?.[1];
if (sent) {
  for (const name of [sent, `${sent}-subject`]) sessionStorage.removeItem(STEM + name);
  history.replaceState(null, "", location.pathname + location.search);
}
for (const field of document.querySelectorAll("[data-keep]")) {
  const name = STEM + field.dataset.keep;
  field.value ||= sessionStorage.getItem(name) ?? "";
  field.addEventListener("input", () => {
    if (field.value) sessionStorage.setItem(name, field.value);
    else sessionStorage.removeItem(name);
  });
}

// Answers appear as one writes, so no page stands between writing and sending.
for (const field of document.querySelectorAll("[data-live-answers]")) field.value = "1";

// A second click sends nothing; coming back by the back button, one can send again (the server knows the twin).
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", event => {
    if (form.dataset.sending) return event.preventDefault();
    form.dataset.sending = "yes";
    form.querySelector("[type=submit]").setAttribute("aria-busy", "true");
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) {
    delete form.dataset.sending;
    form.querySelector("[type=submit]").removeAttribute("aria-busy");
  }
});
