// The frame's own script. The panel works without it; it tells the host how tall the panel
// is, offers a point's link for sharing, and places previews where CSS cannot.
(() => {
  "use strict";
  const doc = document, root = doc.documentElement;
  const panel = doc.getElementById("panel");
  const tell = (type, detail) => parent !== self && parent.postMessage({ insights: type, entry: panel.dataset.entry, ...detail }, "*");

  // Height: to Chromium itself where it sizes frames, and as a message to embed.js elsewhere.
  // Measured on the body, whose height no viewport enters, so that it also shrinks.
  let last = 0;
  const measure = () => {
    const height = Math.ceil(doc.body.getBoundingClientRect().height);
    if (!height || !root.clientWidth) return;
    if (height !== last) {
      last = height;
      tell("resize", { height });
      // Throws where the page around it is not one that may size this frame.
      try { if (parent !== self) self.requestResize?.(); } catch {}
    }
  };
  new ResizeObserver(measure).observe(doc.body);
  addEventListener("message", (event) => {
    if (event.source === parent && event.data?.insights === "hello") {
      last = 0;
      measure();
    }
  });

  doc.addEventListener("toggle", (event) => {
    const { target } = event;
    if (target.matches("details")) {
      tell(target.open ? "expand" : "collapse", { part: target.id });
      measure();
    }
  }, true);

  // Without anchor positioning a preview would stand in the middle of a frame of any height.
  if (!CSS.supports("position-area: block-end")) {
    doc.addEventListener("click", (event) => {
      const mark = event.target.closest("[popovertarget]");
      const preview = mark?.popoverTargetElement;
      if (!preview?.matches(":popover-open")) return;
      const place = mark.getBoundingClientRect(), room = preview.getBoundingClientRect();
      const left = Math.min(Math.max(place.left, 8), root.clientWidth - room.width - 8);
      const below = place.bottom + 4, above = place.top - room.height - 4;
      preview.style.cssText = `inset:auto;margin:0;left:${left}px;top:${below + room.height > innerHeight && above > 0 ? above : below}px`;
    });
  }

  doc.addEventListener("click", (event) => {
    const share = event.target.closest(".insights-share");
    if (!share || !navigator.clipboard || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    tell("share", { href: share.href });
    navigator.clipboard.writeText(share.href).then(
      () => { share.dataset.copied = ""; setTimeout(() => delete share.dataset.copied, 2000); },
      () => open(share.href, "_blank", "noopener"),
    );
  });
})();
