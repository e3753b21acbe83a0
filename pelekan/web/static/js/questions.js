// A form's questions: what an answer leads to is asked at once. Without scripts the server asks it before it sends.
const seen = document.querySelector("input[name=seen_questions]");
const asks = [...document.querySelectorAll("[data-question]")];

function answer(name) {
  const form = seen.form;
  return new FormData(form).get(name) ?? "";
}

// Some belong to a department or a kind of request only.
function fits(one) {
  const chosen = { teams: answer("team"), categories: answer("category") };
  return Object.entries(chosen).every(([name, value]) => !one.dataset[name] || one.dataset[name].split(" ").includes(value));
}

function follow() {
  const open = new Set();
  for (const one of asks) {
    const name = one.dataset.showIf;
    const shown = fits(one) && (!name || (open.has(name) && one.dataset.is.split("\n").includes(answer(name))));
    one.hidden = !shown;
    if (shown) open.add(one.dataset.question);
  }
  seen.value = [...open].join(",");
}

if (seen) {
  seen.form.addEventListener("change", follow);
  follow();
}
