// The frame's own script. The panel works without it; it tells the host how tall the panel
// is, offers a point's link for sharing, and keeps previews on the screen.
(() => {
  const doc = document, root = doc.documentElement, panel = doc.getElementById("panel");
  const asked = new URLSearchParams(location.search);
  const post = (message) => parent.postMessage(message, "*"); // alone in its window, to nobody
  const tell = (type, detail) => post({ insights: type, entry: panel.dataset.entry, ...detail });

  //#static
  // What a server does with its query, as far as a script can.
  root.dataset.theme = asked.get("theme"); // "null" is no theme
  const opened = asked.get("open"); // no role's name is part of another's
  if (opened) for (const it of doc.querySelectorAll(".insights-group")) it.open = opened.includes(it.dataset.role || "sources");
  //#end

  // Height: to Chromium itself where it sizes frames, and to whatever the host has to listen:
  // embed.js, WordPress (whose secret comes in the URL's fragment), AMP, pym.
  // Measured on the body, whose height no viewport enters, so that it also shrinks.
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
    // Chromium measures at the width of the start, for good, so that it has to be told of more lines.
    root.style.minHeight = `${height}px`;
    // Throws where no page is around it, or none that may size this frame.
    try { self.requestResize?.(); } catch {}
  };
  new ResizeObserver(measure).observe(doc.body);
  tell("ready");
  // An observer rests while nothing of a frame is painted, and WordPress clips a frame to
  // nothing until it has said how tall it is.
  measure();
  addEventListener("load", measure);

  // Whoever came too late for the first message speaks up, and is told again.
  addEventListener("message", ({ source, data }) => {
    if (source !== parent || parent === self) return;
    if (data?.insights === "theme") root.dataset.theme = data.theme;
    else if (data?.insights === "hello" || data?.message === "ready" || /^pymxPYMx/.test(data)) {
      tell("ready");
      last = 0;
      measure();
    }
  });

  // Without an origin of its own (WordPress sandboxes so) it can open no window: then
  // addresses are there to be read (frame.css).
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

  // A frame is taller than the screen, and only an observer tells which part of it is to be seen.
  // A preview that is not wholly there becomes a sheet at the lower edge of that part.
  const place = (preview) => new IntersectionObserver(([{ intersectionRect: seen }], observer) => {
    observer.disconnect();
    const { top, bottom, left, right } = preview.getBoundingClientRect();
    if (top < seen.top || bottom > seen.bottom || left < 0 || right > root.clientWidth) {
      preview.style = `position-area:none;inset:auto 0 ${innerHeight - seen.bottom}px;margin:auto;inline-size:auto;max-inline-size:40em;max-block-size:${seen.height}px`;
    }
  }).observe(root);

  addEventListener("click", (event) => {
    const link = event.target.closest(".insights-share,.insights-back"), { clipboard } = navigator;
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // A link within the panel would add a step to the history of the page around it.
    if (link.target === "_self") location.replace(link.hash);
    else if (clipboard) clipboard.writeText(link.href).then(() => {
      tell("share", { href: link.href });
      link.dataset.copied = "";
      setTimeout(() => delete link.dataset.copied, 2000);
    }, () => open(link.href, "_blank", "noopener"));
    else return;
    event.preventDefault();
  });
})();
