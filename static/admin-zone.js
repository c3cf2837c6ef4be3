// Offers the browser's own time zone, where it is in the list and not chosen yet.
(() => {
  "use strict";
  const button = document.querySelector("[data-zone]");
  const list = document.getElementById("time_zone");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || list.value === zone || ![...list.options].some(({ value }) => value === zone)) return;
  button.textContent = button.dataset.zone.replace("{zone}", zone);
  button.hidden = false;
  button.addEventListener("click", () => {
    list.value = zone;
    button.hidden = true;
    list.focus();
  });
})();
