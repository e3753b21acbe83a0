// A grid of priorities: cells take the colour of what is chosen, the example is tried while one types.
const form = document.getElementById("grid-form");
const NAMES = { 1: "low", 2: "normal", 3: "high", 4: "urgent" };
let later = 0;
let last = 0;

function paint() {
  const here = document.getElementById("tried")?.dataset.here;
  for (const cell of form.querySelectorAll("[data-cell]")) {
    const value = cell.querySelector("select").value;
    cell.className = `matrix__cell matrix__cell--edit matrix__cell--${NAMES[value]}`;
    cell.classList.toggle("matrix__cell--here", cell.dataset.cell === here);
  }
}

async function attempt() {
  const number = ++last;
  try {
    const answer = await fetch(form.dataset.try, { method: "POST", body: new FormData(form), headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok || number !== last) return;
    document.getElementById("tried").outerHTML = await answer.text();
  } catch {
    return;  // the network is away: what stands there stays
  }
  paint();
}

form.addEventListener("input", () => {
  paint();
  clearTimeout(later);
  later = setTimeout(attempt, 300);
});
