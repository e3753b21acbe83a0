// Foreign mail stands in a sandboxed frame without scripts; here it gets the height of its content.
function fit(frame) {
  const page = frame.contentDocument;
  if (!page?.body) return;
  const measure = () => { frame.style.height = Math.min(page.documentElement.scrollHeight, 12000) + "px"; };
  frame.style.height = "auto";
  measure();
  new ResizeObserver(measure).observe(page.body);
}

document.addEventListener("load", (event) => { if (event.target.matches?.("iframe[data-frame]")) fit(event.target); }, true);
document.querySelectorAll("iframe[data-frame]").forEach((frame) => { if (frame.contentDocument?.readyState === "complete") fit(frame); });

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-frame-src]");
  if (!button) return;
  button.closest("article").querySelector("iframe[data-frame]").src = button.dataset.frameSrc;
  button.closest(".sheet__remote").remove();
});
