// The list of calls: kept true while nobody works in it.
import { ask, later, live, own } from "./common.js";
import "./counts.js";

async function refresh() {
  const part = document.getElementById("calls-part");
  if (!part || part.querySelector("form:focus-within, input:checked, input[name=text]:not(:placeholder-shown)")) return;
  const answer = await ask(part.dataset.calls).catch(() => null);
  if (answer?.ok && part.isConnected) window.htmx.swap("#calls-part", await answer.text(), { swapStyle: "outerHTML" });
}

const soon = later(refresh, 600);
for (const topic of own) live()?.on(topic, (poke) => { if (/^(call\.|ticket\.)/.test(poke.name)) soon(); });
