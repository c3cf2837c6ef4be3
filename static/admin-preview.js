// Keeps the preview in step with the form. Without this script the Update button does it.
// Each version gets a frame of its own, swapped in once it is there: nothing flickers, the
// place is kept, and the browser's history is left alone.
(() => {
  "use strict";
  const form = document.getElementById("editor"), button = document.getElementById("show");
  let timer, count = 0, leaving = false;
  button.hidden = true;

  const update = () => {
    if (leaving) return;
    const old = form.querySelector("iframe:not([data-next])");
    form.querySelector("iframe[data-next]")?.remove();
    const next = old.cloneNode();
    next.name = `preview${++count}`;
    next.dataset.next = "";
    next.removeAttribute("src");
    old.after(next);
    next.addEventListener("load", () => {
      if (next.contentWindow.location.href === "about:blank") return;
      next.contentWindow.scrollTo(0, old.contentWindow?.scrollY ?? 0);
      old.remove();
      delete next.dataset.next;
    });
    button.formTarget = next.name;
    form.requestSubmit(button);
  };

  if ("unsaved" in form.dataset) update();
  form.addEventListener("arranged", update);
  // A form has one submission under way: a preview's must not take the place of a save's.
  form.addEventListener("submit", (event) => { leaving ||= event.submitter !== button; });
  addEventListener("pageshow", (event) => { if (event.persisted) leaving = false; });
  form.addEventListener("input", (event) => {
    if (event.target.name === "width") return;
    clearTimeout(timer);
    timer = setTimeout(update, event.target.name === "theme" ? 0 : 400);
  });
})();
