// For host pages: gives frames their height where the browser does not, and defines
// <insights-widget>. Include it once: <script src="https://…/embed.js" async></script>
(() => {
  "use strict";
  if (customElements.get("insights-widget")) return; // pasted twice
  const STYLESHEET = "/static/__PANEL_CSS__";
  const home = new URL(document.currentScript?.src || location.href).origin;
  const emit = (target, type, detail) => target.dispatchEvent(
    new CustomEvent(`insights:${type}`, { bubbles: true, composed: true, detail }));

  // Frames. A message counts only from a frame of ours, by its window and its origin.
  const frames = () => [...document.querySelectorAll("iframe")].filter((frame) => frame.src.startsWith(`${home}/panel`));
  addEventListener("message", ({ data, origin, source }) => {
    if (origin !== home || !data?.insights) return;
    const frame = frames().find((one) => one.contentWindow === source);
    if (!frame) return;
    const { insights: type, ...detail } = data;
    if (type !== "resize") return emit(frame, type, detail);
    if (getComputedStyle(frame).frameSizing !== "content-height" && detail.height > 0) {
      frame.style.setProperty("height", `${detail.height}px`, "important");
    }
  });
  // A frame that spoke before this script ran is asked to say it again.
  frames().forEach((frame) => frame.contentWindow?.postMessage({ insights: "hello" }, "*"));

  const trusted = self.trustedTypes?.createPolicy("insights", { createHTML: (html) => html });
  const fetches = new Map();
  const load = (url) => {
    if (!fetches.has(url)) {
      fetches.set(url, fetch(url, { credentials: "omit" }).then((answer) => {
        if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
        return answer.status === 204 ? "" : answer.text();
      }).finally(() => setTimeout(() => fetches.delete(url), 1000)));
    }
    return fetches.get(url);
  };
  const sheets = new Map();
  const stylesheet = (base) => {
    if (!sheets.has(base)) {
      sheets.set(base, load(base + STYLESHEET).then((css) => new CSSStyleSheet().replace(css)));
    }
    return sheets.get(base);
  };

  class InsightsWidget extends HTMLElement {
    static observedAttributes = ["entry", "url", "theme", "lang", "heading-level", "open", "base"];
    #source;
    #root;

    connectedCallback() {
      queueMicrotask(() => this.#show());
    }

    attributeChangedCallback(name, before, now) {
      if (before !== now && this.isConnected) queueMicrotask(() => this.#show());
    }

    get #address() {
      const entry = this.getAttribute("entry");
      const query = new URLSearchParams({ styles: "none" });
      for (const name of ["theme", "lang", "heading-level", "open"]) {
        if (this.hasAttribute(name)) query.set(name, this.getAttribute(name));
      }
      if (!entry) {
        query.set("url", this.getAttribute("url") || document.querySelector("link[rel=canonical]")?.href || location.href);
      }
      return `/fragment${entry ? `/${encodeURIComponent(entry)}` : ""}?${query}`;
    }

    async #show() {
      if (!this.isConnected) return;
      const base = (this.getAttribute("base") || home).replace(/\/$/, "");
      const source = base + this.#address;
      if (source === this.#source) return;
      this.#source = source;
      try {
        const [html, sheet] = await Promise.all([load(source), stylesheet(base)]);
        if (source !== this.#source) return;
        if (html) this.#fill(html, sheet);
        else this.#root?.replaceChildren(document.createElement("slot"));
        emit(this, "ready", { entry: this.getAttribute("entry"), found: !!html });
      } catch (error) {
        // What the publisher put inside the element stays to be seen.
        if (source === this.#source) this.#source = null;
        emit(this, "error", { message: error.message });
      }
    }

    #fill(html, sheet) {
      if (!this.#root) {
        this.#root = this.attachShadow({ mode: "open" });
        this.#root.addEventListener("click", (event) => this.#click(event));
        this.#root.addEventListener("toggle", ({ target }) => {
          if (target.matches("details")) emit(this, target.open ? "expand" : "collapse", { part: target.id });
        }, true);
        // Chromium gives the focus back to the host of the shadow root, which cannot have it.
        let mark;
        this.#root.addEventListener("beforetoggle", ({ target, newState }) => {
          const focused = this.#root.activeElement;
          if (newState === "open") mark = focused;
          else if (target.contains(focused)) queueMicrotask(() => mark?.focus());
        }, true);
      }
      const template = document.createElement("template");
      template.innerHTML = trusted ? trusted.createHTML(html) : html;
      const panel = template.content.querySelector(".insights");
      const [light, dark] = panel.dataset.accent.split(" ");
      panel.style.setProperty("--insights-accent-light", light);
      panel.style.setProperty("--insights-accent-dark", dark);
      // Each part is named as its class: insights-scale is ::part(scale).
      for (const it of template.content.querySelectorAll("[class]")) {
        it.setAttribute("part", it.className.replace(/insights-?/g, "").trim() || "panel");
      }
      this.#root.adoptedStyleSheets = [sheet];
      this.#root.replaceChildren(template.content);
    }

    // Inside a shadow root a link to #id leads nowhere by itself.
    #click(event) {
      const link = event.target.closest("a");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const href = link.getAttribute("href");
      if (href.startsWith("#")) {
        const goal = this.#root.getElementById(href.slice(1));
        event.preventDefault();
        for (let part = goal; part; part = part.parentElement) {
          if (part.localName === "details") part.open = true;
        }
        goal?.scrollIntoView({ block: "nearest" });
        goal?.focus();
      } else if (link.matches(".insights-share") && navigator.clipboard) {
        event.preventDefault();
        emit(this, "share", { href: link.href });
        navigator.clipboard.writeText(link.href).then(
          () => { link.dataset.copied = ""; setTimeout(() => delete link.dataset.copied, 2000); },
          () => open(link.href, "_blank", "noopener"),
        );
      }
    }
  }
  customElements.define("insights-widget", InsightsWidget);
})();
