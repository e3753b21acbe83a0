// The board: up to four chats side by side, who waits beside them.
import { ask, complain, follow, form, fragment, later, live, own, ring, say, words } from "./common.js";
import "./counts.js";
import { stick } from "../stick.js";
import { attach } from "./replies.js";
import { uploads } from "./uploads.js";

const MOST = 4;
const panes = () => document.getElementById("panes");
const all = () => [...document.querySelectorAll(".chatpane")];
const board = document.getElementById("chats");
let stops = [];
const puts = new WeakMap(); // pane → what puts a chosen answer into its line

/** What a message's buttons do changes the head of a ticket; here is none, and the panes freshen themselves. */
function headless(root) {
  for (const el of root.querySelectorAll('[hx-target="#head"]')) {
    el.removeAttribute("hx-target");
    el.setAttribute("hx-swap", "none");
  }
}

function begin(pane) {
  headless(pane);
  if (pane.dataset.begun) return;
  pane.dataset.begun = "1";
  const line = pane.querySelector("[data-line]");
  const sendForm = pane.querySelector("form");
  let id = crypto.randomUUID();
  let saw = Number(pane.dataset.lastMessage) || 0;
  const insert = (text) => {
    const selection = getSelection();
    const range = selection.rangeCount && line.contains(selection.anchorNode) ? selection.getRangeAt(0) : null;
    const node = document.createTextNode(text);
    if (range) { range.insertNode(node); range.setStartAfter(node); range.collapse(true); selection.removeAllRanges(); selection.addRange(range); }
    else line.append(node);
  };
  const files = uploads({ box: pane, list: pane.querySelector("[data-files]"), pick: pane.querySelector("[data-pick]"), url: sendForm.dataset.upload, texts: sendForm.dataset });
  files.takePastes(line);
  const state = pane.querySelector("[data-state]");
  const picker = attach({ root: line, picker: pane.querySelector("[data-picker]"), url: pane.dataset.saved, used: pane.dataset.used, insert, none: words.no_reply });
  pane.querySelector("[data-saved-replies]").addEventListener("click", picker.open);
  const storage = `chat.${pane.dataset.paneTicket}`;
  try { line.textContent = sessionStorage.getItem(storage) || ""; } catch { /* then it starts empty */ }
  let told = 0;
  line.addEventListener("input", () => {
    try { sessionStorage.setItem(storage, line.innerText); } catch { /* kept on screen only */ }
    if (!line.textContent.trim()) { line.replaceChildren(); return; }
    if (Date.now() - told > 2500) { told = Date.now(); live()?.say(`conversation:${pane.dataset.conversation}`, "typing", null, 5); }
  });
  line.addEventListener("focus", () => read(pane));
  line.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && pane.querySelector("[data-picker]").hidden) { event.preventDefault(); sendForm.requestSubmit(); }
  });
  let sending = false;
  async function send(anyway = false) {
    const text = line.innerText.trim();
    if (sending || (!text && !files.busy() && !files.ids().length)) return;
    sending = true;
    if (files.busy()) { state.textContent = sendForm.dataset.sending; await files.done(); }
    const html = !text ? "" : text.split("\n").map((part) => { const p = document.createElement("p"); p.dir = "auto"; p.textContent = part; return p.outerHTML; }).join("");
    const values = { kind: "reply", html, client_id: id, files: files.ids(), via: pane.dataset.conversation, saw_id: Math.max(saw, Number(pane.dataset.read || 0)) };
    if (anyway) values.anyway = "1";
    const guard = pane.querySelector("[data-guard]");
    try {
      const answer = await ask(pane.dataset.send, { body: form(values) });
      const body = await answer.text();
      if (answer.ok) {
        id = crypto.randomUUID();
        line.replaceChildren();
        files.clear();
        guard.replaceChildren();
        try { sessionStorage.removeItem(storage); } catch { /* nothing was kept */ }
        await freshen(pane);
        stick(pane.querySelector("[data-stick]"));
      } else {
        if (answer.status === 409) await freshen(pane);
        guard.replaceChildren(fragment(body));
      }
    } catch {
      guard.textContent = words.offline;
    } finally {
      sending = false;
      state.textContent = "";
      line.focus();
    }
  }
  sendForm.addEventListener("submit", (event) => { event.preventDefault(); send(); });
  pane.querySelector("[data-guard]").addEventListener("click", (event) => {
    if (event.target.closest("[data-anyway]")) send(true);
    if (event.target.closest("[data-look]")) { saw = Number(pane.dataset.lastMessage); event.currentTarget.replaceChildren(); line.focus(); }
  });
  puts.set(pane, async (button) => {
    const dialog = button.closest("dialog");
    let text = button.dataset.putText;
    if (button.dataset.putCard) { // in a line a card is its title and address
      const answer = await ask(pane.dataset.card, { body: form({ translation: button.dataset.putCard, channel: "sms" }) });
      if (!answer.ok) { dialog.querySelector("[data-card-told]").replaceChildren(fragment(await answer.text())); return; }
      text = fragment((await answer.json()).html).textContent;
    }
    dialog.close();
    line.append(`${line.textContent.trim() ? "\n" : ""}${text}`);
    line.dispatchEvent(new Event("input"));
    line.focus();
    getSelection().selectAllChildren(line);
    getSelection().collapseToEnd();
    if (button.dataset.putUsed) ask(`${pane.dataset.used}${button.dataset.putUsed}/used/`, { body: form({}) }).catch(() => {});
  });
  pane.addEventListener("chat-read", () => { saw = Number(pane.dataset.lastMessage); });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-put-card], [data-put-text]");
  const asked = button?.closest("[data-answers-for]")?.dataset.answersFor;
  const pane = asked && all().find((one) => one.dataset.paneTicket === asked);
  if (pane) puts.get(pane)?.(button).catch(() => {});
});

async function freshen(pane, head = false) {
  if (head) freshenHead(pane);
  const answer = await ask(`${pane.dataset.lines}?after=${pane.dataset.lastEvent}`).catch(() => null);
  if (!answer?.ok) return;
  const last = Number(answer.headers.get("X-Last-Event"));
  const part = fragment(await answer.text());
  const here = pane.querySelector("[data-lines-here]");
  const seen = part.querySelector("template[data-seen-to]");
  if (seen) {
    for (const place of here.querySelectorAll("[data-seen]")) if (Number(place.dataset.seen) <= Number(seen.dataset.seenTo)) place.replaceChildren(seen.content.cloneNode(true));
  }
  part.querySelectorAll("template, .day").forEach((el) => el.remove());
  for (const item of part.querySelectorAll("[data-message]")) if (here.querySelector(`[data-message="${item.dataset.message}"]`)) item.remove();
  if (last <= Number(pane.dataset.lastEvent)) return;
  pane.dataset.lastEvent = last;
  if (Number(answer.headers.get("X-Last-Message"))) pane.dataset.lastMessage = answer.headers.get("X-Last-Message");
  headless(part);
  here.append(part);
  window.htmx.process(here);
  pane.classList.toggle("chatpane--news", !pane.contains(document.activeElement) && Number(answer.headers.get("X-New")) > 0);
  if (pane.contains(document.activeElement)) setTimeout(() => read(pane), 700);
}

// what is said of the ticket above its lines: after these the number or the name may be another
const HEADS = new Set(["ticket.registered", "ticket.renamed", "bot.left", "chat.accepted", "chat.ended", "resync"]);

async function freshenHead(pane) {
  const answer = await ask(`/desk/tickets/${pane.dataset.paneTicket}/chat/`).catch(() => null);
  const now = answer?.ok && fragment(await answer.text());
  const head = now && now.querySelector(".chatpane__head");
  if (!head) return;
  const held = pane.querySelector(".chatpane__head").contains(document.activeElement);
  pane.querySelector(".chatpane__head").replaceWith(head);
  pane.querySelector("[data-line]").dataset.placeholder = now.querySelector("[data-line]").dataset.placeholder;
  if (held) pane.querySelector("[data-line]").focus();
  window.htmx.process(head);
}

/** The chat stands on another ticket now: its pane goes along, with what is being written. */
async function moveOn(pane) {
  const answer = await ask(`/desk/tickets/${pane.dataset.paneTicket}/chat/?conversation=${pane.dataset.conversation}`).catch(() => null);
  const there = answer?.ok && fragment(await answer.text()).querySelector(".chatpane");
  if (!there || !pane.isConnected) return;
  const writes = pane.contains(document.activeElement);
  try { sessionStorage.setItem(`chat.${there.dataset.paneTicket}`, pane.querySelector("[data-line]").innerText); } catch { /* kept on screen only */ }
  pane.replaceWith(there);
  window.htmx.process(there);
  listen();
  if (!writes) return;
  const line = there.querySelector("[data-line]");
  line.focus();
  getSelection().selectAllChildren(line);
  getSelection().collapseToEnd();
}

function read(pane) {
  pane.classList.remove("chatpane--news");
  const last = Number(pane.dataset.lastMessage);
  if (document.hidden || !last || last <= Number(pane.dataset.read || 0)) return;
  pane.dataset.read = last;
  pane.dispatchEvent(new Event("chat-read"));
  ask(pane.dataset.mark, { body: form({ message: last }) }).catch(() => {});
}

function typed(pane) {
  let quiet = 0;
  return (word) => {
    if (word.kind !== "typing" || word.from?.startsWith("agent:")) return;
    const place = pane.querySelector("[data-typing]");
    place.textContent = word.data === false ? "" : say(pane.dataset.customerTyping, pane.dataset.customer);
    clearTimeout(quiet);
    quiet = setTimeout(() => { place.textContent = ""; }, 6000);
  };
}

function listen() {
  stops.forEach((stop) => stop());
  stops = [];
  const line = live();
  follow(all().flatMap((pane) => [`ticket:${pane.dataset.paneTicket}`, `conversation:${pane.dataset.conversation}`]));
  for (const pane of all()) {
    begin(pane);
    if (line) stops.push(line.on(`ticket:${pane.dataset.paneTicket}`, (poke) => (/^ticket\.(joined|parted)$/.test(poke.name) ? moveOn(pane) : freshen(pane, HEADS.has(poke.name)))), line.onSay(`conversation:${pane.dataset.conversation}`, typed(pane)));
  }
  document.getElementById("no-panes").hidden = all().length > 0;
  panes().dataset.number = all().length;
}

async function openPane(ticket, url = `/desk/tickets/${ticket}/chat/`) {
  const there = document.getElementById(`pane-${ticket}`);
  if (!there) {
    const answer = await ask(url).catch(() => null);
    if (!answer?.ok) return complain(answer?.status === 404 ? words.gone : words.offline);
    if (all().length >= MOST) all().at(-1).remove();
    panes().prepend(fragment(await answer.text()));
    window.htmx.process(panes());
    document.dispatchEvent(new Event("htmx:afterSettle"));
    listen();
  }
  board.dataset.show = "pane";
  for (const pane of all()) pane.classList.toggle("chatpane--first", pane.dataset.paneTicket === String(ticket));
  const pane = document.getElementById(`pane-${ticket}`);
  // beside the bot one reads along first
  pane?.querySelector(pane.querySelector(".chatpane__head [data-accept]") ? "[data-stick]" : "[data-line]").focus();
}

async function refresh() {
  const answer = await ask(board.dataset.queue).catch(() => null);
  const old = document.getElementById("chat-queue");
  if (!answer?.ok || !old) return;
  const part = fragment(await answer.text());
  const now = part.firstElementChild;
  if (old.contains(document.activeElement) || old.matches(":hover")) {
    // who has the pointer on "Accept" keeps it there: only what is new is added
    if (Number(now.dataset.waitingCount) === Number(old.dataset.waitingCount) && Number(now.dataset.openCount) === Number(old.dataset.openCount) && now.dataset.bots === old.dataset.bots) return;
  }
  const was = document.activeElement;
  const { paneOpen: focused, accept: accepting } = document.activeElement?.dataset ?? {};
  old.replaceWith(now);
  window.htmx.process(now);
  if (focused) now.querySelector(`[data-pane-open="${focused}"]`)?.focus();
  else if (accepting && old.contains(was)) now.querySelector(`[data-accept="${accepting}"]`)?.focus();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-pane-open]");
  if (opener) openPane(opener.dataset.paneOpen, opener.dataset.paneUrl);
  const waiting = event.target.closest("[data-accept]");
  if (waiting) accept(waiting);
  if (event.target.closest("[data-pane-close]")) {
    event.target.closest(".chatpane").remove();
    board.dataset.show = "";
    listen();
  }
});
// not by htmx: the list may be drawn anew while the answer is on its way, and the button with it
async function accept(button) {
  button.disabled = true;
  const answer = await ask(button.dataset.acceptUrl, { body: form({}) }).catch(() => null);
  button.disabled = false;
  if (answer?.status === 422) complain(fragment(await answer.text()).textContent.trim()); // someone was quicker
  else if (!answer?.ok) complain(answer?.status === 404 ? words.gone : words.offline);
  else {
    const there = document.getElementById(`pane-${button.dataset.accept}`); // he has read along
    if (there) await Promise.all([freshenHead(there), freshen(there)]);
    await openPane(button.dataset.accept);
  }
  refresh();
}

const soon = later(refresh, 400);
for (const topic of own) live()?.on(topic, soon);
live()?.on(own[0], (poke) => { if (poke.name === "ticket.assigned") { soon(); ring(); } });
document.addEventListener("desk-changed", (event) => {
  soon();
  for (const pane of all()) if (pane.dataset.paneTicket === String(event.detail.ticket)) freshen(pane);
});
window.addEventListener("load", listen);
if (document.readyState === "complete") listen();
