// Saved replies: "/" opens the picker where one writes, letters filter it, Enter inserts in the customer's language.
import { ask, form } from "./common.js";

const BEFORE = /(?:^|\s)\/([\p{L}\p{N}_\u200c-]*)$/u;
const cache = new Map();

async function all(url) {
  if (!cache.has(url)) cache.set(url, ask(url).then((answer) => (answer.ok ? answer.json() : { replies: [] })).then((found) => found.replies));
  return cache.get(url);
}

/** The text node and the word after "/" before the caret, if there is one. */
function asked(root) {
  const selection = getSelection();
  if (!selection.rangeCount || !selection.isCollapsed || !root.contains(selection.anchorNode)) return null;
  const node = selection.anchorNode;
  if (node.nodeType !== Node.TEXT_NODE) return null;
  const match = BEFORE.exec(node.data.slice(0, selection.anchorOffset));
  return match && { node, from: selection.anchorOffset - match[1].length - 1, to: selection.anchorOffset, word: match[1] };
}

const fold = (text) => text.toLowerCase().replace(/ي/g, "ی").replace(/ك/g, "ک").replace(/\u200c/g, "");

/** `root` is what one writes in, `picker` the list, `insert(text)` puts a text at the caret. */
export function attach({ root, picker, url, used, insert, none }) {
  let found = [];
  let at = 0;
  let place = null;

  async function look(forced = false) {
    place = asked(root);
    if (!place && !forced) return close();
    const word = fold(place?.word || "");
    found = (await all(url)).filter((one) => fold(`${one.shortcut} ${one.name}`).includes(word)).slice(0, 8);
    if (!place && !forced) return close();
    at = 0;
    draw();
  }

  function draw() {
    picker.replaceChildren(...found.map((one, index) => {
      const line = document.createElement("button");
      line.type = "button";
      line.className = "picker__line";
      line.tabIndex = -1;
      line.setAttribute("role", "option");
      line.setAttribute("aria-selected", String(index === at));
      const name = document.createElement("b");
      name.textContent = one.name;
      name.dir = "auto";
      const key = document.createElement("kbd");
      key.className = "key";
      key.textContent = "/" + one.shortcut;
      const text = document.createElement("span");
      text.className = "picker__text line";
      text.dir = "auto";
      text.textContent = one.text;
      line.append(name, key, text);
      line.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(one); });
      return line;
    }));
    if (!found.length) {
      const empty = document.createElement("div");
      empty.className = "picker__none";
      empty.textContent = none;
      picker.append(empty);
    }
    picker.hidden = false;
  }

  function choose(one) {
    if (place) {
      const range = document.createRange();
      range.setStart(place.node, place.from);
      range.setEnd(place.node, place.to);
      range.deleteContents();
      const selection = getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
    }
    close();
    insert(one.text);
    ask(`${used}${one.id}/used/`, { body: form({}) }).catch(() => {});
  }

  function close() {
    picker.hidden = true;
    picker.replaceChildren();
  }

  root.addEventListener("input", () => look());
  root.addEventListener("blur", () => setTimeout(() => { if (document.activeElement !== root) close(); }, 150));
  root.addEventListener("keydown", (event) => {
    if (picker.hidden) return;
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(); }
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      event.stopPropagation();
      at = (at + (event.key === "ArrowDown" ? 1 : found.length - 1)) % Math.max(1, found.length);
      draw();
    } else if ((event.key === "Enter" || event.key === "Tab") && found[at] && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      event.stopPropagation();
      choose(found[at]);
    }
  }, true);
  return { open: () => { root.focus(); look(true); } };
}
