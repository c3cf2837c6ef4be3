// Ctrl+Z takes back what a button did, Ctrl+Y or Ctrl+Shift+Z does it again; in a text field these
// keys are the browser's own. The line with both stays in view until somebody types on. Without
// this script the buttons Undo and Redo do it.
(() => {
  "use strict";
  document.getElementById("editor").addEventListener("input", () => {
    document.querySelector(".undo")?.classList.add("passed");
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    if (event.target.matches("textarea, select, input:not([type=radio], [type=checkbox])")) return;
    const key = event.key.toLowerCase();
    const way = key === "y" || (key === "z" && event.shiftKey) ? "redo" : key === "z" ? "undo" : "";
    const button = way && document.getElementById(`f-${way}`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
})();
