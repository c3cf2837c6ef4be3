// A list that is pasted into a point becomes points where it is, with its links as sources; what is
// pasted within a line keeps its links and raised numbers, too. The server reads both. Without this
// script "Paste a list" below the points does it.
(() => {
  "use strict";
  const form = document.getElementById("editor");
  const POINT = /^perspectives\.\d+\.points\.\d+(?=\.text$)/;
  const CITING = /<a\b[^>]*\bhref=["']?(https?:|#)|<sup\b|vertical-align:\s*super/i;
  // What Word, pictures and styles add, which may be more than the server takes.
  const ADDED = /<(style|xml|script)\b[^]*?<\/\1\s*>|<!--\[if gte[^]*?<!\[endif\]-->|<img\b[^>]*>/gi;
  const MOST = 200000; // characters
  const several = (text) => text.trim().split(/\n/).filter((line) => line.trim()).length > 1;
  const structured = (html) => (html.match(/<(li|p|h[1-6]|tr)\b/gi) ?? []).length > 1;
  let rest = null; // what stands behind the caret once a piece was pasted into a line

  form.addEventListener("paste", (event) => {
    const { name, value, selectionStart: from, selectionEnd: to } = event.target;
    const place = POINT.exec(name)?.[0], box = name?.startsWith("pasted.");
    if (!place && !box) return;
    const text = event.clipboardData.getData("text/plain");
    let html = event.clipboardData.getData("text/html").replace(ADDED, "");
    if (html.length > MOST) html = "";
    // Editors of code mark up lines that the text alone tells better.
    const rich = structured(html) || ((box || several(text)) && CITING.test(html)) || (box && /<(li|p)\b/i.test(html));
    const piece = place && !rich && !several(text) && CITING.test(html);
    if (!rich && !piece && (box || !several(text))) return;
    event.preventDefault();
    const detail = { paste: place ?? name.slice("pasted.".length), pasted: rich || piece ? `<div>${html}</div>` : text };
    if (piece) {
      rest = value.slice(to);
      const lead = /^\s/.test(text) ? " " : "", trail = /\s$/.test(text) ? " " : "";
      Object.assign(detail, { cut: value.slice(from, to), rest, lead, trail });
    }
    form.dispatchEvent(new CustomEvent("arrange", { detail }));
  });
  form.addEventListener("refused", () => { rest = null; });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "fields" || rest === null) return;
    const at = document.activeElement, end = (at?.value?.length ?? 0) - rest.length;
    if (POINT.test(at?.name) && at.value.endsWith(rest)) at.setSelectionRange(end, end);
    rest = null;
  });
})();
