// What was done, and Undo. From the server: HX-Trigger {"toast": {"text": "…", "undo": "/tickets/42/reopen/"}}.
const STAYS = 8000;

export function toast(text, { undo = null, undoLabel = "" } = {}) {
  const region = document.getElementById("toasts");
  const line = document.createElement("div");
  line.className = "toast";
  const words = document.createElement("span");
  words.textContent = text;
  words.dir = "auto";
  line.append(words);
  if (undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--small";
    button.textContent = undoLabel || region.dataset.undo;
    button.addEventListener("click", () => {
      line.remove();
      if (typeof undo === "function") undo();
      else window.htmx.ajax("POST", undo, { swap: "none" });
    });
    line.append(button);
  }
  while (region.children.length > 2) region.firstChild.remove();
  region.append(line);
  let timer = setTimeout(() => line.remove(), STAYS);
  line.addEventListener("pointerenter", () => clearTimeout(timer));
  line.addEventListener("pointerleave", () => { timer = setTimeout(() => line.remove(), STAYS / 2); });
  line.addEventListener("focusin", () => clearTimeout(timer));
  return line;
}

document.addEventListener("toast", (event) => toast(event.detail.text, event.detail));
