// The editor of conditions: the server draws it; here only what a change needs is sent and what it answers put in place.
// Alt with the arrows moves a row up, down, into a group and out of it; Alt+Delete removes it.
import { enhance } from "./chips.js";

function fields(box, act = "") {
  const sent = new FormData();
  for (const field of box.querySelectorAll("input[name], select[name], textarea[name]")) {
    if (field.matches("select[multiple]")) for (const one of field.selectedOptions) sent.append(field.name, one.value);
    else if (!field.matches("[type=checkbox], [type=radio]") || field.checked) sent.append(field.name, field.value);
  }
  sent.append("name", box.dataset.condition);
  if (act) sent.append(`${box.dataset.condition}-act`, act);
  return sent;
}

let latest = 0;
async function ask(box, act) {
  const mine = act ? latest += 1 : latest; // a sentence never overtakes a change
  box.classList.add("is-busy");
  try {
    const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
    const answer = await fetch(box.dataset.renewAt, { method: "POST", body: fields(box, act), headers: { "X-CSRFToken": token } });
    if (!answer.ok || mine !== latest) return null;
    const part = document.createElement("template");
    part.innerHTML = await answer.text();
    return { part: part.content, focus: answer.headers.get("X-Focus") };
  } catch {
    return null;
  } finally {
    box.classList.remove("is-busy");
  }
}

async function renew(box, act, name = "") {
  const found = await ask(box, act);
  if (!found) { // no answer: the form itself does what the button says
    return act.startsWith("renew") ? undefined : box.closest("form").requestSubmit();
  }
  const now = document.activeElement; // who went on meanwhile stays where he is
  const went = box.contains(now) && now.name !== name ? now.id || now.name : "";
  const first = box.querySelector("[data-default]");
  box.replaceChildren(...(first ? [first] : []), box.querySelector("legend"), ...found.part.children);
  enhance(box);
  const row = found.focus && document.getElementById(found.focus);
  const stays = act.startsWith("renew") && went && (document.getElementById(went) || box.querySelector(`[name="${CSS.escape(went)}"]`));
  const to = stays || (name && box.querySelector(`[name="${CSS.escape(name)}"]`)) || row?.querySelector("select, input:not([type=hidden])");
  to?.focus();
  box.dispatchEvent(new CustomEvent("condition", { bubbles: true }));
}

async function say(box) {
  const found = await ask(box, "");
  const said = found?.part.querySelector(".cond__said");
  if (said && said.textContent !== box.querySelector(".cond__said").textContent) box.querySelector(".cond__said").replaceWith(said);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-condition] [data-act]");
  if (!button) return;
  event.preventDefault();
  renew(button.closest("[data-condition]"), button.value);
});

document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-condition] [data-renew]");
  if (field) renew(field.closest("[data-condition]"), `renew:${field.closest("[data-key]")?.dataset.key ?? 0}`, field.name);
});

let soon = 0;
document.addEventListener("input", (event) => {
  const box = event.target.closest("[data-condition]");
  if (!box || event.target.matches("[data-renew]")) return;
  clearTimeout(soon);
  soon = setTimeout(() => say(box), 350);
});

const KEYS = { ArrowUp: "up", ArrowDown: "down", Delete: "remove" };
document.addEventListener("keydown", (event) => {
  const row = event.target.closest?.("[data-condition] [data-key]");
  if (!row || !event.altKey || event.ctrlKey || event.metaKey) return;
  const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  const act = KEYS[event.key] ?? (event.key === forward ? "in" : /^Arrow(Left|Right)$/.test(event.key) ? "out" : "");
  if (!act) return;
  event.preventDefault();
  const button = row.querySelector(`:scope > * > .cond__acts [data-act="${act}"]`);
  if (button) renew(row.closest("[data-condition]"), button.value);
});

enhance(document);
