// Puts a marker where the caret is. Without this script the button adds it at the text's end.
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-cite]");
    if (!button) return;
    event.preventDefault();
    const text = document.getElementById(button.dataset.into);
    // Where nobody has put the caret yet: at the end, in front of the full stop.
    const at = text.selectionEnd || text.value.search(/[.!?…]?\s*$/u);
    const gap = at && !/[\s\]]/.test(text.value[at - 1]) ? " " : "";
    button.closest("details").open = false;
    text.setSelectionRange(at, at);
    text.dispatchEvent(new CustomEvent("insert", { bubbles: true, detail: `${gap}[${button.dataset.cite}]` }));
  });
  // A menu closes when the focus goes elsewhere, or by Escape.
  document.addEventListener("focusin", (event) => {
    for (const menu of document.querySelectorAll(".cite[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest(".cite[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
})();
