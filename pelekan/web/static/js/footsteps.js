// Tells what is read on pages that are the same for everybody: opened, and how long it was in sight.
// <main data-reading="17" data-steps="/help/steps/" data-place="help">; who asks not to be followed sends nothing.

const page = document.querySelector("[data-reading][data-steps]");
const asksNot = navigator.doNotTrack === "1" || navigator.globalPrivacyControl === true;

if (page && !asksNot && navigator.sendBeacon) {
  let seen = 0, since = document.visibilityState === "visible" ? performance.now() : null, told = 0;
  const tell = (more) => {
    const form = new URLSearchParams({ article: page.dataset.reading, place: page.dataset.place || "help",
      language: document.documentElement.lang.slice(0, 2), ...more });
    navigator.sendBeacon(page.dataset.steps, form);
  };
  const pause = () => {
    if (since !== null) seen += performance.now() - since;
    since = null;
    const seconds = Math.round(seen / 1000);
    if (seconds > told) tell({ seconds: told = seconds });
  };
  const before = document.referrer && new URL(document.referrer);
  const searched = before && before.origin === location.origin && /\/search\/?$/.test(before.pathname);
  tell({ seconds: 0, searched: searched ? "1" : "" });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") pause();
    else since = performance.now();
  });
  addEventListener("pagehide", pause);
}
