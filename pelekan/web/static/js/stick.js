// A conversation begins at its end and stays there while one reads the end; whoever has scrolled up is not moved: the
// pill in the same pane, [data-waiting], appears instead. <div class="scroll" data-stick> … <div data-waiting hidden>
const NEAR = 48; // pixels from the end that still count as the end
const atEnd = new WeakMap();

const toEnd = (box) => { box.scrollTop = box.scrollHeight; };
const pill = (box) => box.parentElement.querySelector("[data-waiting]");

function begin(box) {
  if (atEnd.has(box)) return;
  const target = location.hash.startsWith("#message-") && box.querySelector(location.hash);
  atEnd.set(box, !target);
  if (target) target.scrollIntoView({ block: "center" });
  else toEnd(box);
  box.addEventListener("scroll", () => {
    const end = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
    atEnd.set(box, end);
    if (end && pill(box)) pill(box).hidden = true;
  }, { passive: true });
  // pictures and frames grow after they come, and the pane itself changes height with the composer
  const grown = new ResizeObserver(() => { if (atEnd.get(box)) toEnd(box); });
  grown.observe(box);
  const inner = box.firstElementChild;
  if (inner) grown.observe(inner);
  // something new at the end, from whomever: show the pill to who reads above (his own words bring him down: stick())
  new MutationObserver((changes) => {
    const added = changes.some((change) => [...change.addedNodes].some((node) => node.nodeType === 1 && !node.nextElementSibling));
    if (added && !atEnd.get(box) && pill(box)) pill(box).hidden = false;
  }).observe(inner || box, { childList: true });
}

export function stick(box) {
  atEnd.set(box, true);
  toEnd(box);
}

const beginAll = () => document.querySelectorAll("[data-stick]").forEach(begin);
beginAll();
document.addEventListener("htmx:afterSettle", beginAll);
document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-waiting]")?.parentElement.querySelector("[data-stick]");
  if (box) stick(box);
});
