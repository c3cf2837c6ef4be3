// A list that is pasted into a point becomes points where it is, with its links as sources; the
// server reads it. Without this script "Paste a list" below the points does it.
(() => {
  "use strict";
  const form = document.getElementById("editor");
  const POINT = /^perspectives\.\d+\.points\.\d+(?=\.text$)/;
  const several = (text) => text.trim().split(/\n/).filter((line) => line.trim()).length > 1;
  const structured = (html) => (html.match(/<(li|p|h[1-6]|tr)\b/gi) ?? []).length > 1;

  form.addEventListener("paste", (event) => {
    const { name } = event.target, place = POINT.exec(name)?.[0];
    const box = name?.startsWith("pasted.");
    if (!place && !box) return;
    const html = event.clipboardData.getData("text/html"), text = event.clipboardData.getData("text/plain");
    const rich = structured(html) || (box && /<(a|sup|li|p)\b/i.test(html));
    if (!rich && (box || !several(text))) return;
    event.preventDefault();
    const detail = { paste: place ?? name.slice("pasted.".length), pasted: rich ? html : text };
    form.dispatchEvent(new CustomEvent("arrange", { detail }));
  });
})();
