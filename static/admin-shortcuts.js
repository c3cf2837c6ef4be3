// Ctrl+S saves, and ? lists the keys where they are. Without this script the list stands at the
// page's end.
(() => {
  "use strict";
  const keys = document.getElementById("shortcuts");
  const show = () => {
    const dialog = document.createElement("dialog");
    const bar = Object.assign(document.createElement("form"), { method: "dialog" });
    bar.append(Object.assign(document.createElement("button"), { textContent: keys.dataset.close }));
    dialog.className = "keys";
    dialog.setAttribute("aria-labelledby", "h-keys");
    for (const part of keys.children) dialog.append(part.cloneNode(true));
    if (/Mac|iP/.test(navigator.platform)) {
      for (const key of dialog.querySelectorAll("kbd")) if (key.textContent === "Ctrl") key.textContent = "⌘";
    }
    dialog.querySelector("h2").id = "h-keys";
    dialog.append(bar);
    dialog.addEventListener("close", () => { dialog.remove(); });
    document.body.append(dialog);
    dialog.showModal();
  };
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key === "s") {
      event.preventDefault();
      document.getElementById("editor").dispatchEvent(new Event("save"));
    } else if (keys && event.key === "?" && !event.target.closest("dialog, textarea, select, input:not([type=radio])")) {
      event.preventDefault();
      show();
    }
  });
})();
