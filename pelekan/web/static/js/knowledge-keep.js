// What is typed in the editor is kept for its writer as he types. Where that fails (signed out, no connection) it stays in this
// window, for this writer alone, and is kept as soon as it can be: by itself, or when he comes back after signing in.

const PAUSE = 1200;
const AGAIN = 5000;
const csrf = () => /(?:^|; )pelekan_csrf=([^;]+)/.exec(document.cookie)?.[1];

/** {soon}: something was typed; {now}: keep it, true when the desk has it. `busy()`: whether a picture is on its way. */
export function keeping(form, state, busy) {
  const data = form.dataset;
  const place = `write.${data.writer}.${data.keep}`;
  const out = document.getElementById("write-out");
  let timer = 0;
  let dirty = false;
  let failed = false;
  let asking = false;
  let going = false;

  const values = () => new URLSearchParams(new FormData(form)).toString();
  function aside(text) {
    try { if (text) sessionStorage.setItem(place, text); else sessionStorage.removeItem(place); } catch { /* then only on screen */ }
  }
  function soon() {
    dirty = true;
    if (failed) aside(values());
    clearTimeout(timer);
    timer = setTimeout(now, PAUSE);
  }

  async function send(text) {
    const body = new URLSearchParams(text);
    body.delete("csrfmiddlewaretoken"); // whoever signed in again has another one
    return fetch(data.keep, { method: "POST", body, headers: { "X-CSRFToken": csrf() || "" }, keepalive: true });
  }

  async function now() {
    clearTimeout(timer);
    if (!dirty) return true;
    dirty = false;
    try {
      const answer = await send(values());
      if (answer.status === 401 || answer.status === 403) { lost(true); return false; }
      if (!answer.ok) throw new Error(answer.status);
      const told = await answer.json();
      failed = false;
      aside("");
      out.hidden = true;
      state.textContent = told.newer || data.kept;
      state.classList.toggle("bad", Boolean(told.newer));
      return true;
    } catch {
      lost(false);
      return false;
    }
  }
  function lost(signedOut) {
    dirty = failed = true;
    aside(values());
    out.hidden = !signedOut;
    state.textContent = signedOut ? "" : data.lost;
    timer = setTimeout(now, AGAIN);
  }

  /** What this window still has from before: the desk gets it, and offers it as what was typed and not saved. */
  async function bring() {
    let text = "";
    try { text = sessionStorage.getItem(place); } catch { /* nothing was kept */ }
    if (!text) return;
    const answer = await send(text).catch(() => null);
    if (!answer?.ok) return;
    aside("");
    location.replace(location.pathname);
  }

  form.addEventListener("input", (event) => { if (event.target.name) soon(); });
  addEventListener("pagehide", now);
  form.addEventListener("submit", async (event) => {
    if (going) return;
    event.preventDefault();
    if (asking) return;
    if (busy()) { state.textContent = data.busy; return; }
    dirty = asking = true;
    const there = await now();
    asking = false;
    if (!there) { if (!out.hidden) out.scrollIntoView({ block: "nearest" }); return; } // a page that says no would take the text along
    going = true;
    form.csrfmiddlewaretoken.value = csrf() || form.csrfmiddlewaretoken.value;
    form.requestSubmit(event.submitter);
    going = false;
  });
  bring();
  return { soon, now };
}
