// Live updates: one stream for all tabs of this browser. The wire format is in docs/decisions/0003-live-updates.md.
//
//   const live = connect({ ticketUrl: "/desk/live-ticket/", key: "agent:5", topics: ["desk", "ticket:42"] })
//   live.on("ticket:42", poke => ...)     poke: { id, name, topics }; name "resync" means: fetch everything anew
//   live.onSay("ticket:42", word => ...)  word: { topic, kind, from, name, data, keep }; keep 0 takes a kept word back
//   live.say("ticket:42", "typing", data)
//   const stop = live.hold("ticket:42", "looking")   said again while this page is visible
//   document gets live:up, live:down and live:out (signed out: nothing more will come)
//
// A tab that holds the Web Lock leads: it alone has the stream and passes frames on by BroadcastChannel. What
// happened between the page's rendering and its connection comes too: the page brings <meta name="live-id">.

const SILENCE = 50_000; // ms without a heartbeat after which a stream counts as dead
const OPENING = 8_000; // ms until the first frame; longer means a proxy that holds frames back, so we poll
const LONGEST = 30_000; // ms between two tries
const HOLD = 30; // seconds that a held word lives without being said again

const sleep = (ms, signal) =>
  new Promise(done => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
  });

/** `ticketUrl` answers GET ?topics=a&topics=b with { ticket, topics, ttl }, `topics` being those granted; `renew`, an
 *  async function from topics to the same object, may stand in for it (the widget has its own bearer token).
 *  `key` keeps tabs of different people apart. */
export function connect(options) {
  return new Live(options);
}

class Live {
  constructor({ ticketUrl, renew, key = ticketUrl, topics = [], since = pageId(), base = "/live" }) {
    this.renew = renew ?? (wanted => fetchTicket(ticketUrl, wanted));
    this.base = base;
    this.name = `pelekan-live:${key}`;
    this.tab = Math.random().toString(36).slice(2);
    this.topics = new Set(topics);
    this.since = since;
    this.hearers = new Map(); // topic → set of functions
    this.listeners = new Map(); // the same for says
    this.seen = new Set();
    this.holds = new Set();
    this.up = undefined;
    addEventListener("pagehide", () => this.stop());
    addEventListener("pageshow", event => event.persisted && this.start());
    addEventListener("online", () => this.leading?.hurry());
    document.addEventListener("visibilitychange", () => this.seenAgain());
    this.start();
  }

  on(topic, hear) {
    return add(this.hearers, topic, hear);
  }

  onSay(topic, hear) {
    return add(this.listeners, topic, hear);
  }

  /** Listen to these topics from now on, instead of those given before. */
  follow(topics) {
    this.topics = new Set(topics);
    this.want();
  }

  say(topic, kind, data = null, keep = 0) {
    const word = { topic, kind, data, keep };
    if (this.leading) this.leading.say(word);
    else this.channel?.postMessage({ to: "leader", say: word });
  }

  hold(topic, kind, data = null) {
    const again = () => document.visibilityState === "visible" && this.say(topic, kind, data, HOLD);
    const takeBack = () => this.say(topic, kind, data, 0);
    const timer = setInterval(again, (HOLD * 1000) / 2);
    const hold = { again, takeBack };
    this.holds.add(hold);
    again();
    return () => {
      clearInterval(timer);
      this.holds.delete(hold);
      takeBack();
    };
  }

  // ── leading and following ─────────────────────────────────────────────────────────────────────────────────

  start() {
    this.stopped = new AbortController();
    if (navigator.locks) {
      this.channel = new BroadcastChannel(this.name);
      this.channel.onmessage = ({ data }) => this.told(data);
    }
    this.heardAt = Date.now();
    this.watch = setInterval(() => this.rescue(), 10_000);
    this.want();
    // Plain http on a local network has no locks: there each tab has its own stream, as long as it is looked at.
    if (!navigator.locks) this.lead();
    else this.queue({ signal: this.stopped.signal });
  }

  stop() {
    clearInterval(this.watch);
    for (const hold of this.holds) hold.takeBack();
    this.leading?.end();
    this.leading = undefined;
    this.channel?.postMessage({ to: "leader", gone: this.tab });
    this.channel?.close();
    this.channel = undefined;
    this.stopped.abort();
  }

  queue(how) {
    const { signal } = this.stopped;
    navigator.locks
      .request(this.name, how, () => (signal.aborted ? undefined : this.lead()))
      .catch(fault => {
        // A frame whose browser forbids it all storage has no locks either: each of its tabs has its own stream.
        if (fault.name === "SecurityError" && !signal.aborted && !this.leading) return void this.lead();
        // Stolen by a tab that believed us frozen, or stopped.
        this.leading?.end();
        this.leading = undefined;
        if (!signal.aborted) this.queue({ signal });
      });
  }

  lead() {
    this.leading = new Leader(this);
    this.channel?.postMessage({ to: "tabs", who: true });
    return this.leading.run();
  }

  /** A visible tab that hears nothing takes over: some browsers freeze tabs in the background, leader or not. */
  rescue() {
    const silent = Date.now() - this.heardAt > SILENCE + 10_000;
    if (!this.leading && navigator.locks && silent && document.visibilityState === "visible") {
      this.heardAt = Date.now();
      this.queue({ steal: true });
    }
  }

  seenAgain() {
    const visible = document.visibilityState === "visible";
    if (!navigator.locks && !this.stopped.signal.aborted) {
      if (!visible) (this.leading?.end(), (this.leading = undefined));
      else if (!this.leading) this.lead();
    } else if (visible) this.leading?.hurry();
    if (visible) for (const hold of this.holds) hold.again();
  }

  want() {
    if (this.leading) this.leading.wanted(this.tab, [...this.topics], this.since);
    else this.channel?.postMessage({ to: "leader", tab: this.tab, topics: [...this.topics], since: this.since });
  }

  told(message) {
    if (message.to === "leader") {
      if (message.say) this.leading?.say(message.say);
      else if (message.gone) this.leading?.left(message.gone);
      else this.leading?.wanted(message.tab, message.topics, message.since);
      return;
    }
    if (message.to !== "tabs" && message.to !== this.tab) return;
    this.heardAt = Date.now();
    if (message.who) this.want();
    if (message.frame) this.hear(message.frame);
    if (message.state) this.state(message.state);
  }

  state(state) {
    if (state === this.up) return;
    this.up = state;
    if (state === "up") for (const hold of this.holds) hold.again();
    document.dispatchEvent(new CustomEvent(`live:${state}`));
  }

  hear({ kind, id, data }) {
    if (id) this.since = id;
    if (kind === "say") call(this.listeners, [data.topic], data);
    else if (kind === "resync") {
      for (const topic of this.hearers.keys()) call(this.hearers, [topic], { name: "resync", topics: [topic] });
    } else if (kind === "poke" && !this.seen.has(data.id)) {
      this.seen.add(data.id);
      if (this.seen.size > 2000) this.seen = new Set([...this.seen].slice(1000));
      call(this.hearers, data.topics, data);
    }
  }
}

/** The tab that has the stream. */
class Leader {
  constructor(live) {
    this.live = live;
    this.tabs = new Map([[live.tab, [...live.topics]]]);
    this.since = live.since;
    this.granted = new Set();
    this.unsaid = [];
    this.kept = new Map(); // words that hold, for tabs that open later
    this.ended = new AbortController();
    this.stale = true; // the ticket lacks topics that a tab wants
    this.polls = false;
  }

  wanted(tab, topics, since) {
    this.tabs.set(tab, topics);
    const news = topics.some(topic => !this.granted.has(topic));
    if (tab !== this.live.tab) {
      this.pass({ state: this.live.up }, tab);
      for (const [key, { until, frame }] of this.kept) {
        if (until < Date.now()) this.kept.delete(key);
        else this.pass({ frame }, tab);
      }
    }
    const missed = Number(since) < Number(this.since);
    if (missed) this.since = since;
    if (news) this.stale = true;
    if (news || missed) this.again();
  }

  left(tab) {
    this.tabs.delete(tab);
  }

  say(word) {
    if (!this.ticket || !this.granted.has(word.topic)) {
      this.unsaid = [...this.unsaid.slice(-4), word]; // for a topic that is being asked for just now
      return;
    }
    fetch(`${this.live.base}/say`, {
      method: "POST",
      headers: { Authorization: `Live ${this.ticket}`, "Content-Type": "application/json" },
      body: JSON.stringify(word),
      keepalive: true,
    }).catch(() => {}); // a passing word: the next one comes soon
  }

  end() {
    this.ended.abort();
    clearTimeout(this.expiry);
    this.again();
  }

  /** Connect anew, at once, from where we are. */
  again() {
    this.restart = true;
    this.request?.abort();
    this.pause?.abort();
  }

  /** Try now, if we wait between two tries. */
  hurry() {
    this.pause?.abort();
  }

  pass(message, to = "tabs") {
    this.live.channel?.postMessage({ to, ...message });
  }

  state(state) {
    this.live.state(state);
    this.pass({ state });
  }

  async run() {
    let failures = 0;
    while (!this.ended.signal.aborted) {
      this.restart = false;
      this.wait = 0;
      this.heard = this.heard && this.polls;
      try {
        while (!this.ticket || this.stale) await this.renewTicket();
        this.restart = false;
        await this.listen();
      } catch (fault) {
        if (fault === OUT) return this.state("out");
        this.heard = false;
      }
      if (this.ended.signal.aborted) return;
      if (this.restart) continue;
      failures = this.heard ? 0 : failures + 1;
      if (failures || this.wait) this.state("down");
      this.pause = new AbortController();
      const most = Math.min(LONGEST, 500 * 2 ** failures);
      await sleep(this.wait + most * (0.3 + Math.random() * 0.7), this.pause.signal);
      this.pause = undefined;
    }
  }

  async renewTicket() {
    const wanted = [...new Set([...this.tabs.values()].flat())].sort();
    this.stale = false;
    const { ticket, topics, ttl } = await this.live.renew(wanted);
    this.ticket = ticket;
    // What was refused is remembered as answered, or each tab's wish would ask for it again.
    this.granted = new Set([...wanted, ...topics]);
    const waiting = this.unsaid.filter(word => topics.includes(word.topic));
    this.unsaid = [];
    for (const word of waiting) this.say(word);
    clearTimeout(this.expiry);
    this.expiry = setTimeout(() => ((this.stale = true), this.again()), ttl * 800);
  }

  async listen() {
    const request = (this.request = new AbortController());
    const patience = { timer: setTimeout(() => this.slow(request), this.polls ? SILENCE : OPENING) };
    try {
      const query = new URLSearchParams(this.since ? { since: this.since } : {});
      if (this.polls && !this.heard) query.set("wait", "0"); // the first one only shows that polling works
      const answer = await fetch(`${this.live.base}/${this.polls ? "poll" : "stream"}?${query}`, {
        headers: { Authorization: `Live ${this.ticket}` },
        signal: request.signal,
        cache: "no-store",
        credentials: "omit",
      });
      if (!answer.ok) return this.refused(answer);
      if (this.polls) this.opened(patience, request);
      let text = "";
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        this.opened(patience, request);
        const frames = (text + value).split("\n\n");
        text = frames.pop();
        for (const frame of frames) this.took(parse(frame));
      }
    } finally {
      clearTimeout(patience.timer);
    }
  }

  /** Something came: the line is good, and the next silence is counted from here. */
  opened(patience, request) {
    this.heard = true;
    clearTimeout(patience.timer);
    patience.timer = setTimeout(() => request.abort(), SILENCE);
    this.state("up");
  }

  /** Connected, but nothing comes through: a proxy collects the answer. Polls are whole answers. */
  slow(request) {
    this.polls = !this.polls;
    request.abort();
  }

  refused(answer) {
    this.heard = false;
    if (answer.status === 401) this.ticket = undefined;
    this.wait = 1000 * Number(answer.headers.get("Retry-After") ?? 0);
  }

  took(frame) {
    if (frame.kind === "bye") {
      if (frame.data.why === "elsewhere") this.wait = 60_000;
      else if (frame.data.why !== "restart") this.ticket = undefined;
      return;
    }
    if (frame.id) this.since = frame.id;
    if (frame.kind === "say") {
      const { topic, kind, from, keep } = frame.data;
      const key = `${topic} ${kind} ${from}`;
      if (keep) this.kept.set(key, { until: Date.now() + keep * 1000, frame });
      else this.kept.delete(key);
    }
    this.live.hear(frame);
    this.pass({ frame });
  }
}

const OUT = new Error("signed out");

async function fetchTicket(url, topics) {
  const query = new URLSearchParams(topics.map(topic => ["topics", topic]));
  const answer = await fetch(`${url}?${query}`, { headers: { Accept: "application/json" }, redirect: "manual" });
  // A redirect leads to the sign-in page.
  if (answer.status === 401 || answer.status === 403 || answer.type === "opaqueredirect") throw OUT;
  if (!answer.ok) throw new Error(`no ticket: ${answer.status}`);
  return answer.json();
}

function parse(text) {
  const frame = { kind: "poke", id: undefined, data: undefined };
  for (const line of text.split("\n")) {
    const at = line.indexOf(": ");
    const [field, value] = [line.slice(0, at), line.slice(at + 2)];
    if (field === "event") frame.kind = value;
    else if (field === "id") frame.id = value;
    else if (field === "data") frame.data = JSON.parse(value);
  }
  if (!frame.data) frame.kind = "beat";
  return frame;
}

function add(map, topic, hear) {
  if (!map.has(topic)) map.set(topic, new Set());
  map.get(topic).add(hear);
  return () => map.get(topic).delete(hear);
}

/** Each function once, though it may listen to several of the topics. */
function call(map, topics, value) {
  for (const hear of new Set([...topics, "*"].flatMap(topic => [...(map.get(topic) ?? [])]))) {
    try {
      hear(value);
    } catch (fault) {
      reportError(fault);
    }
  }
}

function pageId() {
  return document.querySelector('meta[name="live-id"]')?.content;
}
