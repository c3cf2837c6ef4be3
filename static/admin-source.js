// Leads from what is said of a line to the line itself. Without this script the link leads to
// the text, and the line's number has to do.
(() => {
  "use strict";
  const text = document.getElementById("document");
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-line]");
    if (!link) return;
    event.preventDefault();
    const before = text.value.split("\n").slice(0, link.dataset.line - 1).join("\n");
    const start = before && before.length + 1;
    const end = text.value.indexOf("\n", start);
    text.focus();
    text.setSelectionRange(start, end < 0 ? text.value.length : end);
    // How high the text above stands, with its long lines wrapped as they are.
    const above = text.cloneNode();
    above.removeAttribute("id");
    above.rows = 1;
    above.value = before;
    text.after(above);
    const top = above.scrollHeight;
    above.remove();
    scrollTo({ top: scrollY + text.getBoundingClientRect().top + top - innerHeight / 2 });
  });
})();
