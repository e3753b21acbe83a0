// Where the agent writes: rich text, files, saved replies; the draft is kept as one types, on the server, so that another
// device can go on; nothing is sent over a message that one has not seen, and nothing twice.
import Squire from "../../vendor/squire.js";
import DOMPurify from "../../vendor/purify.js";
import { tell } from "../parts.js";
import { stick } from "../stick.js";
import { ask, form, fragment, settle } from "./common.js";
import { mention } from "./mentions.js";
import { sent, undoLast } from "./pending.js";
import { promises } from "./promises.js";
import { recipients } from "./recipients.js";
import { attach } from "./replies.js";
import { uploads } from "./uploads.js";

let insertCard = null; // of the composer that stands on the page: dialogs stand beside it
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-put-card], [data-put-text]");
  if (button && insertCard && document.getElementById("composer")) insertCard(button).catch(() => {});
});

const CLEAN = { ALLOWED_TAGS: ["p", "div", "br", "b", "strong", "i", "em", "u", "s", "a", "ul", "ol", "li", "blockquote", "code", "pre", "span"], ALLOWED_ATTR: ["href", "dir"], RETURN_DOM_FRAGMENT: true };
const toFragment = (html) => document.importNode(DOMPurify.sanitize(html, CLEAN), true);

/** `here` is the ticket's page; `freshen` brings its new lines, `typing(public)` tells others, `lastSeen()` what was read. */
export function begin(here, { freshen, typing, lastSeen }) {
  const box = here.querySelector("#composer");
  if (!box || box.dataset.begun) return;
  box.dataset.begun = "1";
  const data = box.dataset;
  const editors = {};
  const pickers = {};
  const ids = {}; // one for each message that is being written
  const saw = { reply: Number(data.saw) || 0 };
  const files = uploads({ box, list: box.querySelector("#composer-files"), pick: box.querySelector("[data-pick]"), url: data.upload, texts: data });
  const state = box.querySelector("#draft-state");
  const guard = box.querySelector("#guard");
  const via = box.querySelector("#via");

  const people = recipients(box, via);
  const mode = () => data.mode;
  const care = promises({ place: box.querySelector("#promises"), url: data.promises, words: () => (mode() === "reply" ? root("reply").innerText : "") });
  const root = (kind = mode()) => box.querySelector(`[data-editor="${kind}"]`);
  const empty = (el) => !el.textContent.trim() && !el.querySelector("img");
  function show(el) { el.classList.toggle("is-empty", empty(el)); }

  for (const root of box.querySelectorAll("[data-editor]")) {
    const kind = root.dataset.editor;
    const editor = new Squire(root, { blockTag: "P", blockAttributes: { dir: "auto" }, sanitizeToDOMFragment: toFragment, addLinks: true, didError: () => {} });
    editors[kind] = editor;
    ids[kind] = crypto.randomUUID();
    const draft = box.querySelector(`[data-draft-of="${kind}"]`).innerHTML;
    if (draft.trim()) editor.setHTML(draft);
    pickers[kind] = attach({ root, picker: box.querySelector("[data-picker]"), url: data.saved, used: data.used, insert: (text) => editor.insertPlainText(text, false), none: data.none });
    if (kind === "note") mention({ root, box, url: data.colleagues, insert: (text) => editor.insertPlainText(text, false) });
    show(root);
    editor.addEventListener("input", () => {
      show(root);
      if (kind === "reply" && !empty(root) && !root.dataset.begun) { root.dataset.begun = "1"; saw.reply = lastSeen(); }
      if (!empty(root)) typing(kind === "reply" && via?.selectedOptions[0]?.dataset.channel === "chat");
      weigh();
      if (kind === "reply") care.look();
      keep(kind);
    });
  }

  // what goes out as a text message is charged by part
  const partsPlace = box.querySelector("#text-parts");
  function weigh() {
    const way = via?.selectedOptions[0];
    partsPlace.hidden = mode() !== "reply" || way?.dataset.channel !== "sms";
    if (!partsPlace.hidden) tell(partsPlace, root("reply").innerText.replace(/\n{2,}/g, "\n").trim(), Number(way.dataset.most) || 0);
  }
  via?.addEventListener("change", weigh);

  function turn(kind, focus = true) {
    data.mode = kind;
    for (const button of box.querySelectorAll(".composer__mode")) button.setAttribute("aria-pressed", String(button.dataset.mode === kind));
    for (const el of box.querySelectorAll("[data-editor]")) el.hidden = el.dataset.editor !== kind;
    const send = box.querySelector("[data-send-button]");
    send.textContent = kind === "note" ? send.dataset.noteWords : send.dataset.replyWords;
    for (const button of box.querySelectorAll(".button-pair > .button, .button-pair summary")) {
      button.classList.toggle("button--note", kind === "note");
      button.classList.toggle("button--primary", kind !== "note");
    }
    box.querySelector(".button-pair .menu").hidden = kind === "note";
    if (via) via.closest(".composer__via").hidden = kind === "note";
    weigh();
    if (focus) { editors[kind].focus(); editors[kind].moveCursorToEnd(); }
  }
  turn(root("reply")?.hidden === false && box.querySelector('.composer__mode[data-mode="reply"]') ? "reply" : "note", false);

  // ── the draft ───────────────────────────────────────────────────────────────────────────────────────────────
  const dirty = new Set();
  const keepSoon = settle(() => dirty.forEach(store), 700);
  function keep(kind) { dirty.add(kind); keepSoon(); }
  via?.addEventListener("change", () => { if (!empty(root("reply"))) keep("reply"); });
  async function store(kind) {
    dirty.delete(kind);
    const html = empty(root(kind)) ? "" : editors[kind].getHTML();
    try {
      const answer = await ask(data.draft, { body: form({ kind, html, saw_id: saw.reply, via: kind === "reply" ? via?.value : "" }), keepalive: html.length < 50_000 });
      state.textContent = answer.ok ? (html ? data.kept : "") : data.lost;
    } catch {
      dirty.add(kind);
      state.textContent = data.lost;
      setTimeout(keepSoon, 4000);
    }
  }
  const leaving = () => { keepSoon.cancel(); [...dirty].forEach(store); };
  addEventListener("pagehide", leaving);
  here.addEventListener("leaving", leaving);
  here.addEventListener("keep-draft", (event) => { keepSoon.cancel(); event.detail.push(...[...dirty].map(store)); });

  // ── sending ─────────────────────────────────────────────────────────────────────────────────────────────────
  let sending = false;
  async function send(then = "", anyway = false, when = "") {
    const kind = mode();
    if (sending) return;
    if (files.busy()) { state.textContent = data.sending; await files.done(); }
    sending = true;
    keepSoon.cancel();
    dirty.delete(kind);
    box.setAttribute("aria-busy", "true");
    state.textContent = data.sending;
    const html = empty(root(kind)) ? "" : editors[kind].getHTML();
    const values = { kind, html, client_id: ids[kind], files: files.ids(), then, saw_id: Math.max(saw.reply, kind === "reply" ? 0 : lastSeen()), in: here.dataset.in };
    if (via) values.via = via.value;
    if (kind === "reply") Object.assign(values, people.values(), care.values());
    if (anyway) values.anyway = "1";
    if (when) values.when = when;
    try {
      const answer = await ask(data.send, { body: form(values) });
      const text = await answer.text();
      state.textContent = "";
      if (answer.ok) {
        sent(answer.headers.get("X-Pending"));
        ids[kind] = crypto.randomUUID();
        guard.replaceChildren();
        delete root(kind).dataset.begun;
        editors[kind].setHTML("");
        show(root(kind));
        files.clear();
        if (kind === "reply") { people.reset(); care.reset(); }
        if (text.includes('id="head"')) window.htmx.swap("#head", text, { swapStyle: "outerHTML" });
        else if (text.includes("data-gone")) window.htmx.swap("#ticket", text, { swapStyle: "innerHTML" });
        await freshen();
        const scroll = document.getElementById("timeline-scroll");
        if (scroll) stick(scroll);
        if (kind === "reply") { dirty.clear(); editors[kind].focus(); } else turn(box.querySelector('.composer__mode[data-mode="reply"]') ? "reply" : "note");
      } else if (answer.status === 409) {
        await freshen();
        guard.replaceChildren(fragment(text));
        guard.dataset.last = answer.headers.get("X-Last-Message");
        guard.dataset.then = then;
        guard.dataset.when = when;
        keep(kind);
      } else {
        guard.replaceChildren(answer.status === 422 ? fragment(text) : document.createTextNode(data.failed));
        keep(kind);
      }
    } catch {
      state.textContent = "";
      guard.textContent = data.failed;
      keep(kind);
    } finally {
      sending = false;
      box.removeAttribute("aria-busy");
    }
  }

  box.addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.submitter?.name === "then" ? event.submitter.value : "");
  });
  guard.addEventListener("click", (event) => {
    if (event.target.closest("[data-anyway]")) send(guard.dataset.then, true, guard.dataset.when);
    const when = event.target.closest("[data-when]");
    if (when) send(guard.dataset.then, false, when.dataset.when);
    if (event.target.closest("[data-look]")) {
      saw.reply = Number(guard.dataset.last) || saw.reply;
      guard.replaceChildren();
      editors[mode()].focus();
      const scroll = document.getElementById("timeline-scroll");
      if (scroll) stick(scroll);
    }
  });

  // what stood before one's eyes while one went on writing has been seen
  const look = settle(() => { saw.reply = Math.max(saw.reply, lastSeen()); }, 1500);
  root("reply")?.addEventListener("keydown", () => look());

  insertCard = async (button) => {
    const told = button.closest("dialog")?.querySelector("[data-card-told]");
    let html = "";
    if (button.dataset.putCard) {
      const channel = via?.selectedOptions[0]?.dataset.channel ?? "";
      const answer = await ask(box.querySelector("[data-cards]").dataset.cards, { body: form({ translation: button.dataset.putCard, channel }) });
      if (!answer.ok) { (told ?? guard).replaceChildren(fragment(await answer.text())); return; }
      html = (await answer.json()).html;
    }
    button.closest("dialog")?.close();
    turn("reply");
    if (html) editors.reply.insertHTML(html);
    else editors.reply.insertPlainText(button.dataset.putText, false);
    if (button.dataset.putUsed) ask(`${data.used}${button.dataset.putUsed}/used/`, { body: form({}) }).catch(() => {});
  };

  // a text that is proposed: put in, or sent at once where nothing else is begun
  here.addEventListener("click", (event) => {
    const button = event.target.closest("[data-ask-at-once]");
    if (!button || !box.querySelector('.composer__mode[data-mode="reply"]')) return;
    const alone = empty(root("reply")) && !files.ids().length && !files.busy();
    turn("reply");
    editors.reply.insertPlainText(button.dataset.askAtOnce, false);
    if (button.hasAttribute("data-send-now") && alone) send();
  });

  box.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.classList.contains("composer__mode")) turn(button.dataset.mode);
    else if (button.matches("[data-saved-replies]")) pickers[mode()].open();
    else if (button.dataset.mark) mark(button);
  });
  function mark(button) {
    const editor = editors[mode()];
    if (button.dataset.mark === "bold") editor.hasFormat("B") ? editor.removeBold() : editor.bold();
    else if (button.dataset.mark === "list") editor.hasFormat("UL") ? editor.removeList() : editor.makeUnorderedList();
    else if (button.dataset.mark === "link") {
      if (editor.hasFormat("A")) editor.removeLink();
      else {
        const address = prompt(button.dataset.ask, "https://");
        if (address && /^(https?:|mailto:|tel:)/i.test(address)) editor.makeLink(address);
      }
    }
    editor.focus();
  }
  for (const el of box.querySelectorAll("[data-editor]")) {
    files.takePastes(el);
    el.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); event.stopPropagation(); send(); }
      // nothing to undo in an empty field but what was just sent
      if (event.code === "KeyZ" && (event.ctrlKey || event.metaKey) && !event.shiftKey && empty(el) && undoLast()) { event.preventDefault(); event.stopImmediatePropagation(); }
    }, true);
  }
}

