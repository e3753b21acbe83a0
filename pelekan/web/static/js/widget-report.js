// A problem reported by a short form: what a developer would ask first, a screenshot, and the page and browser it happened in.
import { ask, contactFields, field, head } from "./widget-screens.js";
import { newId } from "./widget-store.js";
import { h } from "./widget-view.js";

/** The form. Beside a chat that is going on, its answers stand in that chat. */
export function report(app) {
  const { desk, words } = app;
  const client_id = newId(); // of this report, however often it is sent
  const into = desk.thread && desk.goesOn ? desk.thread.id : null;
  const back = () => app.go(into ? "chat" : "home");
  const files = app.files();
  const often = ["always", "sometimes", "once"].map(value => ({ value, label: words[`report_${value}`] }));
  const fields = [
    field(app, { name: "happened", label: words.report_happened, required: true, rows: 3, value: into ? "" : desk.store.draft }),
    field(app, { name: "doing", label: words.report_doing, rows: 2 }),
    field(app, { name: "expected", label: words.report_expected, rows: 2 }),
    field(app, { name: "often", label: words.report_often, options: often }),
    ...(into && desk.visitor?.reachable ? [] : contactFields(app)),
  ];
  const asksWho = fields.some(one => one.input.name === "email");
  const { page, title } = desk.page;
  const along = h(
    "div.ask__along",
    {},
    h("p", {}, words.report_along),
    h("p", {}, page && h("bdi.ltr", {}, page), !page && title && h("bdi", {}, title), h("bdi.ltr", {}, `${screen.width}×${screen.height}`)),
  );
  const element = ask(app, {
    fields,
    between: [asksWho && h("p.ask__hint", {}, words.either), h("div.ask__files", {}, files.button, h("span.ask__hint", {}, words.report_shot), files.list), along],
    button: words.report_send,
    send: async ({ name = "", email = "", phone = "", ...said }) => {
      if (files.busy) throw new Error(words.sending);
      const receipt = await desk.report({ client_id, ...said, contact: { name, email, phone }, files: files.ids, conversation: into, team: desk.team });
      if (!into) desk.store.draft = "";
      app.go("done", { ...receipt, chat: !!into });
    },
  });
  files.acceptOn(element);
  return { element: h("div.page", {}, head(app, { title: words.report, back }), element) };
}
