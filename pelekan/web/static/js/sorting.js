// A list in an order of its own: dragged by its grips with mouse or finger, or moved with the arrow keys on a grip.
// The new order is sent at once; the answer takes the list's place and the focus stays on what was moved.
const list = () => document.querySelector("[data-sort]");
const items = (box) => [...box.querySelectorAll(":scope > [data-sort-id]")];
const digits = (number) => new Intl.NumberFormat("en", { numberingSystem: { "۰": "arabext", "٠": "arab" }[document.documentElement.dataset.digits] || "latn", useGrouping: false }).format(number);

function tell(box, item) {
  const all = items(box);
  document.getElementById("sorted").textContent = box.dataset.moved
    .replace("{name}", item.dataset.name).replace("{place}", digits(all.indexOf(item) + 1)).replace("{total}", digits(all.length));
}

let sending = Promise.resolve();
function send(box, item) {
  const order = items(box).map((one) => one.dataset.sortId).join(",");
  const into = document.getElementById(box.dataset.into);
  const id = item.dataset.sortId;
  sending = sending.then(async () => {
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const answer = await fetch(box.dataset.sort, { method: "POST", headers: { "X-CSRFToken": token, "X-Part": "1" }, body: new URLSearchParams({ order }) }).catch(() => null);
    if (!answer?.ok) return location.reload();
    if (list() !== box && !box.isConnected) return undefined;
    into.innerHTML = await answer.text();
    into.querySelector(`[data-sort-id="${CSS.escape(id)}"] [data-grip]`)?.focus({ preventScroll: true });
    into.dispatchEvent(new CustomEvent("sorted", { bubbles: true }));
    return undefined;
  });
}

document.addEventListener("keydown", (event) => {
  const grip = event.target.closest?.("[data-grip]");
  if (!grip || !["ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) return;
  const item = grip.closest("[data-sort-id]");
  const box = item.parentElement;
  const all = items(box);
  const at = all.indexOf(item);
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
  event.preventDefault();
  if (to < 0 || to >= all.length || to === at) return;
  if (to > at) all[to].after(item); else all[to].before(item);
  grip.focus();
  tell(box, item);
  clearTimeout(box.later);
  box.later = setTimeout(() => send(box, item), 500);
});

let held = null;
document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.button) return;
  const item = grip.closest("[data-sort-id]");
  held = { item, box: item.parentElement, grip, id: event.pointerId, from: event.clientY, moved: false };
  grip.setPointerCapture(event.pointerId);
});

document.addEventListener("pointermove", (event) => {
  if (!held || event.pointerId !== held.id) return;
  if (!held.moved && Math.abs(event.clientY - held.from) < 5) return;
  held.moved = true;
  held.item.classList.add("is-dragged");
  event.preventDefault();
  const edge = 60;
  if (event.clientY < edge) scrollBy(0, -12); else if (event.clientY > innerHeight - edge) scrollBy(0, 12);
  for (const other of items(held.box)) {
    if (other === held.item) continue;
    const its = other.getBoundingClientRect();
    if (event.clientY < its.top || event.clientY > its.bottom) continue;
    const above = held.item.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;
    if (above && event.clientY > its.top + its.height / 2) other.after(held.item);
    else if (!above && event.clientY < its.top + its.height / 2) other.before(held.item);
  }
});

function drop(event) {
  if (!held || event.pointerId !== held.id) return;
  const { item, box, moved } = held;
  held = null;
  item.classList.remove("is-dragged");
  if (moved) { tell(box, item); send(box, item); }
}
document.addEventListener("pointerup", drop);
document.addEventListener("pointercancel", drop);
