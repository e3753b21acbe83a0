// Times that stay true while the page stands. <time datetime data-since> counts up (minutes only; later the server's own
// words stay), <time datetime data-until> inside .clock counts down, turns amber, then red. Words come from the browser's
// own knowledge of the language, digits too. Text changes only when it differs, so nothing moves.
const lang = document.documentElement.lang || "en";
const unit = (name, display) => new Intl.NumberFormat(lang, { style: "unit", unit: name, unitDisplay: display });
const short = { minute: unit("minute", "short"), hour: unit("hour", "short"), day: unit("day", "long") };
const long = { minute: unit("minute", lang === "en" ? "short" : "long"), hour: unit("hour", lang === "en" ? "short" : "long"), day: unit("day", "long") };
const now = new Intl.RelativeTimeFormat(lang, { numeric: "auto", style: "narrow" }).format(0, "second");
const NEAR = 30 * 60; // seconds; data-near on the element overrides

// a length in words: minutes under an hour, hours and minutes under ten hours, then hours, then days
export function span(seconds, words = long) {
  const minutes = Math.max(0, Math.floor(seconds / 60));
  if (minutes < 60) return words.minute.format(minutes);
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return words.hour.format(hours);
  return words.day.format(Math.floor(hours / 24));
}

function tick() {
  const at = Date.now();
  for (const el of document.querySelectorAll("time[data-since]")) {
    const age = (at - Date.parse(el.dateTime)) / 1000;
    if (age >= 3600) continue;
    put(el, age < 60 ? now : span(age, short));
  }
  for (const el of document.querySelectorAll("time[data-until]")) {
    const left = (Date.parse(el.dateTime) - at) / 1000;
    const clock = el.closest(".clock");
    const late = left <= 0;
    const near = !late && left < Number(el.dataset.near || NEAR);
    put(el, span(Math.abs(left)));
    if (clock && clock.classList.contains("clock--late") !== late) {
      clock.classList.toggle("clock--late", late);
      const use = clock.querySelector("use");
      use?.setAttribute("href", use.getAttribute("href").replace(/#.*/, late ? "#alarm-clock" : "#clock"));
    }
    clock?.classList.toggle("clock--near", near);
    clock?.classList.toggle("clock--far", !near && !late);
  }
}

function put(el, text) {
  if (el.textContent !== text) el.textContent = text;
}

tick();
setInterval(() => { if (!document.hidden) tick(); }, 15000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });
document.addEventListener("htmx:afterSettle", tick);
