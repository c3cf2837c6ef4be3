// Leaves out the invisible characters of what is pasted into a field, and says so beside it. The
// server does it for whole lists. Without this script they stay until somebody deletes them.
(() => {
  "use strict";
  const form = document.getElementById("editor");
  // Controls, formats, private use and selectors, but for line ends; joiners where they join nothing.
  const INVISIBLE = /(?![\n\r\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Co}\ufe00-\ufe0e\u{e0100}-\u{e01ef}]|(?<![^\0-\x7f\u200c\u200d])[\u200c\u200d](?![^\0-\x7f\u200c\u200d])/gu;

  form.addEventListener("paste", (event) => {
    const field = event.target, text = event.clipboardData.getData("text/plain");
    if (event.defaultPrevented || field.readOnly || !field.matches("textarea, input")) return;
    const shown = text.replace(INVISIBLE, "");
    if (shown === text || field.closest(".paste")) return;
    event.preventDefault();
    const line = field.localName === "input" ? shown.replace(/[\r\n]+/g, " ") : shown;
    field.dispatchEvent(new CustomEvent("insert", { bubbles: true, detail: line }));
    let note = field.parentElement.querySelector(".removed");
    if (!note) {
      note = Object.assign(document.createElement("p"), { className: "small removed" });
      note.setAttribute("role", "status");
      field.after(note);
    }
    note.textContent = document.getElementById("autosave").dataset.invisible;
  });
})();
