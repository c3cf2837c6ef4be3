// Adds, removes and moves without a new page: the form's lists are swapped in as the server
// arranged and saved them, the focus goes on, and what was done is said to who cannot see it.
// Without this script the buttons send the form; so they do where the server refuses.
(() => {
  "use strict";
  const form = document.getElementById("editor");
  let asked = null;

  const arrange = (values) => {
    if (asked) return;
    asked = values;
    document.getElementById("fields").inert = true; // what is typed now would be lost
    htmx.ajax("POST", form.getAttribute("action"), {
      source: form, values, target: "#fields", select: "#fields", swap: "outerHTML",
      selectOOB: "#head,#standing:innerHTML,#status:innerHTML,#announcement:innerHTML",
    });
  };

  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt !== form) return;
    const values = asked;
    asked = null;
    document.getElementById("fields").inert = false;
    if (event.detail.successful) {
      form.dispatchEvent(new Event("arranged"));
      return;
    }
    const [button, ...fields] = Object.entries(values).map(([name, value], index) =>
      Object.assign(document.createElement(index ? "input" : "button"), { name, value, hidden: true }));
    form.append(button, ...fields);
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
