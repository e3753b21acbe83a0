// Light and density: shown at once, kept in a cookie that the server reads for the next page.
for (const name of ["theme", "density"]) {
  document.addEventListener("click", (event) => {
    const choice = event.target.closest(`[data-set-${name}]`);
    if (!choice) return;
    const value = choice.getAttribute(`data-set-${name}`);
    document.documentElement.dataset[name] = value;
    document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`;
    for (const other of document.querySelectorAll(`[data-set-${name}]`)) other.setAttribute("aria-checked", other === choice);
  });
}

// data-copy="text": into the clipboard, and the icon says so for a moment
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const use = button.querySelector("use");
  const before = use?.getAttribute("href");
  use?.setAttribute("href", before.replace(/#.*/, "#check"));
  setTimeout(() => use?.setAttribute("href", before), 1500);
});
