// What belongs to every page. Each part listens on the document, so whatever htmx brings later works at once.
import "./menus.js";
import "./dialogs.js";
import "./toasts.js";
import "./theme.js";
import "./panes.js";
import "./rove.js";
import "./stick.js";
import "./time.js";
import "./frames.js";
import "./keys.js";
import "./again.js";

// the names of chosen files, beside the button that chose them
document.addEventListener("change", (event) => {
  const place = event.target.type === "file" && event.target.closest(".file-field")?.querySelector("[data-chosen]");
  if (!place) return;
  place.replaceChildren(...[...event.target.files].map((file) => {
    const name = document.createElement("bdi");
    name.className = "chip";
    name.textContent = file.name;
    return name;
  }));
});
