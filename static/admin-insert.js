// Puts text in place of a field's selection so that the browser's own undo takes it back. Other
// scripts ask by the event "insert"; its detail is the text.
(() => {
  "use strict";
  document.addEventListener("insert", ({ target: field, detail: text }) => {
    field.focus();
    if (document.execCommand("insertText", false, text)) return; // the one way into its history
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
})();
