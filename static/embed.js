// For host pages: sizes frames if the browser does not, and defines <insights-widget>.
// Include it once: <script src="https://…/embed.js" async></script>
(() => {
  if (customElements.get("insights-widget")) return; // included twice, or by another service; one copy serves the frames of all
  // A module has no currentScript; the stack of an error has its URL (Chromium "at URL:1:2", Firefox "@URL:1:2").
  const home = (document.currentScript?.src || /http\S+?(?=:\d+:\d)/.exec(Error().stack)?.[0] || location.href)
    .replace(/\/(static\/)?[^/?#]*([?#].*)?$/, "");
  const emit = (target, type, detail) => target.dispatchEvent(
    new CustomEvent(`insights:${type}`, { bubbles: true, composed: true, detail }));

  // Frames, in the page and in its open shadow roots.
  const find = (root = document) => [...root.querySelectorAll("*")].flatMap((it) =>
    it.matches("iframe[src*='/panel']") ? it : it.shadowRoot ? find(it.shadowRoot) : []);
  const frames = new Map(); // each frame with its last reported height
  const ready = new WeakMap();
  const fit = (frame, settled) => {
    const css = getComputedStyle(frame);
    let height = frames.get(frame);
    if (css.frameSizing === "content-height" && !parseFloat(css.minHeight)) {
      // Chromium keeps a wrong height if the frame was hidden or its width changed.
      if (!settled) return setTimeout(fit, 99, frame, true);
      if (!frame.clientHeight || Math.abs(frame.clientHeight - height) < 2) return;
    }
    if (css.boxSizing === "border-box") height += frame.offsetHeight - frame.clientHeight;
    if (frame.style.height !== `${height}px`) frame.style.cssText += `;frame-sizing:auto!important;height:${height}px!important`;
  };
  // Chromium does not pass the page's color-scheme to a frame of another origin.
  const follow = (frame) => {
    if (/[?&]theme=host/.test(frame.src)) frame.contentWindow?.postMessage(
      { insights: "theme", theme: getComputedStyle(frame).colorScheme.replace("only ", "").replace("normal", "light") }, "*");
  };
  // Accept messages only from a panel's frame, checked by window and origin.
  addEventListener("message", ({ data, origin, source }) => {
    if (!data?.insights) return;
    const sent = (frame) => frame.contentWindow === source;
    const frame = [...frames.keys()].find(sent) || find().find(sent);
    // A sandboxed frame has the origin "null".
    if (!frame || ![new URL(frame.src).origin, "null"].includes(origin)) return;
    const { insights: type, ...detail } = data;
    if (type === "resize") {
      frames.set(frame, +detail.height);
      return fit(frame);
    }
    follow(frame);
    // A frame repeats this message for a late loader; its height may come first.
    if (type !== "ready" || ready.get(frame) !== detail.entry) emit(frame, type, detail);
    ready.set(frame, detail.entry);
  });
  // Ask frames that sent their messages before this script ran to repeat them.
  find().forEach((frame) => frame.contentWindow?.postMessage({ insights: "hello" }, "*"));

  let policy;
  const fetches = {};
  const load = (url) => fetches[url] ??= fetch(url, { credentials: "omit", signal: AbortSignal.timeout(3e4) }).then((answer) => {
    if (answer.ok) return answer.text();
    //#static
    if (answer.status === 404) return "";
    //#end
    throw Error(`${url}: ${answer.status}`);
  }).finally(() => setTimeout(() => delete fetches[url], 1e3));
  const dressed = (base) => load(`${base}/static/__PANEL_CSS__`).then((css) => new CSSStyleSheet().replace(css));
  //#service
  const fetched = (base, wanted) => load(base + wanted);
  //#end
  //#static
  // The export's own find.js looks a URL up, so that the keys match its map.
  const fetched = async (base, wanted) => {
    if (/:/.test(wanted)) {
      wanted = await (await import(`${base}/map/find.js`)).default(wanted, (part) => load(`${base}/map/${part}`));
    }
    return wanted && load(`${base}/fragment/${wanted}.html`);
  };
  //#end
  const widgets = new Set();

  // After a client-side navigation, an unchanged canonical link belongs to the previous article.
  // Only links in the head count, and only if they agree.
  const seen = {};
  const page = () => {
    const { href, pathname, search } = location;
    const found = new Set();
    for (const { href: url } of document.querySelectorAll("head>link[rel~=canonical i][href]")) {
      const there = /[?]/.test(url) ? pathname + search : pathname;
      if ((seen[url] ??= there) === there || url.replace(/.*?:..[^/]*/, "") === pathname) found.add(url);
    }
    const [url = href, other] = found;
    return other ? href : url;
  };

  customElements.define("insights-widget", class extends HTMLElement {
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

    async show(again) {
      if (!this.isConnected) return;
      const base = (this.getAttribute("base") || home).replace(/\/$/, ""), entry = this.getAttribute("entry");
      const url = this.getAttribute("url") || page();
      //#static
      const wanted = entry || url;
      //#end
      //#service
      const query = new URLSearchParams({ styles: "none" }), lang = this.getAttribute("lang");
      if (lang) query.set("lang", lang);
      if (!entry) query.set("url", url);
      const wanted = `/fragment${entry ? `/${encodeURIComponent(entry)}` : ""}?${query}`;
      //#end
      const source = base + wanted;
      if (source === this.#source && !again) return;
      this.#source = source;
      try {
        const [html, sheet] = await Promise.all([fetched(base, wanted), dressed(base)]);
        if (source !== this.#source) return;
        if (html) this.#fill(html, sheet);
        else this.#empty();
        emit(this, "ready", { entry: this.#panel?.dataset.entry, found: !!html });
      } catch (error) {
        if (source !== this.#source) return;
        this.#empty();
        emit(this, "error", { message: error.message });
      }
    }

    get #panel() {
      return this.#root?.querySelector(".insights");
    }

    #tell(type, detail) {
      emit(this, type, { entry: this.#panel.dataset.entry, ...detail });
    }

    // Show the publisher's fallback content, without the reserved height.
    #empty() {
      this.#root?.replaceChildren(document.createElement("slot"));
      this.style.cssText += ";min-height:0!important";
    }

    #fill(html, sheet) {
      //#static
      // Drop the style element: a strict CSP reports it even if it is only parsed.
      html = html.split("svg>").pop();
      //#end
      const top = +this.getAttribute("heading-level"), first = /<h(\d)/.exec(html)?.[1];
      if (top > 0 && top < 6) html = html.replace(/(<[/]?h)(\d)/g, (_, tag, rank) => tag + (rank - first + top));
      // If the CSP forbids creating a policy, try the plain string.
      try { policy ??= self.trustedTypes?.createPolicy("insights", { createHTML: (it) => it }); } catch {}
      // Not innerHTML, which parses XML in an XHTML page.
      const content = new DOMParser().parseFromString(policy?.createHTML(html) ?? html, "text/html");
      const panel = content.querySelector(".insights");
      panel.style = panel.dataset.accent.replace(/(.+) (.+)/, "--insights-accent-light:$1;--insights-accent-dark:$2");
      // Part names follow class names: insights-scale becomes ::part(scale).
      for (const it of content.querySelectorAll("[class]")) {
        it.setAttribute("part", it.className.replace(/insights-?/g, "") || "panel");
      }
      if (!this.#root) {
        const root = this.#root = this.attachShadow({ mode: "open" });
        const on = (type, act) => root.addEventListener(type, act, true);
        on("click", (event) => this.#click(event));
        on("toggle", ({ target, newState }) => {
          if (target.matches("details")) this.#tell(target.open ? "expand" : "collapse", { part: target.id });
          else if (newState === "open") this.#tell("footnote", { number: +target.id.match(/\d+$/) });
        });
        // Chromium returns the focus to the shadow host, which is not focusable.
        let mark;
        on("beforetoggle", ({ target, newState }) => {
          if (newState === "open") mark = root.activeElement;
          else if (target.contains(root.activeElement)) queueMicrotask(() => mark?.focus());
        });
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

    // Fragment links do not work inside a shadow root.
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
        navigator.clipboard.writeText(link.href).then(
          () => {
            this.#tell("share", { href: link.href });
            link.dataset.copied = "";
            setTimeout(() => delete link.dataset.copied, 2000);
          },
          () => open(link.href, "_blank", "noopener"),
        );
      }
    }
  });

  let soon;
  const look = () => {
    soon = 0;
    // A script that rewrites a frame's style attribute removes its height.
    for (const frame of frames.keys()) {
      frame.isConnected ? follow(frame, fit(frame)) : frames.delete(frame);
    }
    // <div data-insights="ferry-fares" data-insights-theme="dark"> for editors
    // that remove unknown elements.
    for (const place of document.querySelectorAll("[data-insights]")) {
      const widget = place.querySelector("insights-widget") || document.createElement("insights-widget");
      for (const { name, value } of place.attributes) {
        const own = name.slice(14) || "entry";
        if (value && /^data-insights/.test(name) && widget.getAttribute(own) !== value) widget.setAttribute(own, value);
      }
      if (widget.parentNode) continue;
      widget.append(...place.childNodes);
      place.append(widget);
    }
    widgets.forEach((widget) => widget.show());
  };
  look();
  // Elements may be added later, and URL, links and themes may change without a reload. Debounced,
  // since another script may keep restoring its own style.
  new MutationObserver(() => { soon ||= setTimeout(look, 20); })
    .observe(document, { subtree: true, childList: true, attributes: true });
  self.navigation?.addEventListener("navigatesuccess", look);
})();
