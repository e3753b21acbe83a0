// Nothing forgotten: kept true while it is looked at, but never under somebody's hands.
import { ask, later, live, own } from "./common.js";
import "./counts.js";

async function refresh() {
  const part = document.getElementById("forgotten-part");
  if (!part || document.hidden || part.contains(document.activeElement)) return;
  const answer = await ask(part.dataset.forgotten, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (answer?.ok && part.isConnected) window.htmx.swap("#forgotten-part", await answer.text(), { swapStyle: "outerHTML" });
}

const soon = later(refresh, 1500);
for (const topic of own) live()?.on(topic, (poke) => { if (/^(ticket|promise|message)\./.test(poke.name)) soon(); });
