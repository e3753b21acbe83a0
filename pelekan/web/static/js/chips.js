// Several of many: a <select multiple data-chips> or words in <input data-words> become chips with a field to type in.
// With data-search the select holds only what is chosen, and the server is asked while one types.
// The select or the input stays what is sent. Arrows walk the list, Enter takes, Backspace in an empty field removes.
const plain = (text) => text.toLocaleLowerCase().normalize("NFKD").replace(/[\u064b-\u065f\u0670\u0640\u200c]/g, "")
  .replace(/[يى]/g, "ی").replace(/ك/g, "ک").replace(/[أإآٱ]/g, "ا").replace(/ة/g, "ه");
const SPLIT = /[,،;؛\n]+/;
let ids = 0;

export function enhance(root) {
  for (const field of root.querySelectorAll("select[data-chips]")) if (!field.hidden) chips(field, ofSelect(field));
  for (const field of root.querySelectorAll("input[data-words]")) if (field.type !== "hidden") chips(field, ofWords(field));
}

function ofSelect(select) {
  const all = select.options;
  const each = () => [...all];
  return {
    chosen: () => each().filter((one) => one.selected).map((one) => ({ key: one.value, text: one.text })),
    offer: (typed) => each().filter((one) => !one.selected && plain(one.text).includes(plain(typed.trim()))).map((one) => ({ key: one.value, text: one.text })),
    seek: select.dataset.search ? seeking(select) : null,
    take: (key, text) => {
      const found = each().find((one) => one.value === key) ?? new Option(text, key);
      if (!found.parentElement) select.append(found);
      found.selected = true;
    },
    drop: (key) => { const found = each().find((one) => one.value === key); if (found) found.selected = false; },
    free: false,
    hide: () => { select.hidden = true; select.removeAttribute("id"); },
  };
}

/** Too many to list them all: the server looks for what is typed. */
function seeking(select) {
  return async (typed) => {
    const answer = await fetch(`${select.dataset.search}?q=${encodeURIComponent(typed.trim())}`, { headers: { Accept: "application/json" }, cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return null;
    const chosen = new Set([...select.selectedOptions].map((one) => one.value));
    return (await answer.json()).found.filter((one) => !chosen.has(one.key));
  };
}

function ofWords(input) {
  const read = () => input.value.split(SPLIT).map((word) => word.trim()).filter(Boolean);
  const write = (words) => { input.value = [...new Set(words)].join("، "); };
  return {
    chosen: () => read().map((word) => ({ key: word, text: word })),
    offer: () => [],
    take: (text) => write([...read(), ...text.split(SPLIT).map((word) => word.trim()).filter(Boolean)]),
    drop: (key) => write(read().filter((word) => word !== key)),
    free: true,
    hide: () => { input.type = "hidden"; input.removeAttribute("id"); },
  };
}

function chips(field, what) {
  const box = document.createElement("span");
  box.className = "chipbox";
  const typed = document.createElement("input");
  typed.className = "chipbox__input";
  typed.autocomplete = "off";
  typed.dir = "auto";
  typed.id = field.id;
  for (const name of ["aria-label", "aria-invalid", "aria-describedby", "placeholder"]) {
    if (field.hasAttribute(name)) typed.setAttribute(name, field.getAttribute(name));
  }
  if (field.dataset.hint) typed.placeholder = field.dataset.hint;
  if (field.getAttribute("aria-invalid")) box.dataset.invalid = "";
  const list = document.createElement("ul");
  list.className = "chipbox__list";
  list.id = `chips-${ids += 1}`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.getAttribute("aria-label") ?? "");
  list.hidden = true;
  if (!what.free) {
    typed.setAttribute("role", "combobox");
    typed.setAttribute("aria-autocomplete", "list");
    typed.setAttribute("aria-expanded", "false");
    typed.setAttribute("aria-controls", list.id);
  }
  what.hide();
  field.after(box);
  let at = -1;

  const draw = () => {
    box.replaceChildren(...what.chosen().map(({ key, text }) => {
      const chip = document.createElement("span");
      chip.className = "chip";
      const words = document.createElement("bdi");
      words.textContent = text;
      const off = document.createElement("button");
      off.type = "button";
      off.textContent = "×";
      off.setAttribute("aria-label", field.dataset.remove.replace("{name}", text));
      off.addEventListener("click", () => { what.drop(key); changed(); typed.focus(); });
      chip.append(words, off);
      return chip;
    }), typed, list);
    if (what.chosen().length) typed.removeAttribute("placeholder");
  };
  const changed = () => { draw(); field.dispatchEvent(new Event("input", { bubbles: true })); };
  const shut = () => { list.hidden = true; at = -1; typed.setAttribute("aria-expanded", "false"); typed.removeAttribute("aria-activedescendant"); };
  let asked = 0;
  const show = async () => {
    if (what.free) return;
    const mine = asked += 1;
    const answer = what.seek ? await what.seek(typed.value) : what.offer(typed.value).slice(0, 60);
    if (mine !== asked || document.activeElement !== typed) return;
    const found = answer ?? [];
    list.replaceChildren(...found.map(({ key, text, hint }, number) => {
      const line = document.createElement("li");
      line.id = `${list.id}-${number}`;
      line.dataset.value = key;
      line.textContent = text;
      line.dir = "auto";
      line.setAttribute("role", "option");
      if (hint) {
        const small = document.createElement("small");
        small.textContent = hint;
        line.append(" ", small);
      }
      line.dataset.text = text;
      return line;
    }));
    if (!found.length) {
      const none = document.createElement("li");
      none.className = "chipbox__none";
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      none.textContent = (answer ? field.dataset.none : field.dataset.failed) ?? "";
      list.append(none);
    }
    list.hidden = false;
    typed.setAttribute("aria-expanded", "true");
    go(typed.value.trim() && found.length ? 0 : -1);
  };
  const go = (to) => {
    const lines = [...list.querySelectorAll("[data-value]")];
    at = lines.length ? Math.max(-1, Math.min(lines.length - 1, to)) : -1;
    lines.forEach((line, number) => line.setAttribute("aria-selected", String(number === at)));
    if (at >= 0) { typed.setAttribute("aria-activedescendant", lines[at].id); lines[at].scrollIntoView({ block: "nearest" }); } else typed.removeAttribute("aria-activedescendant");
  };
  let soon = 0;
  const take = (key, text) => { clearTimeout(soon); asked += 1; what.take(key, text); typed.value = ""; changed(); shut(); typed.focus(); };

  typed.addEventListener("focus", () => { if (!what.free) show(); });
  typed.addEventListener("input", (event) => {
    event.stopPropagation();
    if (what.free && SPLIT.test(typed.value)) take(typed.value);
    else if (what.seek) { clearTimeout(soon); soon = setTimeout(show, 200); } else show();
  });
  typed.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" && !event.altKey && !what.free) { event.preventDefault(); if (list.hidden) show(); go(at + 1); }
    else if (event.key === "ArrowUp" && !event.altKey && !list.hidden) { event.preventDefault(); go(at - 1); }
    else if (event.key === "Escape" && !list.hidden) { event.preventDefault(); event.stopPropagation(); shut(); }
    else if (event.key === "Enter") {
      event.preventDefault();
      const line = at >= 0 ? list.querySelectorAll("[data-value]")[at] : null;
      if (line) take(line.dataset.value, line.dataset.text); else if (what.free && typed.value.trim()) take(typed.value);
    } else if (event.key === "Backspace" && !typed.value) {
      const last = what.chosen().at(-1);
      if (last) { what.drop(last.key); changed(); typed.focus(); }
    }
  });
  typed.addEventListener("blur", () => { if (what.free && typed.value.trim()) { what.take(typed.value); typed.value = ""; changed(); } asked += 1; clearTimeout(soon); shut(); });
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const line = event.target.closest("[data-value]");
    if (line) take(line.dataset.value, line.dataset.text);
  });
  draw();
}
