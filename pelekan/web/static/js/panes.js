// The workspace's panes: drag or arrow the line between them, fold them, and on a phone show one at a time.
const root = document.documentElement;
const rtl = () => root.dir === "rtl";
const WIDTHS = { list: 340, beside: 300 };
const keep = (name, value) => { try { localStorage.setItem(name, value); } catch { /* then only for this page */ } };

function setWidth(grip, width) {
  const { pane } = grip.dataset;
  const { ariaValueMin: min, ariaValueMax: max } = grip;
  width = Math.round(Math.min(Number(max), Math.max(Number(min), width)));
  root.style.setProperty(`--${pane}-w`, width + "px");
  grip.setAttribute("aria-valuenow", width);
  keep("pane." + pane, width);
}

const widthOf = (grip) => grip.parentElement.getBoundingClientRect().width;

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest?.(".grip");
  if (!grip || event.button) return;
  event.preventDefault();
  grip.focus();
  const from = event.clientX;
  const width = widthOf(grip);
  // growing means away from the pane's own start edge
  const sign = (grip.classList.contains("grip--start") ? -1 : 1) * (rtl() ? -1 : 1);
  const move = (to) => setWidth(grip, width + sign * (to.clientX - from));
  const end = () => {
    grip.classList.remove("is-dragged");
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", end);
    removeEventListener("pointercancel", end);
  };
  grip.classList.add("is-dragged");
  addEventListener("pointermove", move);
  addEventListener("pointerup", end);
  addEventListener("pointercancel", end);
});

document.addEventListener("keydown", (event) => {
  const grip = event.target.closest?.(".grip");
  if (!grip || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  event.preventDefault();
  event.stopPropagation();
  const sign = (event.key === "ArrowRight" ? 1 : -1) * (grip.classList.contains("grip--start") ? -1 : 1) * (rtl() ? -1 : 1);
  setWidth(grip, widthOf(grip) + sign * (event.shiftKey ? 48 : 12));
}, true);

document.addEventListener("dblclick", (event) => {
  const grip = event.target.closest?.(".grip");
  if (grip) setWidth(grip, WIDTHS[grip.dataset.pane]);
});

export function fold(pane) {
  const folded = new Set((root.dataset.fold || "").split(" ").filter(Boolean));
  if (!folded.delete(pane)) folded.add(pane);
  root.dataset.fold = [...folded].join(" ");
  keep("fold", root.dataset.fold);
}

export function show(pane) {
  const desk = document.getElementById("desk");
  if (!desk) return;
  desk.dataset.show = desk.dataset.show === pane && pane === "beside" ? "ticket" : pane;
}

document.addEventListener("click", (event) => {
  const folder = event.target.closest("[data-fold-pane]");
  if (folder) fold(folder.dataset.foldPane);
  const shower = event.target.closest("[data-show-pane]");
  if (shower) {
    if (shower.dataset.showPane === "list" && shower.matches("a") && !document.querySelector("#list .row")) return; // the list is another page
    event.preventDefault();
    show(shower.dataset.showPane);
  }
});
