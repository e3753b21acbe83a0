// Runs before the first paint, so that folded and resized panes do not jump. What the person chose lives in this browser.
(() => {
  try {
    const root = document.documentElement;
    for (const pane of ["list", "beside"]) {
      const width = Number(localStorage.getItem("pane." + pane));
      if (width > 0) root.style.setProperty("--" + pane + "-w", width + "px");
    }
    root.dataset.fold = localStorage.getItem("fold") || "";
  } catch { /* a browser without storage keeps the widths of the house */ }
})();
