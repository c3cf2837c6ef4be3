// Ctrl+Z takes back what a button did or a paste added, Ctrl+Y or Ctrl+Shift+Z does it again; in a
// field in which somebody typed since, these keys are the browser's own. The line with both stays
// in view until somebody types on. Without this script the buttons Undo and Redo do it.
(() => {
  "use strict";
  const typedIn = new WeakSet(); // a new version of the fields has new ones
  document.getElementById("editor").addEventListener("input", ({ target, inputType }) => {
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
    button.click();
  });
})();
