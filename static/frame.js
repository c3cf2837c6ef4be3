// The frame's script. The panel works without it; it reports the panel's height to the host,
// shares links to points, and keeps previews on the screen.
(() => {
  const doc = document, root = doc.documentElement, panel = doc.querySelector("#panel");
  const asked = new URLSearchParams(location.search);
  const post = (message) => parent.postMessage(message, "*"); // in a window of its own, to itself
  const tell = (insights, detail) => post({ insights, entry: panel.dataset.entry, ...detail });

  //#static
  // Applies the options of the query, which a server would apply.
  root.dataset.theme = asked.get("theme"); // "null" is no theme
  const opened = asked.get("open"); // no role's name contains another's
  if (opened) for (const it of doc.querySelectorAll(".insights-group")) it.open = opened.includes(it.dataset.role || "sources");
  //#end

  // Reports the height to Chromium, if it sizes frames, and to the host's script: embed.js,
  // WordPress (its secret is in the URL's fragment), AMP, pym.
  // Measures the body, whose height does not depend on the viewport, so that it can shrink.
  const secret = /secret=(\w+)/.exec(location.hash)?.[1];
  const pym = asked.get("childId");
  let last = 0;
  const measure = () => {
    const height = Math.ceil(doc.body.getBoundingClientRect().height);
    if (!height || !root.clientWidth || height === last) return;
    last = height;
    tell("resize", { height });
    post({ sentinel: "amp", type: "embed-size", height });
    if (secret) post({ message: "height", value: height, secret });
    if (pym) post(`pymxPYMx${pym}xPYMxheightxPYMx${height}`);
    // Chromium measures only at the initial width; minHeight accounts for additional lines.
    root.style.minHeight = `${height}px`;
    // Throws without a parent page, or if that may not size this frame.
    try { self.requestResize?.(); } catch {}
  };
  new ResizeObserver(measure).observe(doc.body);
  tell("ready");
  // Observers do not run while a frame is not painted, and WordPress clips a frame to nothing
  // until it reports a height.
  measure();
  addEventListener("load", measure);

  // A host script that missed the first message asks for it again.
  addEventListener("message", ({ source, data }) => {
    if (source !== parent || parent === self) return;
    if (data?.insights === "theme") root.dataset.theme = data.theme;
    else if (data?.insights === "hello" || data?.message === "ready" || /^pymxPYMx/.test(data)) {
      tell("ready");
      last = 0;
      measure();
    }
  });

  // In a sandbox without an origin (as in WordPress) it cannot open windows: frame.css shows
  // the URLs as text.
  if (self.origin === "null") root.dataset.sandboxed = "";

  addEventListener("toggle", ({ target, newState }) => {
    if (target.matches("details")) {
      tell(target.open ? "expand" : "collapse", { part: target.id });
      measure();
      return;
    }
    target.style = "";
    if (newState === "open") {
      tell("footnote", { number: +target.id.slice(1) });
      place(target);
    }
  }, true);

  // A frame may be taller than the screen, and only an observer knows its visible part. A preview
  // that is not completely visible becomes a sheet at the lower edge of that part.
  const place = (target) => new IntersectionObserver(([{ intersectionRect: seen }], observer) => {
    observer.disconnect();
    const { top, bottom, left, right } = target.getBoundingClientRect();
    if (top < seen.top || bottom > seen.bottom || left < 0 || right > root.clientWidth) {
      target.style = `position-area:none;inset:auto 0 ${innerHeight - seen.bottom}px;margin:auto;inline-size:auto;max-inline-size:40em;max-block-size:${seen.height}px`;
    }
  }).observe(root);

  addEventListener("click", (event) => {
    const link = event.target.closest(".insights-share,[target=_self]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // A fragment link would add an entry to the history of the host page, and would not scroll it.
    if (link.target === "_self") {
      location.replace(link.hash);
      doc.querySelector(link.hash).scrollIntoView(false);
    } else if (navigator.clipboard) navigator.clipboard.writeText(link.href).then(() => {
      tell("share", { href: link.href });
      link.dataset.copied = "";
      setTimeout(() => delete link.dataset.copied, 2000);
    }, () => open(link.href, "_blank", "noopener"));
    else return;
    event.preventDefault();
  });
})();
