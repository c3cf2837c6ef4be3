// Ctrl+S saves, and ? lists the keys. Without this script the list stands at the page's end.
(() => {
  "use strict";
  const dialog = document.getElementById("keys"), list = document.querySelector("#shortcuts dl");
  dialog.querySelector("form").before(list.cloneNode(true));
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key === "s") {
      event.preventDefault();
      document.getElementById("save").click();
    } else if (event.key === "?" && !event.target.closest("textarea, select, input:not([type=radio])")) {
      event.preventDefault();
      dialog.showModal();
    }
  });
})();
