// A button that copies what its data-copy names, and says so in the words of the page, else in English.
(() => {
  "use strict";
  if (!navigator.clipboard) return;
  let timer;
  const show = () => { for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false; };
  const status = () => document.getElementById("copied");
  const say = text => {
    clearTimeout(timer);
    status().textContent = text;
    if (text) timer = setTimeout(say, 3000, "");
  };
  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-copy]");
    if (!button) return;
    say("");
    try {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      say(status().dataset.copied ?? "Copied.");
    } catch {
      say(status().dataset.refused ?? "The browser did not allow it: select the text and copy it.");
    }
  });
  document.addEventListener("htmx:afterSwap", show);
  show();
})();
