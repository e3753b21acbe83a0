// The script tag's code: a button, a frame, and the line between them. Told its inbox by the argument.
// No cookies, no style sheet of the site is touched; everything inside the frame belongs to the desk.
((C) => {
  const D = document, W = window, S = D.currentScript, host = new URL(S.src).origin;
  const queued = (W.Pelekan && W.Pelekan.q) || [];
  if (W.Pelekan && W.Pelekan.ready) return;
  const here = location.origin;
  const may = site => {
    const [left, right] = site.split("*.");
    return right === undefined ? here === site : here.startsWith(left) && here.endsWith("." + right);
  };
  if (here !== host && !C.sites.some(may)) {
    console.error("Pelekan: this chat may not stand on " + here + ". An administrator can add this address to the sites of the inbox.");
    W.Pelekan = () => {};
    W.Pelekan.ready = 1;
    return;
  }
  let lang = pick(S.dataset.language || D.documentElement.lang), frame, ready, open = false, unread = 0, who;
  function pick(wish) {
    wish = (wish || "").slice(0, 2).toLowerCase();
    return C.words[wish] ? wish : C.language;
  }
  const store = (area, name, value) => {
    try {
      name = "pelekan-" + name + "-" + C.key;
      if (value === undefined) return W[area].getItem(name);
      value ? W[area].setItem(name, value) : W[area].removeItem(name);
    } catch {}
  };
  const small = matchMedia("(max-width: 480px)");
  const box = D.createElement("div");
  const inside = box.attachShadow({ mode: "open" });
  const button = D.createElement("button");
  const badge = D.createElement("span");
  const css = (element, rules) => (element.style.cssText = rules);
  button.type = "button";
  button.innerHTML = '<svg viewBox="0 0 24 24" width="28" height="28" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path/></svg>';
  button.append(badge);
  inside.append(button);
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("button:focus-visible{outline:3px solid " + C.colour + "!important;outline-offset:3px!important}");
    inside.adoptedStyleSheets = [sheet];
  } catch {}
  function draw() {
    const end = lang === "en" ? "right" : "left";
    const full = small.matches;
    css(box, "position:fixed;z-index:2147483000;bottom:0;" + end + ":0;width:0;height:0");
    css(button, "all:initial;cursor:pointer;position:fixed;bottom:20px;" + end + ":20px;width:58px;height:58px;border-radius:50%;display:" + (open && full ? "none" : "grid") + ";place-items:center;background:" + C.colour + ";color:" + C.ink + ";box-shadow:0 2px 6px #0003,0 8px 24px #0003");
    css(badge, "position:absolute;top:-3px;" + end + ":-3px;min-width:22px;height:22px;box-sizing:border-box;padding:0 6px;border-radius:11px;background:#c62828;color:#fff;font:700 13px/22px system-ui,sans-serif;text-align:center;display:" + (unread && !open ? "block" : "none"));
    badge.textContent = unread > 9 ? "9+" : new Intl.NumberFormat({ fa: "fa", ar: "ar-EG" }[lang] || "en").format(unread);
    button.querySelector("path").setAttribute("d", open ? "M6 9l6 6 6-6" : "M7.9 20A9 9 0 1 0 4 16.1L2 22Z");
    button.lang = lang;
    button.setAttribute("aria-label", C.words[lang][open ? 1 : 0] + (unread && !open ? " (" + badge.textContent + ")" : ""));
    button.setAttribute("aria-expanded", open);
    if (frame) css(frame, "border:0;color-scheme:normal;position:fixed;display:" + (open ? "block" : "none") + ";" + (full ? "inset:0;width:100%;height:100%" : "bottom:92px;" + end + ":20px;width:380px;height:min(640px,calc(100vh - 112px));border-radius:16px;box-shadow:0 2px 8px #0002,0 16px 48px #0004"));
  }
  function load() {
    if (frame) return;
    frame = D.createElement("iframe");
    frame.title = C.words[lang][0];
    frame.allow = "clipboard-write";
    frame.src = host + "/widget/" + C.key + "/frame/?lang=" + lang + "#" + here;
    inside.prepend(frame);
    draw();
  }
  function post(what, data) {
    if (ready) frame.contentWindow.postMessage({ pelekan: C.key, do: what, data }, host);
  }
  const page = () => ({ page: location.href.replace(/#(?!\/).*/, ""), title: D.title, referrer: D.referrer });
  function toggle(to) {
    if (to === open) return;
    open = to;
    store("sessionStorage", "open", open && "1");
    load();
    draw();
    post(open ? "open" : "close");
    open ? frame.focus() : button.focus();
  }
  addEventListener("message", ({ source, origin, data }) => {
    if (!frame || source !== frame.contentWindow || origin !== host || !data || data.pelekan !== C.key) return;
    if (data.do === "ready") {
      ready = true;
      post("start", { page: page(), open, who, kept: kept() });
    } else if (data.do === "unread") {
      unread = data.data | 0;
      draw();
    } else if (data.do === "known") store("localStorage", "known", data.data && "1");
    else if (data.do === "close") toggle(false);
    else if (data.do === "keep" && data.data.name.startsWith(ours)) {
      try {
        const { name, value } = data.data;
        value === null ? localStorage.removeItem(name) : localStorage.setItem(name, value);
      } catch {}
    }
  });
  // Where the browser forbids the frame its own storage, the site's keeps it.
  const ours = "pelekan." + C.key + ".";
  function kept() {
    try {
      return Object.fromEntries(Object.entries(localStorage).filter(([name]) => name.startsWith(ours)));
    } catch {}
  }
  addEventListener("storage", ({ key, newValue }) => key && key.startsWith(ours) && post("kept", { name: key, value: newValue }));
  let last = "";
  const moved = () => setTimeout(() => {
    if (last !== (last = location.href)) post("page", page());
  }, 100);
  for (const name of ["pushState", "replaceState"]) {
    const was = history[name];
    history[name] = function () {
      const result = was.apply(this, arguments);
      moved();
      return result;
    };
  }
  addEventListener("popstate", moved);
  addEventListener("hashchange", moved);
  const acts = {
    open: () => toggle(true),
    close: () => toggle(false),
    identify: value => {
      who = value || null;
      load();
      post("identify", who);
    },
    language: value => {
      lang = pick(value);
      if (frame) {
        frame.remove();
        frame = ready = undefined;
        load();
      }
      draw();
    },
  };
  const act = (name, value) => (acts[name] ? acts[name](value) : console.error("Pelekan: there is no act " + name + "; use open, close, identify or language."));
  W.Pelekan = act;
  act.ready = 1;
  button.onclick = () => toggle(!open);
  button.onpointerenter = button.onfocus = load;
  small.onchange = draw;
  draw();
  const start = () => {
    D.body.append(box);
    for (const call of queued) act(...call);
    if (store("sessionStorage", "open")) toggle(true);
    else if (store("localStorage", "known")) setTimeout(load, 1000);
  };
  D.body ? start() : addEventListener("DOMContentLoaded", start);
})
