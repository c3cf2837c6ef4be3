// A button that copies what its aria-controls names, and says so.
(() => {
  "use strict";
  if (!navigator.clipboard) return;
  let timer;
  const show = () => { for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false; };
  const say = text => {
    clearTimeout(timer);
    document.getElementById("copied").textContent = text;
    if (text) timer = setTimeout(say, 3000, "");
  };
  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-copy]");
    if (!button) return;
    say("");
    try {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      say("Copied.");
    } catch {
      say("The browser did not allow it: select the text and copy it.");
    }
  });
  document.addEventListener("htmx:afterSwap", show);
  show();
})();
