// The community's pages: buttons for the small marks, pictures by choosing, pasting or dropping, topics that fit while
// a title is typed, and drafts that stay. Without all of this the forms work too.
document.documentElement.classList.add("scripted");

for (const field of document.querySelectorAll("[data-marks]")) furnish(field);

function furnish(field) {
  const text = field.querySelector("textarea");
  const bar = document.createElement("div");
  bar.className = "marks";
  bar.setAttribute("role", "toolbar");
  const acts = {
    bold: () => around("**", "**"),
    list: () => lines("- "),
    code: () => (selected().includes("\n") ? around("```\n", "\n```") : around("`", "`")),
    link: () => {
      const address = prompt(field.dataset.address, "https://");
      if (address && /^https?:\/\/\S+\.\S+/.test(address)) put(selected() ? `[${selected()}](${address})` : address);
    },
    image: () => chooser.click(),
  };
  const chooser = Object.assign(document.createElement("input"), { type: "file", accept: "image/png,image/jpeg,image/gif,image/webp", hidden: true });
  const names = { bold: "bold", list: "list", code: "code", link: "link", image: "picture" };
  for (const [icon, act] of Object.entries(acts)) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--quiet button--icon button--small";
    button.title = field.dataset[names[icon]];
    button.setAttribute("aria-label", button.title);
    button.append(draw(icon));
    button.addEventListener("click", act);
    bar.append(button);
  }
  chooser.addEventListener("change", () => {
    for (const file of chooser.files) send(file);
    chooser.value = "";
  });
  text.before(bar);
  bar.append(chooser);
  text.addEventListener("paste", event => take(event, event.clipboardData));
  text.addEventListener("drop", event => take(event, event.dataTransfer));
  text.addEventListener("keydown", event => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "b") {
      event.preventDefault();
      acts.bold();
    } else if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      event.preventDefault();
      text.form.requestSubmit();
    }
  });

  function selected() {
    return text.value.slice(text.selectionStart, text.selectionEnd);
  }

  function put(words) {
    text.focus();
    text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function around(before, after) {
    const [start, length] = [text.selectionStart, selected().length];
    put(before + selected() + after);
    text.setSelectionRange(start + before.length, start + before.length + length);
  }

  function lines(sign) {
    put((selected() || " ").split("\n").map(line => sign + line.trim()).join("\n"));
  }

  function take(event, data) {
    const pictures = [...(data?.files ?? [])].filter(file => file.type.startsWith("image/"));
    if (!pictures.length) return;
    event.preventDefault();
    for (const file of pictures) send(file);
  }

  async function send(file) {
    const form = new FormData();
    form.append("picture", file);
    const token = text.form.querySelector("[name=csrfmiddlewaretoken]").value;
    field.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(field.dataset.upload, { method: "POST", body: form, headers: { "X-CSRFToken": token } });
      const told = await answer.json();
      if (!answer.ok) throw new Error(told.error);
      put(`\n\n${told.mark}\n\n`);
      complain("");
    } catch (fault) {
      complain((fault instanceof TypeError || fault instanceof SyntaxError ? "" : fault.message) || field.dataset.failed);
    } finally {
      field.removeAttribute("aria-busy");
    }
  }

  function complain(words) {
    let line = field.querySelector("[data-fault]");
    if (!line) {
      line = Object.assign(document.createElement("p"), { className: "field__error" });
      line.dataset.fault = "";
      line.setAttribute("role", "alert");
      text.after(line);
    }
    line.textContent = words;
    line.hidden = !words;
  }
}

function draw(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", name === "list" ? "icon icon--dir" : "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  const known = document.querySelector("svg.icon use")?.getAttribute("href") ?? "";
  use.setAttribute("href", `${known.split("#")[0]}#${name}`);
  svg.append(use);
  return svg;
}

// What fits a title that is typed.
const title = document.querySelector("[data-similar]");
if (title) {
  const place = document.getElementById("similar");
  let timer;
  let asked = "";
  title.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const words = title.value.trim();
      if (words.length < 6 || words === asked) return;
      asked = words;
      const answer = await fetch(`${title.dataset.similar}?q=${encodeURIComponent(words)}`, { headers: { "HX-Request": "true" } });
      if (answer.status === 200 && words === asked) place.innerHTML = await answer.text();
    }, 350);
  });
}

// Drafts: kept in this tab until they were sent.
const STEM = "pelekan-community:";
for (const form of document.querySelectorAll("[data-keep-form]")) {
  const key = STEM + form.dataset.keepForm;
  const text = form.elements.text;
  if (!text.value) text.value = sessionStorage.getItem(key) ?? "";
  text.addEventListener("input", () => sessionStorage.setItem(key, text.value));
  form.addEventListener("submit", event => {
    if (event.submitter?.name !== "preview") sessionStorage.removeItem(key);
  });
}

// One sending of each form, however often somebody clicks.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", event => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 4000);
  });
}
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(form => delete form.dataset.sent));
