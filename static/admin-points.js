// Enter at the end of a point makes the next one, elsewhere it splits the point; Shift+Enter is a
// new line; Backspace in an empty point removes it. What is typed until the server has answered
// goes into the new point. Without this script the buttons below and beside the points do it.
(() => {
  "use strict";
  const form = document.getElementById("editor");
  const POINT = /^perspectives\.\d+\.points\.\d+(?=\.text$)/;
  let typed = null, backwards = false;

  const ask = (detail) => {
    typed = "";
    backwards = "backwards" in detail;
    form.dispatchEvent(new CustomEvent("arrange", { detail }));
  };
  form.addEventListener("keydown", (event) => {
    const { target, key } = event, place = POINT.exec(target.name)?.[0];
    if (!place || event.isComposing || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    if (key === "Enter" && target.value.trim()) {
      event.preventDefault();
      target.setRangeText("");
      ask({ add: place, rest: target.value.slice(target.selectionEnd) });
    } else if (key === "Backspace" && !target.value && !/\.0$/.test(place)) {
      event.preventDefault();
      ask({ remove: place, backwards: "" });
    }
  });
  document.addEventListener("keydown", (event) => {
    if (typed === null || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key.length === 1) typed += event.key;
    else if (event.key === "Backspace") typed = typed.slice(0, -1);
    else return;
    event.preventDefault();
  }, true);
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "fields") return; // the check's answer may come in between
    const at = document.activeElement, text = typed;
    typed = null;
    if (text === null || !POINT.test(at?.name)) return;
    if (backwards) at.setSelectionRange(at.value.length, at.value.length);
    if (!text) return;
    at.setRangeText(text, at.selectionStart, at.selectionEnd, "end");
    at.dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
})();
