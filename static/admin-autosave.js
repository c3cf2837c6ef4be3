// Unsaved work: said plainly, saved by itself after a pause, and never left without a warning.
// Each save is a revision for good, so that there are few: after a pause, not within SPACE of
// the one before, and at once when the window is left. Without this script Save does it.
(() => {
  "use strict";
  const form = document.getElementById("editor"), status = document.getElementById("status");
  const saver = document.getElementById("autosave"), words = saver.dataset;
  const PAUSE = 2000, SPACE = 10000, AGAIN = 5000;
  let unsaved = "unsaved" in form.dataset, version = 0, sent = 0, timer, leaving = false;
  let begun = 0, last = -SPACE; // when the first keystroke not saved was, and the last save

  const save = () => {
    clearTimeout(timer);
    timer = undefined;
    sent = version;
    begun = 0;
    last = performance.now();
    status.textContent = words.saving;
    htmx.trigger(saver, "autosave");
  };
  const plan = () => {
    const now = performance.now();
    begun ||= now;
    clearTimeout(timer);
    // While typing goes on, a pause may never come.
    timer = setTimeout(save, Math.max(Math.min(now + PAUSE, begun + SPACE), last + SPACE) - now);
  };
  const hurry = () => { if (timer) save(); };
  const settle = () => {
    const saved = status.querySelector("[data-saved]");
    if (saved && sent === version) unsaved = false;
    else if (saved) plan();
  };

  const isOfEntry = (field) => !["width", "theme"].includes(field.name) && !field.closest(".paste");
  const changed = () => {
    version += 1;
    unsaved = true;
    status.textContent = words.waiting;
    plan();
  };

  form.addEventListener("input", (event) => { if (isOfEntry(event.target)) changed(); });
  // What was typed before this script ran. Nobody who did nothing typed: a browser cleans values, too.
  const texts = form.querySelectorAll("textarea, input:not([type=hidden], [type=radio], [type=checkbox])");
  const isTyped = (field) => field.value !== field.defaultValue && isOfEntry(field);
  if ((navigator.userActivation?.hasBeenActive ?? true) && [...texts].some(isTyped)) changed();
  // The buttons of lists save what they do.
  form.addEventListener("arranged", () => {
    clearTimeout(timer);
    timer = undefined;
    sent = version;
    unsaved = true;
    settle();
  });
  form.addEventListener("save", save);
  addEventListener("blur", hurry);
  document.addEventListener("visibilitychange", () => { if (document.hidden) hurry(); });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === status) settle();
  });
  for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    saver.addEventListener(failure, (event) => {
      const code = event.detail.xhr?.status;
      const textContent = code === 401 ? words.signedOut : code === 403 ? words.refused : words.noAnswer;
      status.textContent = "";
      status.append(Object.assign(document.createElement("strong"), { className: "bad", textContent }));
      if (!code || code >= 500) timer = setTimeout(save, AGAIN);
    });
  }

  form.addEventListener("submit", (event) => {
    if (event.submitter?.formTarget) return;
    clearTimeout(timer);
    leaving = true;
  });
  // Come back to by the browser's history. A page that is shown first may be leaving already:
  // its form was sent while the preview still loaded.
  addEventListener("pageshow", (event) => { if (event.persisted) leaving = false; });
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
