// Enter at the end of a point makes the next one, elsewhere it splits the point; Shift+Enter is a
// new line; Backspace in an empty point removes it. What is typed until the server has answered
// goes into the new point. Without this script the buttons below and beside the points do it.
(() => {
  "use strict";
  const form = document.getElementById("editor");
  const POINT = /^perspectives\.\d+\.points\.\d+(?=\.text$)/;
  const COMPOSING = 229; // the code of a key that an input method takes; Safari says no more of it
  let typed = null, backwards = false;

  const ask = (detail, already = "") => {
    typed = already;
    backwards = "backwards" in detail;
    form.dispatchEvent(new CustomEvent("arrange", { detail }));
  };
  const split = (place, target, already) => {
    const { value, selectionStart: from, selectionEnd: to } = target;
    ask({ add: place, cut: value.slice(from, to), rest: value.slice(to) }, already);
  };
  const isOnly = (place) => !form.elements[`${place.replace(/\d+$/, "1")}.text`];
  form.addEventListener("keydown", (event) => {
    const { target, key } = event, place = POINT.exec(target.name)?.[0];
    if (!place || event.isComposing || event.keyCode === COMPOSING) return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    if (key === "Enter" && target.value.trim()) {
      event.preventDefault();
      if (!event.repeat) split(place, target);
    } else if (key === "Backspace" && !target.value && !isOnly(place)) {
      event.preventDefault(); // a key that is held down stops here, before the text of another point
      if (!event.repeat) ask({ remove: place, backwards: "" });
    }
  });
  document.addEventListener("keydown", (event) => {
    if (typed === null || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key.length === 1) typed += event.key;
    else if (event.key === "Enter" && !event.repeat) typed += "\n";
    else if (event.key === "Backspace") typed = typed.slice(0, -1);
    else return;
    event.preventDefault();
  }, true);

  const write = () => {
    const at = document.activeElement, place = POINT.exec(at?.name)?.[0], text = typed;
    typed = null;
    if (text === null || !place) return;
    if (backwards) at.setSelectionRange(at.value.length, at.value.length);
    const [line, ...more] = text.split("\n");
    if (line) at.dispatchEvent(new CustomEvent("insert", { bubbles: true, detail: line }));
    if (more.length && at.value.trim()) split(place, at, more.join("\n"));
  };
  form.addEventListener("refused", () => {
    backwards = false;
    typed = typed?.replaceAll("\n", " ") ?? null;
    write();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "fields") write(); // the check's answer may come in between
  });
})();
