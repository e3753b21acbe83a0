// About an article: fields that belong to a choice show with it; related articles are found by their titles.
const form = document.querySelector("form.topics");
function show() {
  for (const one of form.querySelectorAll("[data-when]")) {
    const [name, value] = one.dataset.when.split(":");
    one.hidden = form.querySelector(`[name="${name}"]:checked`)?.value !== value;
  }
}
form.addEventListener("change", show);
show();

const list = document.getElementById("related");
const words = document.getElementById("relate");
const found = document.getElementById("relate-found");
let rows = [];
let asked = 0;
words.addEventListener("input", async () => {
  const chosen = rows.find((one) => `${one.title} (${one.language})` === words.value);
  if (chosen) { add(chosen); return; }
  const mine = ++asked;
  await new Promise((done) => { setTimeout(done, 200); });
  if (mine !== asked || !words.value.trim()) return;
  const answer = await fetch(`${list.dataset.links}&q=${encodeURIComponent(words.value.trim())}`).then((one) => one.json()).catch(() => ({ found: [] }));
  if (mine !== asked) return;
  rows = answer.found;
  found.replaceChildren(...rows.map((one) => Object.assign(document.createElement("option"), { value: `${one.title} (${one.language})` })));
});
words.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  if (rows.length) add(rows[0]);
});
function add(one) {
  words.value = "";
  rows = [];
  found.replaceChildren();
  if (list.querySelector(`[value="${one.article}"]`)) return;
  const line = document.createElement("li");
  const field = Object.assign(document.createElement("input"), { type: "hidden", name: "related", value: one.article });
  const title = document.createElement("bdi");
  title.textContent = one.title;
  const off = Object.assign(document.createElement("button"), { type: "button", className: "button button--quiet button--small", textContent: "×" });
  off.dataset.unrelate = "";
  line.append(field, title, off);
  list.append(line);
}
list.addEventListener("click", (event) => {
  if (event.target.closest("[data-unrelate]")) { event.target.closest("li").remove(); words.focus(); }
});
