// Adds, removes and moves without a new page: the form's lists are swapped in as the server
// arranged and saved them, the focus goes on, and what was done is said to who cannot see it.
// Without this script the buttons send the form; so they do where the server refuses.
(() => {
  "use strict";
  const form = document.getElementById("editor");
  const fields = () => document.getElementById("fields");
  let asked = null, focused = null;

  const arrange = (values) => {
    if (asked) return;
    asked = values;
    focused = document.activeElement;
    fields().inert = true; // what is typed now would be lost
    htmx.ajax("POST", form.getAttribute("action"), {
      source: form, values, target: "#fields", select: "#fields", swap: "outerHTML",
      selectOOB: "#head,#standing:innerHTML,#status:innerHTML,#announcement:innerHTML",
    }).catch(() => { /* the event below says it */ });
  };

  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt !== form) return;
    const values = asked;
    asked = null;
    fields().inert = false;
    if (event.detail.successful) {
      form.dispatchEvent(new Event("arranged"));
      return;
    }
    const code = event.detail.xhr.status, words = document.getElementById("autosave").dataset;
    if (!code || code === 413 || code === 429 || code >= 500) {
      // Another page would say no more, and take what was typed with it.
      const textContent = code === 413 ? words.tooLarge : words.notDone;
      const said = Object.assign(document.createElement("strong"), { className: "bad", textContent });
      document.getElementById("status").replaceChildren(said);
      focused.focus();
      form.dispatchEvent(new Event("refused"));
      return;
    }
    const [button, ...others] = Object.entries(values).map(([name, value], index) =>
      Object.assign(document.createElement(index ? "input" : "button"), { name, value, hidden: true }));
    form.append(button, ...others);
    form.requestSubmit(button);
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[name=add], [name=remove], [name=move], [name=paste], [name=history], [name=fill]:not([data-fill]), [name=confirm]");
    if (!button) return;
    event.preventDefault();
    arrange({ [button.name]: button.value });
  });
  form.addEventListener("dropped", (event) => { arrange({ move: event.detail }); });
  // Other scripts ask by this event; its detail has the button's name and value first.
  form.addEventListener("arrange", (event) => { arrange(event.detail); });
})();
