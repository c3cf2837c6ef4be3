// Keeps the markup of what is pasted beside its text, with its links and raised numbers, for the
// server to read. It goes once the text is edited. Without this script the text alone counts.
(() => {
  "use strict";
  for (const text of document.querySelectorAll("textarea[data-markup]")) {
    const markup = text.form.elements[text.dataset.markup];
    text.addEventListener("paste", (event) => {
      const html = event.clipboardData.getData("text/html");
      const whole = text.selectionStart === 0 && text.selectionEnd === text.value.length;
      if (whole && html) setTimeout(() => { markup.value = html; }); // after the text's own input
    });
    text.addEventListener("input", () => { markup.value = ""; });
  }
})();
