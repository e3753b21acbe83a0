// Times that stay true while the page stands. <time datetime data-since> counts up (minutes only; later the server's own
// words stay), <time datetime data-until> inside .clock counts down, turns amber, then red. Words come from the browser's
// own knowledge of the language, digits too. Text changes only when it differs, so nothing moves.
const lang = document.documentElement.lang || "en";
// the digits that the server writes for this person, told by its zero
const numberingSystem = { "۰": "arabext", "٠": "arab" }[document.documentElement.dataset.digits] || "latn";
const unit = (name) => new Intl.NumberFormat(lang, { style: "unit", unit: name, unitDisplay: "long", numberingSystem });
const words = { minute: unit("minute"), hour: unit("hour"), day: unit("day") };
const now = new Intl.RelativeTimeFormat(lang, { numeric: "auto", style: "narrow", numberingSystem }).format(0, "second");
const NEAR = 30 * 60; // seconds; data-near on the element overrides

// a length in its greatest unit, as the server's dates.span(length, 1) writes it
export function span(seconds) {
  const minutes = Math.max(0, Math.floor(seconds / 60));
  if (minutes < 60) return words.minute.format(minutes);
  if (minutes < 24 * 60) return words.hour.format(Math.floor(minutes / 60));
  return words.day.format(Math.floor(minutes / (24 * 60)));
}

// a computer whose clock is wrong shows the desk's time all the same; a slow line is no wrong clock
const told = Number(document.documentElement.dataset.now) || Date.now();
const skew = Math.abs(told - Date.now()) > 60_000 ? told - Date.now() : 0;

function tick() {
  const at = Date.now() + skew;
  for (const el of document.querySelectorAll("time[data-since]")) {
    const age = (at - Date.parse(el.dateTime)) / 1000;
    if (age >= 3600) continue;
    put(el, age < 60 ? now : span(age));
  }
  for (const el of document.querySelectorAll("time[data-until]")) {
    const left = (Date.parse(el.dateTime) - at) / 1000;
    const clock = el.closest(".clock");
    const alarm = clock?.dataset.alarm || ""; // what the desk says already; its clock may be ahead of this one
    const late = left <= 0 || alarm.endsWith("late");
    const near = !late && (alarm || left < Number(el.dataset.near || NEAR));
    put(el, left <= 0 && el.dataset.late ? el.dataset.late.replace("{time}", span(-left)) : span(Math.abs(left)));
    if (clock && clock.classList.contains("clock--late") !== late) {
      clock.classList.toggle("clock--late", late);
      const use = clock.querySelector("use");
      use?.setAttribute("href", use.getAttribute("href").replace(/#.*/, late ? "#alarm-clock" : "#clock"));
    }
    clock?.classList.toggle("clock--near", Boolean(near));
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

// the whole moment, when the pointer rests on a time that carries no title
document.addEventListener("pointerover", (event) => {
  const el = event.target.closest?.("time[datetime*=T]:not([title])");
  if (el) el.title = new Intl.DateTimeFormat(lang, { dateStyle: "full", timeStyle: "short", numberingSystem, calendar: document.documentElement.dataset.calendar || undefined }).format(new Date(el.dateTime));
});
