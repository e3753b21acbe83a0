// Settings: copying, and rows that can be added and taken away (opening hours).
import { tell } from "./parts.js";

document.addEventListener("click", async (event) => {
  const copying = event.target.closest("[data-copy]");
  if (copying) return copy(copying);
  const adding = event.target.closest("[data-add]");
  if (adding) return add(adding);
  const removing = event.target.closest("[data-remove]");
  if (removing) remove(removing);
});

async function copy(button) {
  const words = button.lastChild;
  const before = words.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {  // no clipboard without https: select it, so that Ctrl+C does
    const code = button.parentElement.querySelector("code");
    getSelection().selectAllChildren(code);
    return;
  }
  words.textContent = button.dataset.copied;
  setTimeout(() => { words.textContent = before; }, 2000);
}

function add(button) {
  const into = document.getElementById(button.dataset.into);
  if (into.dataset.most && into.children.length >= Number(into.dataset.most)) return;
  into.append(document.getElementById(button.dataset.add).content.cloneNode(true));
  into.lastElementChild.querySelector("input:not([type=hidden])").focus();
}

function remove(button) {
  const row = button.closest(button.dataset.remove);
  const beside = row.nextElementSibling ?? row.previousElementSibling;
  const kin = row.parentElement;
  row.remove();
  (beside?.querySelector("input:not([type=hidden])") ?? kin.closest("section, form")?.querySelector("[data-add]"))?.focus();
}

// on the way to another page, the first field that needs another look is where the eye goes
document.querySelector("[aria-invalid=true]")?.focus();

// on a phone the index is a strip: bring the page that is open into sight
document.querySelector(".settings__index [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// what belongs to another kind of gateway is out of the way
const kinds = document.querySelector("[data-kinds]");
if (kinds) {
  const sort = () => {
    const chosen = kinds.querySelector("[name=kind]:checked")?.value ?? "";
    for (const part of kinds.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(chosen);
  };
  kinds.addEventListener("change", sort);
  sort();
}

for (const field of document.querySelectorAll("[data-parts]")) {
  const place = document.getElementById(field.dataset.parts);
  const count = () => tell(place, field.value);
  field.addEventListener("input", count);
  count();
}

// the hours of an own day are asked for only where it is open
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-does]")) return;
  const times = event.target.closest("[data-own]").querySelector("[data-times]");
  times.hidden = event.target.value !== "open";
  if (!times.hidden) times.focus();
});
