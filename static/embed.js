// For host pages: gives frames their height where the browser does not, and defines
// <insights-widget>. Include it once: <script src="https://…/embed.js" async></script>
(() => {
  if (customElements.get("insights-widget")) return; // pasted twice
  const home = (document.currentScript?.src || location.href).replace(/\/(static\/)?[^/]*$/, "");
  const emit = (target, type, detail) => target.dispatchEvent(
    new CustomEvent(`insights:${type}`, { bubbles: true, composed: true, detail }));

  // Frames. A message counts only from a frame of ours, by its window and its origin.
  const frames = () => [...document.querySelectorAll("iframe")].filter((frame) => frame.src.startsWith(`${home}/panel`));
  const send = (frame, message) => frame.contentWindow?.postMessage(message, "*");
  const ready = new WeakMap();
  addEventListener("message", ({ data, origin, source }) => {
    if (!data?.insights) return;
    const frame = frames().find((one) => one.contentWindow === source);
    if (!frame || !`${home}/`.startsWith(`${origin}/`) && !(origin === "null" && frame.hasAttribute("sandbox"))) return;
    const { insights: type, ...detail } = data;
    if (type === "ready") {
      const known = ready.get(frame) === frame.src;
      ready.set(frame, frame.src);
      follow(frame);
      if (known) return;
    }
    if (type !== "resize") return emit(frame, type, detail);
    const { frameSizing, minHeight } = getComputedStyle(frame);
    const size = () => { frame.style.cssText += `;frame-sizing:auto!important;height:${+detail.height}px!important`; };
    if (frameSizing !== "content-height") size();
    // Chromium measures a frame that was loaded in a hidden place at no width, and keeps to it.
    else setTimeout(() => frame.clientHeight > 2 + Math.max(detail.height, parseFloat(minHeight) || 0) && size(), 99);
  });
  // Chromium tells a frame of another origin nothing of the page's color-scheme.
  const follow = (frame) => {
    if (!/[?&]theme=host/.test(frame.src)) return;
    const scheme = getComputedStyle(frame).colorScheme;
    send(frame, { insights: "theme", theme: !/dark/.test(scheme) ? "light" : /light/.test(scheme) ? "auto" : "dark" });
  };
  const watch = new MutationObserver(() => frames().forEach(follow));
  for (const it of [document.documentElement, document.body]) if (it) watch.observe(it, { attributes: true });
  // A frame that spoke before this script ran is asked to say it again.
  frames().forEach((frame) => send(frame, { insights: "hello" }));

  const trusted = self.trustedTypes?.createPolicy("insights", { createHTML: (html) => html });
  const fetches = {};
  const load = (url) => fetches[url] ??= fetch(url, { credentials: "omit" }).then((answer) => {
    if (answer.ok) return answer.text();
    //#static
    if (answer.status === 404) return "";
    //#end
    throw new Error(`${url}: ${answer.status}`);
  }).finally(() => setTimeout(() => delete fetches[url], 1000));
  const dressed = (base) => load(`${base}/static/__PANEL_CSS__`).then((css) => new CSSStyleSheet().replace(css));
  //#service
  const find = (base, wanted) => load(base + wanted);
  //#end
  //#static
  // An address is found by what comes with the map, since that makes the same keys.
  const find = async (base, wanted) => {
    if (/:/.test(wanted)) {
      const { default: look } = await import(`${base}/map/find.js`);
      wanted = await look(wanted, (part) => load(`${base}/map/${part}`));
    }
    return wanted && load(`${base}/fragment/${wanted}.html`);
  };
  //#end
  const widgets = new Set();

  class InsightsWidget extends HTMLElement {
    static observedAttributes = ["entry", "url", "theme", "lang", "heading-level", "open", "base"];
    #source;
    #root;

    connectedCallback() {
      widgets.add(this);
      queueMicrotask(() => this.show());
    }

    disconnectedCallback() {
      widgets.delete(this);
    }

    attributeChangedCallback(name, before, now) {
      if (before === now) return;
      if (/theme|open/.test(name)) this.#dress();
      else queueMicrotask(() => this.show(name === "heading-level"));
    }

    get #wanted() {
      const entry = this.getAttribute("entry");
      const page = this.getAttribute("url") || document.querySelector("link[rel=canonical]")?.href || location.href;
      //#static
      return entry || page;
      //#end
      //#service
      const query = new URLSearchParams({ styles: "none" }), lang = this.getAttribute("lang");
      if (lang) query.set("lang", lang);
      if (!entry) query.set("url", page);
      return `/fragment${entry ? `/${encodeURIComponent(entry)}` : ""}?${query}`;
      //#end
    }

    async show(again) {
      if (!this.isConnected) return;
      const base = (this.getAttribute("base") || home).replace(/\/$/, "");
      const wanted = this.#wanted, source = base + wanted;
      if (source === this.#source && !again) return;
      this.#source = source;
      try {
        const [html, sheet] = await Promise.all([find(base, wanted), dressed(base)]);
        if (source !== this.#source) return;
        if (html) this.#fill(html, sheet);
        else this.#root?.replaceChildren(document.createElement("slot"));
        emit(this, "ready", { entry: this.#panel?.dataset.entry, found: !!html });
      } catch (error) {
        // What the publisher put inside the element stays to be seen.
        if (source === this.#source) this.#source = null;
        emit(this, "error", { message: error.message });
      }
    }

    get #panel() {
      return this.#root?.querySelector(".insights");
    }

    #tell(type, detail) {
      emit(this, type, { entry: this.#panel.dataset.entry, ...detail });
    }

    #fill(html, sheet) {
      if (!this.#root) {
        const root = this.#root = this.attachShadow({ mode: "open" });
        const on = (type, act) => root.addEventListener(type, act, true);
        on("click", (event) => this.#click(event));
        on("toggle", ({ target, newState }) => {
          if (target.matches("details")) this.#tell(target.open ? "expand" : "collapse", { part: target.id });
          else if (newState === "open") this.#tell("footnote", { number: +target.id.match(/\d+$/) });
        });
        // Chromium gives the focus back to the host of the shadow root, which cannot have it.
        let mark;
        on("beforetoggle", ({ target, newState }) => {
          const focused = root.activeElement;
          if (newState === "open") mark = focused;
          else if (target.contains(focused)) queueMicrotask(() => mark?.focus());
        });
      }
      const template = document.createElement("template"), { content } = template;
      template.innerHTML = trusted?.createHTML(html) ?? html;
      const panel = content.querySelector(".insights");
      panel.style = panel.dataset.accent.replace(/(.+) (.+)/, "--insights-accent-light:$1;--insights-accent-dark:$2");
      const top = +this.getAttribute("heading-level");
      const headings = [...content.querySelectorAll("h1,h2,h3,h4,h5,h6")];
      if (top > 0 && top < 6) for (const it of headings) {
        const heading = document.createElement(`h${+it.localName[1] - headings[0].localName[1] + top}`);
        for (const { name, value } of it.attributes) heading.setAttribute(name, value);
        heading.append(...it.childNodes);
        it.replaceWith(heading);
      }
      // Each part is named as its class: insights-scale is ::part(scale).
      for (const it of content.querySelectorAll("[class]")) {
        it.setAttribute("part", it.className.replace(/insights-?/g, "") || "panel");
      }
      this.#root.adoptedStyleSheets = [sheet];
      this.#root.replaceChildren(panel);
      this.#dress();
    }

    #dress() {
      const panel = this.#panel, theme = this.getAttribute("theme"), open = this.getAttribute("open");
      if (!panel) return;
      if (theme) panel.dataset.theme = theme;
      else delete panel.dataset.theme;
      if (open !== null) for (const it of panel.querySelectorAll(".insights-group")) {
        it.open = open.split(",").includes(it.dataset.role || "sources");
      }
    }

    // Inside a shadow root a link to #id leads nowhere by itself.
    #click(event) {
      const link = event.target.closest("a");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const href = link.getAttribute("href");
      if (href.startsWith("#")) {
        const goal = this.#root.getElementById(href.slice(1));
        event.preventDefault();
        for (let part = goal; (part = part?.closest("details:not([open])"));) part.open = true;
        goal?.scrollIntoView({ block: "nearest" });
        goal?.focus();
      } else if (link.matches(".insights-share") && navigator.clipboard) {
        event.preventDefault();
        this.#tell("share", { href: link.href });
        navigator.clipboard.writeText(link.href).then(
          () => { link.dataset.copied = ""; setTimeout(() => delete link.dataset.copied, 2000); },
          () => open(link.href, "_blank", "noopener"),
        );
      }
    }
  }
  customElements.define("insights-widget", InsightsWidget);

  // <div data-insights="ferry-fares" data-insights-theme="dark"> for editors that keep no
  // elements that they do not know.
  const look = () => {
    for (const place of document.querySelectorAll("[data-insights]:not(:has(insights-widget))")) {
      const widget = document.createElement("insights-widget");
      for (const { name, value } of place.attributes) {
        if (value && /^data-insights/.test(name)) widget.setAttribute(name.slice(14) || "entry", value);
      }
      widget.append(...place.childNodes);
      place.append(widget);
    }
    widgets.forEach((widget) => widget.show());
  };
  look();
  document.addEventListener("DOMContentLoaded", look);
  // A page that changes its address or its canonical link without loading anew.
  for (const type of ["navigatesuccess", "popstate"]) (self.navigation || self).addEventListener(type, look);
  new MutationObserver(look).observe(document.head, { subtree: true, childList: true, attributeFilter: ["href"] });
})();
