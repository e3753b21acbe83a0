// Naming a colleague: "@" in a note opens the list of those who may see the ticket.
import { ask } from "./common.js";

const BEFORE = /(?:^|[\s(«"])@([\p{L}\p{N}_\u200c][\p{L}\p{N}_\u200c .-]{0,40}|)$/u;
const known = new Map();
const fold = (text) => text.toLowerCase().replace(/ي/g, "ی").replace(/ك/g, "ک").replace(/[\u200c\u00a0]/g, " ").trim();

function people(url) {
  if (!known.has(url)) known.set(url, ask(url).then((answer) => (answer.ok ? answer.json() : { people: [] })).then((found) => found.people, () => []));
  return known.get(url);
}

/** `root` is what one writes in, `insert(text)` puts a text at the caret. */
export function mention({ root, box, url, insert }) {
  const list = document.createElement("div");
  list.className = "picker";
  list.setAttribute("role", "listbox");
  list.hidden = true;
  box.append(list);
  let found = [];
  let at = 0;
  let place = null;

  function asked() {
    const selection = getSelection();
    if (!selection.rangeCount || !selection.isCollapsed || !root.contains(selection.anchorNode)) return null;
    const node = selection.anchorNode;
    if (node.nodeType !== Node.TEXT_NODE) return null;
    const match = BEFORE.exec(node.data.slice(0, selection.anchorOffset));
    return match && { node, from: selection.anchorOffset - match[1].length - 1, to: selection.anchorOffset, word: match[1] };
  }

  async function look() {
    place = asked();
    if (!place) return close();
    const word = fold(place.word);
    const all = await people(url);
    place = asked();
    if (!place) return close();
    found = all.filter(({ name }) => fold(name).startsWith(word) || fold(name).split(" ").some((part) => part.startsWith(word))).slice(0, 8);
    at = 0;
    if (found.length) draw(); else close();
  }

  function draw() {
    list.replaceChildren(...found.map((one, index) => {
      const line = document.createElement("button");
      line.type = "button";
      line.className = "picker__line";
      line.tabIndex = -1;
      line.setAttribute("role", "option");
      line.setAttribute("aria-selected", String(index === at));
      const name = document.createElement("b");
      name.textContent = one.name;
      name.dir = "auto";
      const title = document.createElement("span");
      title.className = "picker__text line";
      title.textContent = one.title;
      title.dir = "auto";
      line.append(name, title);
      line.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(one); });
      return line;
    }));
    list.hidden = false;
  }

  function choose(one) {
    const range = document.createRange();
    range.setStart(place.node, place.from);
    range.setEnd(place.node, place.to);
    range.deleteContents();
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    close();
    insert(`@${one.name} `);
  }

  function close() {
    list.hidden = true;
    list.replaceChildren();
  }

  root.addEventListener("input", look);
  root.addEventListener("blur", () => setTimeout(close, 150));
  root.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const stop = () => { event.preventDefault(); event.stopImmediatePropagation(); };
    if (event.key === "Escape") { stop(); close(); }
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      stop();
      at = (at + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
      draw();
    } else if ((event.key === "Enter" || event.key === "Tab") && !event.ctrlKey && !event.metaKey) { stop(); choose(found[at]); }
  }, true);
}
