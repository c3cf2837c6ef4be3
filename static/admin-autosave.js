// Unsaved work: said plainly, saved by itself after a pause, and never left without a warning.
// Without this script the Save button does it.
(() => {
  "use strict";
  const form = document.getElementById("editor"), status = document.getElementById("status");
  const saver = document.getElementById("autosave");
  const PAUSE = 2000;
  let unsaved = "unsaved" in form.dataset, version = 0, sent = 0, timer, leaving = false;

  const save = () => {
    clearTimeout(timer);
    sent = version;
    status.textContent = "Saving…";
    htmx.trigger(saver, "autosave");
  };

  form.addEventListener("input", (event) => {
    if (["width", "theme"].includes(event.target.name)) return;
    version += 1;
    unsaved = true;
    if (!saver) return;
    status.textContent = "Not saved yet";
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });

  if (saver) {
    document.addEventListener("htmx:afterSwap", (event) => {
      if (event.detail.elt !== status && event.detail.target !== status) return;
      const saved = status.querySelector("[data-saved]");
      if (saved && sent === version) unsaved = false;
      else if (saved) timer = setTimeout(save, PAUSE);
    });
    for (const failure of ["htmx:sendError", "htmx:responseError"]) {
      saver.addEventListener(failure, (event) => {
        const code = event.detail.xhr?.status;
        const why = code === 401 ? "you are signed out. Sign in in another tab; your text stays here"
          : code === 403 ? "press Save draft" : "no answer from the server; trying again";
        status.textContent = "";
        status.append(Object.assign(document.createElement("strong"), { className: "bad", textContent: `Not saved: ${why}` }));
        if (!code || code >= 500) timer = setTimeout(save, 5000);
      });
    }
  }

  form.addEventListener("submit", (event) => {
    if (event.submitter?.formTarget) return;
    clearTimeout(timer);
    leaving = true;
  });
  addEventListener("pageshow", () => { leaving = false; });
  addEventListener("beforeunload", (event) => {
    if (unsaved && !leaving) event.preventDefault();
  });

  // Fields are marked as wrong in step with what is said beside them.
  document.addEventListener("htmx:afterSettle", () => {
    for (const said of form.querySelectorAll(".said")) {
      const field = document.getElementById(said.id.replace(/^said-/, "f-"));
      if (field?.matches("input, textarea, select")) {
        field.toggleAttribute("aria-invalid", false);
        if (said.querySelector(".error")) field.setAttribute("aria-invalid", "true");
      }
    }
  });
})();
