// The line to the page around the frame, and the sound. Both sides check who speaks: the page must be one of the
// sites that the desk lists, and it hears us only under the very address that it came with.

export class Host {
  /** `heard` are functions by name: start, open, close, page, identify. */
  constructor(config, heard) {
    this.key = config.key;
    this.alone = window.parent === window; // opened as a page of its own
    this.site = this.alone ? location.origin : decodeURIComponent(location.hash.slice(1));
    const ours = location.ancestorOrigins?.[0] ?? this.site;
    this.allowed = this.alone || (ours === this.site && listed(this.site, config.sites));
    if (!this.allowed) {
      console.error(`Pelekan: this chat may not stand on ${ours}. Add this address to the sites of the inbox.`);
      return;
    }
    if (this.alone) return;
    addEventListener("message", ({ source, origin, data }) => {
      if (source !== window.parent || origin !== this.site || data?.pelekan !== this.key) return;
      heard[data.do]?.(data.data);
    });
  }

  tell(what, data) {
    if (!this.alone && this.allowed) window.parent.postMessage({ pelekan: this.key, do: what, data }, this.site);
  }
}

function listed(site, sites) {
  if (site === location.origin) return true;
  return sites.some(one => {
    const [left, right] = one.split("*.");
    return right === undefined ? one === site : site.startsWith(left) && site.endsWith(`.${right}`);
  });
}

let context;

/** Two soft notes; no file is loaded for it. Only one of several tabs plays. */
export async function chime() {
  const play = async () => {
    try {
      context ??= new AudioContext();
      await context.resume();
      for (const [at, pitch] of [[0, 660], [0.12, 880]]) {
        const note = context.createOscillator();
        const loud = context.createGain();
        note.frequency.value = pitch;
        loud.gain.setValueAtTime(0.0001, context.currentTime + at);
        loud.gain.exponentialRampToValueAtTime(0.08, context.currentTime + at + 0.02);
        loud.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + at + 0.25);
        note.connect(loud).connect(context.destination);
        note.start(context.currentTime + at);
        note.stop(context.currentTime + at + 0.3);
      }
    } catch {
      // no sound here: the badge says it too
    }
  };
  if (!navigator.locks) return play();
  return navigator.locks.request("pelekan-chime", { ifAvailable: true }, async lock => {
    if (!lock) return;
    await play();
    await new Promise(done => setTimeout(done, 1000));
  }).catch(play);
}
