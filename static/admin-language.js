// Gives the fields the language and the direction of the entry as soon as its language is typed.
// Without this script they have them once the draft is saved.
(() => {
  "use strict";
  const form = document.getElementById("editor");
  const TAG = /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i;
  const RTL = /^((ar|ckb|dv|fa|he|ks|ps|sd|ug|ur|yi)\b(?!-latn)|[a-z]{2,3}-(arab|hebr)\b)/i;

  form.addEventListener("input", ({ target }) => {
    const lang = target.value.trim();
    if (target.name !== "language" || !TAG.test(lang)) return;
    const dir = RTL.test(lang) ? "rtl" : "ltr";
    for (const field of form.querySelectorAll("[lang][dir]")) Object.assign(field, { lang, dir });
  });
})();
