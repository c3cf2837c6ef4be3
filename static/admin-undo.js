// Ctrl+Z takes back what a button did or a paste added, Ctrl+Y or Ctrl+Shift+Z does it again; in a
// field in which somebody typed since, these keys are the browser's own. The caret stays where it
// was. The line with both stays in view until somebody types on. Without this script the buttons
// Undo and Redo do it.
(() => {
  "use strict";
  const form = document.getElementById("editor");
  const typedIn = new WeakSet(); // a new version of the fields has new ones
  let at = "";

  form.addEventListener("input", ({ target, inputType }) => {
    const isBack = inputType === "historyUndo" && target.value === target.defaultValue;
    typedIn[isBack ? "delete" : "add"](target);
    document.querySelector(".undo")?.classList.add("passed");
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    if (event.target.closest("dialog") || typedIn.has(event.target)) return;
    const key = event.key.toLowerCase();
    const way = key === "y" || (key === "z" && event.shiftKey) ? "redo" : key === "z" ? "undo" : "";
    const button = way && document.getElementById(`f-${way}`);
    if (!button) return;
    event.preventDefault();
    at = event.target.matches("textarea, input[type=text]") ? event.target.name : "";
    button.click();
  });
  form.addEventListener("refused", () => { at = ""; });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "fields" || !at) return;
    // Where the point is gone: to the one before it.
    const before = at.replace(/(points\.)(\d+)/, (_, list, index) => list + Math.max(0, index - 1));
    const field = form.elements[at] ?? form.elements[before];
    at = "";
    field?.focus();
    field?.setSelectionRange?.(field.value.length, field.value.length);
  });
})();
