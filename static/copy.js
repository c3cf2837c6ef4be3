// A button that copies what its aria-controls names, and says so.
(() => {
  "use strict";
  if (!navigator.clipboard) return;
  const show = () => { for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false; };
  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-copy]");
    if (!button) return;
    const status = document.getElementById("copied");
    try {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      status.textContent = "Copied.";
    } catch {
      status.textContent = "The browser did not allow it: select the text and copy it.";
    }
    setTimeout(() => { status.textContent = ""; }, 3000);
  });
  document.addEventListener("htmx:afterSwap", show);
  show();
})();
