// Writing an article: each textarea of HTML becomes rich; pictures are kept as they are pasted; what is typed is kept for the
// writer, so that nothing is lost; a link finds other articles. Without scripts the same form works with plain HTML.
import Squire from "../vendor/squire.js";
import DOMPurify from "../vendor/purify.js";
import { open } from "./dialogs.js";
import { keeping } from "./knowledge-keep.js";

const TAGS = ["a", "b", "bdi", "blockquote", "br", "caption", "code", "del", "div", "em", "figcaption", "figure", "h2", "h3", "h4", "hr", "i", "img", "kbd", "li", "mark", "ol", "p", "pre", "s", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul"];
const ATTRIBUTES = ["href", "dir", "lang", "src", "alt", "width", "height", "colspan", "rowspan", "scope", "start"];
const PICTURES = "/help/files/";
const TYPES = /^image\/(png|jpeg|gif|webp)$/;
const form = document.getElementById("write");
const data = form.dataset;
const state = document.getElementById("write-state");
const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
const editors = new Map(); // the rich element → {editor, area}

// ── from and to HTML ──────────────────────────────────────────────────────────────────────────────────────────
function toFragment(html) {
  const made = document.importNode(DOMPurify.sanitize(html.replace(/<(\/?)h1(?=[\s>])/gi, "<$1h2"), { ALLOWED_TAGS: TAGS, ALLOWED_ATTR: ATTRIBUTES, RETURN_DOM_FRAGMENT: true }), true);
  for (const one of made.querySelectorAll("img")) if (!(one.getAttribute("src") || "").startsWith(PICTURES)) one.remove();
  return made;
}

/** The HTML as it is kept: what the editor adds for itself is taken out. */
function html(editor) {
  const holder = document.createElement("div");
  holder.append(toFragment(editor.getHTML()));
  for (const one of holder.querySelectorAll('[dir="auto"]')) one.removeAttribute("dir");
  for (const one of holder.querySelectorAll("div")) if (!one.attributes.length && !one.querySelector("p,div,ul,ol,table,blockquote,pre,h2,h3,h4")) { const p = document.createElement("p"); p.append(...one.childNodes); one.replaceWith(p); }
  for (const one of holder.querySelectorAll("span")) if (!one.attributes.length) one.replaceWith(...one.childNodes);
  for (const one of holder.querySelectorAll("li")) if (!one.textContent.trim() && !one.querySelector("img")) one.remove();
  for (const one of holder.querySelectorAll("ul, ol")) if (!one.children.length) one.remove();
  for (const one of holder.querySelectorAll(":scope > :is(p, h2, h3, h4)")) if (!one.textContent.trim() && !one.querySelector("img")) one.remove();
  return holder.innerHTML;
}

// ── one text ──────────────────────────────────────────────────────────────────────────────────────────────────
function begin(field) {
  const area = field.querySelector("textarea");
  const box = document.createElement("div");
  box.className = "rich__text prose";
  Object.assign(box, { contentEditable: "true", role: "textbox", id: `${area.id || "text"}-rich` });
  box.setAttribute("aria-multiline", "true");
  box.setAttribute("aria-label", field.querySelector("label").textContent);
  box.lang = form.lang;
  box.dir = form.lang === "en" ? "ltr" : "rtl"; // of lists and tables; a paragraph goes by its text
  const tools = document.getElementById("rich-tools").content.firstElementChild.cloneNode(true);
  area.hidden = true;
  area.after(tools, box);
  const editor = new Squire(box, { blockTag: "P", sanitizeToDOMFragment: toFragment, addLinks: true, didError: () => {} });
  editor.setHTML(area.value);
  if (/^(TABLE|FIGURE|PRE)$/.test(box.lastElementChild?.nodeName)) box.insertAdjacentHTML("beforeend", "<p><br></p>"); // room to go on below it
  field.querySelector("label").addEventListener("click", (event) => { event.preventDefault(); editor.focus(); });
  editors.set(box, { editor, area });
  let last = html(editor); // what stands there from the beginning was typed by nobody
  editor.addEventListener("input", () => { const now = html(editor); if (now === last) return; last = area.value = now; keepSoon(); });
  editor.addEventListener("pathChange", () => press(tools, editor));
  editor.addEventListener("pasteImage", (event) => { event.preventDefault(); take(editor, [...event.detail.clipboardData.items].map((one) => one.getAsFile?.()).filter((one) => one && TYPES.test(one.type))); });
  for (const name of ["dragover", "drop", "dragleave"]) {
    box.addEventListener(name, (event) => {
      const files = [...(event.dataTransfer?.files || [])];
      if (name !== "dragleave" && ![...(event.dataTransfer?.types || [])].includes("Files")) return;
      box.classList.toggle("is-over", name === "dragover");
      if (name === "dragleave") return;
      event.preventDefault();
      if (name === "drop") take(editor, files.filter((one) => TYPES.test(one.type)));
    });
  }
  box.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); link(editor); }
    if (event.key === "F10" && event.altKey) { event.preventDefault(); tools.querySelector("button").focus(); }
  });
  tools.addEventListener("keydown", (event) => rove(event, tools, editor));
  tools.addEventListener("mousedown", (event) => event.preventDefault());
  tools.addEventListener("click", (event) => {
    const what = event.target.closest("[data-do]")?.dataset.do;
    if (what && !(CELLLESS.has(what) && inCell(editor))) { DO[what](editor); if (!ASKING.has(what)) editor.focus(); if (html(editor) !== last) { last = area.value = html(editor); keepSoon(); } }
  });
}

/** Arrow keys go from tool to tool, in the direction of the page; Escape goes back to the text. */
function rove(event, tools, editor) {
  const all = [...tools.querySelectorAll("button")];
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key] * (getComputedStyle(tools).direction === "rtl" ? -1 : 1);
  if (event.key === "Escape") { editor.focus(); return; }
  if (!step) return;
  event.preventDefault();
  const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
  for (const one of all) one.tabIndex = one === next ? 0 : -1;
  next.focus();
}

const FORMATS = { bold: "B", italic: "I", code: "CODE", h2: "H2", h3: "H3", list: "UL", ordered: "OL", quote: "BLOCKQUOTE", link: "A" };
const ASKING = new Set(["link", "picture"]); // they take the focus themselves
const CELLLESS = new Set(["h2", "h3", "list", "ordered", "quote", "table"]); // a table's cell holds none of these
const inCell = (editor) => inside(editor, "TD") || inside(editor, "TH");
function press(tools, editor) {
  const cell = inCell(editor);
  for (const name of CELLLESS) tools.querySelector(`[data-do="${name}"]`)?.setAttribute("aria-disabled", String(cell));
  for (const [name, tag] of Object.entries(FORMATS)) tools.querySelector(`[data-do="${name}"]`)?.setAttribute("aria-pressed", String(inside(editor, tag)));
}
function inside(editor, tag) {
  if (editor.hasFormat(tag)) return true;
  let node = editor.getSelection().startContainer;
  while (node && node !== editor.getRoot()) { if (node.nodeName === tag) return true; node = node.parentNode; }
  return false;
}

/** The blocks of the selection become `tag`; where they are it already, paragraphs. */
function block(editor, tag) {
  const to = inside(editor, tag.toUpperCase()) ? "p" : tag;
  editor.modifyBlocks((part) => {
    for (const old of [...part.children]) {
      if (!/^(P|DIV|H2|H3|H4)$/.test(old.nodeName)) continue;
      const made = document.createElement(to);
      if (old.dir && old.dir !== "auto") made.dir = old.dir;
      made.append(...old.childNodes);
      old.replaceWith(made);
    }
    return part;
  });
}
const toggle = (editor, tag, on, off) => (inside(editor, tag) ? editor[off]() : editor[on]());

const DO = {
  h2: (editor) => block(editor, "h2"),
  h3: (editor) => block(editor, "h3"),
  bold: (editor) => toggle(editor, "B", "bold", "removeBold"),
  italic: (editor) => toggle(editor, "I", "italic", "removeItalic"),
  code: (editor) => editor.toggleCode(),
  list: (editor) => toggle(editor, "UL", "makeUnorderedList", "removeList"),
  ordered: (editor) => toggle(editor, "OL", "makeOrderedList", "removeList"),
  quote: (editor) => toggle(editor, "BLOCKQUOTE", "increaseQuoteLevel", "decreaseQuoteLevel"),
  link: (editor) => link(editor),
  picture: (editor) => pick(editor),
  table: (editor) => table(editor),
  rtl: (editor) => turn(editor, "rtl"),
  ltr: (editor) => turn(editor, "ltr"),
  auto: (editor) => turn(editor, ""),
  undo: (editor) => editor.undo(),
  bare: (editor) => editor.removeAllFormatting(),
};

function turn(editor, dir) {
  editor.forEachBlock((one) => { if (dir) one.setAttribute("dir", dir); else one.removeAttribute("dir"); }, true);
  editor.focus();
}

function table(editor) {
  const asked = prompt(data.rows, "3 × 2");
  const [rows, columns] = (asked || "").replace(/[۰-۹]/g, (one) => one.charCodeAt(0) - 0x6f0).replace(/[٠-٩]/g, (one) => one.charCodeAt(0) - 0x660).match(/\d+/g)?.map(Number) || [];
  if (!rows || !columns) return;
  const line = (tag) => `<tr>${`<${tag}><br></${tag}>`.repeat(Math.min(columns, 12))}</tr>`;
  editor.insertHTML(`<table><thead>${line("th")}</thead><tbody>${line("td").repeat(Math.min(rows, 60) - 1)}</tbody></table><p><br></p>`);
}

// ── pictures ──────────────────────────────────────────────────────────────────────────────────────────────────
function pick(editor) {
  const input = document.getElementById("pick-picture");
  input.onchange = () => { take(editor, [...input.files]); input.value = ""; };
  input.click();
}

let busy = 0;
async function take(editor, files) {
  for (const file of files) {
    busy += 1;
    state.textContent = data.busy;
    try {
      const body = new FormData();
      body.append("file", file, file.name || "picture.png");
      const answer = await fetch(data.picture, { method: "POST", body, headers: { "X-CSRFToken": token } });
      const told = await answer.json();
      if (!answer.ok) { state.textContent = told.error || data.failed; continue; }
      const alt = prompt(data.alt, "") || "";
      editor.insertImage(told.src, { alt });
      const { area } = editors.get(editor.getRoot());
      area.value = html(editor);
      state.textContent = "";
      keepSoon();
    } catch {
      state.textContent = data.failed;
    } finally {
      busy -= 1;
    }
  }
}

// ── links ─────────────────────────────────────────────────────────────────────────────────────────────────────
const dialog = document.getElementById("link-dialog");
const words = document.getElementById("link-q");
const found = document.getElementById("link-found");
let linking = null;
function link(editor) {
  linking = { editor, range: editor.getSelection() };
  const here = linking.range.commonAncestorContainer;
  words.value = (here.nodeType === 1 ? here : here.parentElement).closest("a")?.getAttribute("href") || "";
  found.replaceChildren();
  open(dialog);
  words.focus();
}
function put(href, title) {
  const { editor, range } = linking;
  editor.setSelection(range);
  if (!href) editor.removeLink();
  else if (range.collapsed) { const a = document.createElement("a"); a.href = href; a.textContent = title || href; editor.insertHTML(a.outerHTML); } else editor.makeLink(href);
  const { area } = editors.get(editor.getRoot());
  area.value = html(editor);
  keepSoon();
  dialog.close();
  editor.focus();
}
const address = (text) => (/^(https?:\/\/|mailto:|tel:|\/help\/|#)/.test(text) ? text : /^[\w-]+(\.[\w-]+)+(\/\S*)?$/.test(text) ? `https://${text}` : "");
let asked = 0;
words.addEventListener("input", async () => {
  const mine = ++asked;
  const text = words.value.trim();
  if (!text || address(text)) { found.replaceChildren(); words.setAttribute("aria-expanded", "false"); return; }
  await new Promise((done) => { setTimeout(done, 200); });
  if (mine !== asked) return;
  const answer = await fetch(`${data.links}&q=${encodeURIComponent(text)}`).then((one) => one.json()).catch(() => ({ found: [] }));
  if (mine !== asked) return;
  found.replaceChildren(...answer.found.map((one, at) => {
    const line = document.createElement("li");
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", String(at === 0));
    line.dataset.href = one.href;
    const title = document.createElement("bdi");
    title.textContent = one.title;
    const small = document.createElement("small");
    small.textContent = one.out ? one.language : `${one.language} · ${found.dataset.draft}`;
    line.append(title, small);
    return line;
  }));
  words.setAttribute("aria-expanded", String(answer.found.length > 0));
});
words.addEventListener("keydown", (event) => {
  const all = [...found.children];
  const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
  if (to === undefined || !all[to]) return;
  event.preventDefault();
  all.forEach((one, place) => one.setAttribute("aria-selected", String(place === to)));
  all[to].scrollIntoView({ block: "nearest" });
});
found.addEventListener("click", (event) => {
  const one = event.target.closest("[data-href]");
  if (one) put(one.dataset.href, one.querySelector("bdi").textContent);
});
dialog.addEventListener("submit", (event) => {
  event.preventDefault();
  const chosen = found.querySelector('[aria-selected="true"]');
  const to = address(words.value.trim()) || chosen?.dataset.href || "";
  if (to) put(to, chosen && !address(words.value.trim()) ? chosen.querySelector("bdi").textContent : "");
});
dialog.querySelector("[data-unlink]").addEventListener("click", () => put("", ""));

// ── steps ─────────────────────────────────────────────────────────────────────────────────────────────────────
const steps = document.getElementById("steps");
if (steps) {
  const adder = form.querySelector('[data-step="add"]');
  adder.hidden = false;
  const last = steps.lastElementChild;
  if (steps.children.length > 1 && !last.querySelector("input").value) last.remove(); // the spare one for those without scripts
  let number = 100;
  form.addEventListener("click", (event) => {
    const what = event.target.closest("[data-step]")?.dataset.step;
    const row = event.target.closest(".stepw");
    if (what === "add") {
      const made = document.getElementById("step-row").content.firstElementChild.cloneNode(true);
      const id = `f-step-${(number += 1)}`;
      made.querySelector("textarea").id = id;
      made.querySelector(".rich label").htmlFor = id;
      steps.append(made);
      begin(made.querySelector("[data-rich]"));
      made.querySelector("input").focus();
    } else if (what === "up") row.previousElementSibling?.before(row);
    else if (what === "down") row.nextElementSibling?.after(row);
    else if (what === "drop") row.remove();
    if (what && what !== "add") { event.target.closest("[data-step]")?.focus(); keepSoon(); }
  });
}

// ── the outline of a tree: Tab goes in, Shift+Tab out; Escape lets the next Tab leave the field ─────────────────
const outline = form.querySelector("[data-outline]");
if (outline) {
  let leaving = false;
  outline.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { leaving = true; return; }
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      const before = outline.value.slice(0, outline.selectionStart);
      outline.setRangeText(`\n${/(^|\n)( *)[^\n]*$/.exec(before)[2]}`, outline.selectionStart, outline.selectionEnd, "end");
      outline.dispatchEvent(new Event("input", { bubbles: true }));
    }
    if (event.key !== "Tab" || leaving) { if (event.key !== "Shift") leaving = false; return; }
    event.preventDefault();
    const start = outline.value.lastIndexOf("\n", outline.selectionStart - 1) + 1;
    const lines = outline.value.slice(start, outline.selectionEnd).split("\n");
    const moved = lines.map((line) => (event.shiftKey ? line.replace(/^ {1,2}/, "") : `  ${line}`)).join("\n");
    const from = Math.max(start, outline.selectionStart + (event.shiftKey ? -2 : 2));
    const several = lines.length > 1;
    outline.setRangeText(moved, start, outline.selectionEnd, "end");
    if (several) outline.selectionStart = start; else outline.selectionStart = outline.selectionEnd = from;
    outline.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

// ── kept while one types ──────────────────────────────────────────────────────────────────────────────────────
form.addEventListener("submit", () => { for (const { editor, area } of editors.values()) area.value = html(editor); });
const keepSoon = keeping(form, state, () => busy > 0).soon;
addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") { event.preventDefault(); form.requestSubmit(form.querySelector("[data-save]")); }
});

form.querySelectorAll("[data-rich]").forEach(begin);
