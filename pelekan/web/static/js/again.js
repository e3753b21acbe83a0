// Parts of a page that are asked for again now and then: [data-again="seconds"] with hx-trigger="again". Only while the
// page is looked at, and at once when somebody comes back to it.
const asked = new WeakMap();

function look() {
  if (document.hidden) return;
  const now = Date.now();
  for (const el of document.querySelectorAll("[data-again]")) {
    if (!asked.has(el)) asked.set(el, now);
    if (now - asked.get(el) < Number(el.dataset.again) * 1000) continue;
    asked.set(el, now);
    if (!el.contains(document.activeElement) || el.dataset.againKeep === undefined) window.htmx?.trigger(el, "again");
  }
}

setInterval(look, 1000);
document.addEventListener("visibilitychange", look);
