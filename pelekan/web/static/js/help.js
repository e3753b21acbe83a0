// What the help centre's pages do beyond plain HTML: hints while one types, ticks that stay, an answer without a new page.

const search = document.querySelector("form[data-suggest]");
if (search) hints(search);

function hints(form) {
  const field = form.q, box = form.querySelector(".hints");
  let timer, asked = 0, shown = "", chosen = -1;
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-expanded", "false");
  field.setAttribute("aria-controls", "help-hints");
  const options = () => [...box.querySelectorAll("[role=option]")];
  const close = () => {
    box.hidden = true;
    field.setAttribute("aria-expanded", "false");
    choose(-1);
  };
  const choose = place => {
    chosen = place;
    options().forEach((one, at) => one.setAttribute("aria-selected", at === place));
    const one = options()[place];
    one ? field.setAttribute("aria-activedescendant", one.id) : field.removeAttribute("aria-activedescendant");
    one?.scrollIntoView({ block: "nearest" });
  };
  const ask = async () => {
    const words = field.value.trim(), mine = ++asked;
    if (words.length < 2) return close();
    if (words === shown) return open();
    try {
      const answer = await fetch(form.dataset.suggest + "?" + new URLSearchParams({ q: words }));
      if (mine !== asked) return;
      box.innerHTML = answer.ok ? await answer.text() : "";
      shown = words;
      open();
    } catch { close(); } // without a connection the form still asks the server
  };
  const open = () => {
    const any = options().length > 0;
    box.hidden = !any;
    field.setAttribute("aria-expanded", any);
    choose(-1);
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 160);
  });
  field.addEventListener("keydown", event => {
    const all = options();
    if (event.key === "Escape" && !box.hidden) {
      event.preventDefault();
      close();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !box.hidden && all.length) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(chosen + step >= all.length ? -1 : chosen + step < -1 ? all.length - 1 : chosen + step);
    } else if (event.key === "Enter" && chosen >= 0 && !event.isComposing) {
      event.preventDefault();
      location.href = all[chosen].dataset.to;
    }
  });
  box.addEventListener("click", event => {
    const one = event.target.closest("[data-to]");
    if (one) location.href = one.dataset.to;
  });
  box.addEventListener("pointerdown", event => event.preventDefault()); // the field keeps the focus
  form.addEventListener("focusout", event => form.contains(event.relatedTarget) || setTimeout(close, 120));
}

// ticks of a step-by-step article stay in this browser
for (const list of document.querySelectorAll("[data-ticks]")) {
  const key = "ticks-" + list.dataset.ticks, boxes = [...list.querySelectorAll("input[type=checkbox]")];
  const told = list.nextElementSibling, digits = new Intl.NumberFormat({ fa: "fa", ar: "ar-EG" }[document.documentElement.lang] || "en");
  const show = () => {
    const done = boxes.filter(box => box.checked).length;
    told.hidden = !done;
    told.textContent = list.dataset.done.replace("{done}", digits.format(done)).replace("{all}", digits.format(boxes.length));
  };
  try {
    const kept = JSON.parse(localStorage.getItem(key) || "[]");
    boxes.forEach((box, at) => (box.checked = kept.includes(at)));
  } catch { /* a browser without storage begins anew */ }
  list.addEventListener("change", () => {
    try {
      localStorage.setItem(key, JSON.stringify(boxes.flatMap((box, at) => (box.checked ? [at] : []))));
    } catch { /* it stays for this page */ }
    show();
  });
  show();
}

// "Was this helpful?" without leaving the page
document.addEventListener("submit", async event => {
  const form = event.target, part = form.closest("[data-said]");
  if (!part) return;
  event.preventDefault();
  const data = new FormData(form);
  if (event.submitter?.name) data.set(event.submitter.name, event.submitter.value);
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(data), headers: { "X-Part": "1" } });
    const made = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-said]");
    if (!made) throw new Error("no answer");
    part.replaceWith(made);
    (made.querySelector("textarea") || made).focus();
  } catch {
    if (event.submitter?.name) {
      const pressed = Object.assign(document.createElement("input"), { type: "hidden", name: event.submitter.name, value: event.submitter.value });
      form.append(pressed);
    }
    form.submit(); // the plain way says what is wrong
  }
});

// the chat of this desk, where it is open to this page
for (const button of document.querySelectorAll("[data-chat]")) {
  addEventListener("load", () => {
    if (typeof window.Pelekan !== "function") return;
    button.hidden = false;
    button.addEventListener("click", () => window.Pelekan("open"));
  });
}

// the link beside a heading copies its whole address as well, and says so
const copied = Object.assign(document.createElement("p"), { className: "visually-hidden" });
copied.setAttribute("role", "status");
document.body.append(copied);
document.addEventListener("click", async event => {
  const link = event.target.closest("a.anchor");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  try {
    await navigator.clipboard.writeText(link.href);
  } catch { return; } // the address stands in the browser's own line
  link.dataset.copied = copied.textContent = link.closest("[data-copied-word]")?.dataset.copiedWord || "✓";
  setTimeout(() => (delete link.dataset.copied, (copied.textContent = "")), 1600);
});

// a link to an answer opens it; on paper all are open
const opened = () => {
  if (location.hash.length < 2) return;
  const folded = document.getElementById(decodeURIComponent(location.hash.slice(1)))?.closest("details");
  if (folded) folded.open = true;
};
addEventListener("hashchange", opened);
opened();
addEventListener("beforeprint", () => document.querySelectorAll("details.faq__one:not([open])").forEach(one => {
  one.open = true;
  addEventListener("afterprint", () => (one.open = false), { once: true });
}));
