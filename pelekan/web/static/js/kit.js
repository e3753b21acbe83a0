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
