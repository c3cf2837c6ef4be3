// Counts what is opened in this panel, where the service has `counts = true`: three numbers, sent
// once when the page is left. A browser that asks not to be tracked sends nothing. fetch, since
// sendBeacon cannot leave out cookies and the referrer.
(() => {
  const endpoint = new URL("../counts", document.currentScript.src);
  const panel = document.querySelector("#panel");
  if (navigator.globalPrivacyControl || navigator.doNotTrack === "1" || !panel) return;
  if (self.origin === "null") return; // in a sandbox without an origin, as in WordPress: refused
  const groups = new Set(), previews = new Set(), sources = new Set();
  const atFirst = new Set([...panel.querySelectorAll("details[open]")].map(({ id }) => id));

  addEventListener("toggle", ({ target, newState }) => {
    if (newState !== "open") return;
    if (target.matches(".insights-preview")) previews.add(target.id);
    else if (target.matches(".insights-group") && !atFirst.has(target.id)) groups.add(target.id);
  }, true);
  const follow = ({ target, button }) => {
    const link = button < 2 && target.closest?.(".insights-preview a, .insights-sources a[target=_blank]");
    if (link) sources.add(link.href);
  };
  addEventListener("click", follow);
  addEventListener("auxclick", follow);

  addEventListener("pagehide", () => {
    if (!(groups.size + previews.size + sources.size)) return;
    const body = JSON.stringify({ entry: panel.dataset.entry, groups: groups.size, previews: previews.size, sources: sources.size });
    fetch(endpoint, { method: "POST", body, keepalive: true, credentials: "omit", referrerPolicy: "no-referrer" }).catch(() => {});
  }, { once: true });
})();
