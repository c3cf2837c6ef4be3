// What htmx brings waits while something is pressed: a new part of the page would take a button from
// under the pointer, or move it away, between press and release, and the click would reach nothing.
// An element whose data-hx-trigger has "released" is asked for again then. For pages with htmx.
(() => {
  "use strict";
  const LONGEST = 10000; // after it a press is taken for one whose end was not seen
  const waiting = new Set();
  let pressed = -LONGEST;

  const press = () => { pressed = performance.now(); };
  const release = () => {
    pressed = -LONGEST;
    // After the click, which comes right behind.
    setTimeout(() => {
      for (const element of waiting) if (element.isConnected) htmx.trigger(element, "released");
      waiting.clear();
    });
  };
  addEventListener("pointerdown", press, true);
  addEventListener("pointerup", release, true);
  addEventListener("pointercancel", release, true);
  // The space bar presses, too; Enter needs no release.
  addEventListener("keydown", (event) => { if (event.key === " ") press(); }, true);
  addEventListener("keyup", (event) => { if (event.key === " ") release(); }, true);

  document.addEventListener("htmx:beforeSwap", (event) => {
    const element = event.detail.requestConfig.elt;
    if (performance.now() - pressed > LONGEST || !/\breleased\b/.test(element.dataset.hxTrigger)) return;
    event.preventDefault();
    waiting.add(element);
  });
})();
