// Keeps the markup of what is pasted beside its text, with its links and raised numbers, for the
// server to read. It goes once the text is edited. Without this script the text alone counts.
(() => {
  "use strict";
  // What Word, pictures and styles add, which may be more than the server takes.
  const ADDED = /<(style|xml|script)\b[^]*?<\/\1\s*>|<!--\[if gte[^]*?<!\[endif\]-->|<img\b[^>]*>/gi;
  const MOST = 200000; // characters
  for (const text of document.querySelectorAll("textarea[data-markup]")) {
    const markup = text.form.elements[text.dataset.markup];
    text.addEventListener("paste", (event) => {
      const html = event.clipboardData.getData("text/html").replace(ADDED, "");
      const whole = text.selectionStart === 0 && text.selectionEnd === text.value.length;
      if (!whole || !html || html.length > MOST) return;
      setTimeout(() => { markup.value = `<div>${html}</div>`; }); // after the text's own input
    });
    text.addEventListener("input", () => { markup.value = ""; });
  }
})();
