// Moves an item of a list by its handle, with a mouse, a pen or a finger. The arrows beside it
// do the same without a pointer, and without this script. Escape puts the item back.
(() => {
  "use strict";
  const form = document.getElementById("editor"), EDGE = 80, SPEED = 14;
  let item = null, others, grip, from, pointer, goal, frame;

  const list = (of) => of.dataset.item.replace(/\.\d+$/, "");
  const place = () => {
    // How many of the others stand above the pointer.
    goal = others.filter((it) => {
      const box = it.getBoundingClientRect();
      return (box.top + box.bottom) / 2 < pointer;
    }).length;
    item.style.translate = `0 ${pointer + scrollY - from}px`;
    for (const [index, it] of others.entries()) {
      it.classList.toggle("drop-before", index === goal);
      it.classList.toggle("drop-after", index === goal - 1 && goal === others.length);
    }
  };
  const roll = () => {
    const top = Math.max(0, document.querySelector(".bar").getBoundingClientRect().bottom);
    const by = pointer < top + EDGE ? -SPEED : pointer > innerHeight - EDGE ? SPEED : 0;
    if (by) scrollBy({ top: by, behavior: "instant" });
    place();
    frame = requestAnimationFrame(roll);
  };
  const end = (dropped) => {
    if (!item) return;
    cancelAnimationFrame(frame);
    item.classList.remove("dragged");
    item.removeAttribute("style"); // htmx copies attributes, and the policy knows no style
    for (const it of others) it.classList.remove("drop-before", "drop-after");
    const name = item.dataset.item;
    item = null;
    if (dropped && goal !== Number(name.match(/\d+$/)[0])) {
      form.dispatchEvent(new CustomEvent("dropped", { detail: `${name}.to.${goal}` }));
    }
  };

  form.addEventListener("pointerdown", (event) => {
    grip = event.target.closest("[data-grip]");
    if (!grip || event.button || item) return;
    event.preventDefault();
    item = grip.closest("[data-item]");
    others = [...form.querySelectorAll("[data-item]")].filter((it) => it !== item && list(it) === list(item));
    pointer = event.clientY;
    from = pointer + scrollY;
    grip.setPointerCapture(event.pointerId);
    item.classList.add("dragged");
    roll();
  });
  form.addEventListener("pointermove", (event) => { if (item) pointer = event.clientY; });
  form.addEventListener("pointerup", () => { if (item) { place(); end(true); } });
  form.addEventListener("pointercancel", () => end(false));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") end(false); });
})();
