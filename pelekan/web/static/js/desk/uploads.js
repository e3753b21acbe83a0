// Files by pick, drop and paste: they go up at once and belong to their uploader until the message is sent.
import { ask, digits, form, say } from "./common.js";

export function uploads({ box, list, pick, url, texts }) {
  const files = new Map(); // our key → { id, token, running }
  let next = 0;

  function chip_of(name, told) {
    const chip = document.createElement("span");
    chip.className = "file file--waiting";
    const label = Object.assign(document.createElement("bdi"), { className: "line", textContent: name });
    const remove = Object.assign(document.createElement("button"), { type: "button", className: "file__remove", textContent: "×" });
    remove.setAttribute("aria-label", say(texts.remove, name));
    chip.append(label, Object.assign(document.createElement("small"), { textContent: told }), remove);
    list.append(chip);
    return chip;
  }

  function removable(key, entry) {
    entry.chip.querySelector("button").addEventListener("click", () => {
      files.delete(key);
      entry.chip.remove();
      if (entry.token) ask(`/files/${entry.token}/remove/`, { body: form({}) }).catch(() => {});
    });
  }

  function thumb(chip, src) {
    chip.prepend(Object.assign(new Image(), { src, alt: "", className: "file__thumb" }));
  }

  function add(chosen) {
    for (const file of chosen) {
      const key = ++next;
      const name = file.name || "image.png";
      const chip = chip_of(name, "…");
      const status = chip.querySelector("small");
      const entry = { chip };
      files.set(key, entry);
      removable(key, entry);
      const body = new FormData();
      body.append("file", file, name);
      body.append("name", name);
      entry.running = ask(url, { body })
        .then(async (answer) => {
          const row = await answer.json();
          if (!answer.ok) throw new Error(row.error);
          Object.assign(entry, { id: row.id, token: row.token });
          status.textContent = say(texts.size, digits(Math.max(1, Math.round(row.size / 1024))));
          if (row.thumb_url) thumb(chip, row.thumb_url);
        })
        .catch((fault) => {
          files.delete(key);
          chip.classList.add("file--failed");
          status.textContent = fault.message || say(texts.tooBig, name);
        })
        .finally(() => { entry.running = null; });
    }
  }

  /** Files that went up before: of an answer that was taken back. */
  for (const row of JSON.parse(list.dataset.kept || "[]")) {
    const key = ++next;
    const chip = chip_of(row.name, row.size);
    const entry = { chip, id: row.id, token: row.token };
    files.set(key, entry);
    removable(key, entry);
    if (row.thumb_url) thumb(chip, row.thumb_url);
  }

  pick?.addEventListener("change", () => { add([...pick.files]); pick.value = ""; });
  box.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    box.classList.add("is-over");
  });
  box.addEventListener("dragleave", (event) => { if (!box.contains(event.relatedTarget)) box.classList.remove("is-over"); });
  box.addEventListener("drop", (event) => {
    box.classList.remove("is-over");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    add([...event.dataTransfer.files]);
  });

  /** A picture in the clipboard is a file, not a text. */
  function takePastes(el) {
    el.addEventListener("paste", (event) => {
      const pasted = [...(event.clipboardData?.files || [])];
      if (!pasted.length) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      add(pasted);
    }, true);
  }

  return {
    add,
    takePastes,
    ids: () => [...files.values()].map((one) => one.id).filter(Boolean),
    busy: () => [...files.values()].some((one) => one.running),
    done: () => Promise.all([...files.values()].map((one) => one.running)),
    clear: () => { files.clear(); list.replaceChildren(); },
  };
}
