// Fills in what a source's page says of itself, once its address is pasted or the button is
// pressed; only what is empty. Without this script the button sends the form, and the server fills.
(() => {
  "use strict";
  const form = document.getElementById("editor");
  const place = new URL(`${form.getAttribute("action").replace(/draft$/, "source-facts")}`, location.href);
  const words = () => document.getElementById("f-sources").dataset;

  const mark = (field) => {
    const label = form.querySelector(`label[for="${field.id}"]`);
    if (label.querySelector(".filled")) return;
    label.append(" ", Object.assign(document.createElement("small"), { className: "filled", textContent: words().filled }));
    field.addEventListener("input", (event) => {
      if (event.isTrusted) label.querySelector(".filled")?.remove();
    });
  };
  const put = (source, { url, facts }) => {
    const marks = form.elements.filled, all = JSON.parse(marks.value || "{}");
    const filled = Object.entries(facts).filter(([name, value]) => {
      const field = form.elements[`${source}.${name}`];
      if (field.value && !(name === "type" && field.value === "other")) return false;
      field.value = value;
      if (field.value !== value) return false;
      field.closest("details")?.setAttribute("open", "");
      mark(field);
      return true;
    });
    if (!filled.length) return 0;
    all[url] = { ...all[url], ...Object.fromEntries(filled) };
    marks.value = JSON.stringify(all);
    form.querySelector(`[name=confirm][value="${source}"]`).hidden = false;
    form.elements[`${source}.title`].dispatchEvent(new InputEvent("input", { bubbles: true }));
    return filled.length;
  };
  const fill = async (source) => {
    const address = form.elements[`${source}.url`], asked = address.value.trim();
    const status = () => document.getElementById(`filling-${source.replace(".", "-")}`);
    if (!asked) return;
    status().textContent = words().reading;
    let outcome = words().noAnswer;
    try {
      const body = new URLSearchParams({ csrf: form.elements.csrf.value, url: asked });
      const answer = await fetch(place, { method: "POST", body });
      if (answer.ok) {
        const found = await answer.json();
        // Somebody may have gone on meanwhile: to another address, or another order.
        if (form.elements[`${source}.url`]?.value.trim() !== asked) return;
        const count = put(source, found);
        outcome = count ? words().check : found.problem || words().nothing;
      }
    } catch { /* said below */ }
    if (status()) status().textContent = outcome;
  };

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fill]");
    if (!button) return;
    event.preventDefault();
    fill(button.value);
  });
  form.addEventListener("paste", (event) => {
    const source = /^(sources\.\d+)\.url$/.exec(event.target.name)?.[1];
    const text = event.clipboardData.getData("text/plain").trim();
    if (source && /^(https?:\/\/|www\.)\S+$/i.test(text)) setTimeout(() => fill(source)); // once it is in
  });
})();
