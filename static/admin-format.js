// Ctrl+B, Ctrl+I and Ctrl+K (with Cmd on a Mac) set tags of light HTML around what is selected,
// and take them away again. Without this script they are typed.
(() => {
  "use strict";
  const LIGHT = /^(perspectives\.\d+\.points\.\d+\.text|viewpoint\.rationale)$/;
  const MAC = /Mac|iP/.test(navigator.platform);
  const TAGS = { b: ["<strong>", "</strong>"], i: ["<em>", "</em>"], k: ['<a href="">', "</a>"] };
  const OTHERS = { b: /^<(b|strong)>([^]*)<\/\1>$/, i: /^<(i|em)>([^]*)<\/\1>$/, k: /^<(a) href="[^"]*">([^]*)<\/\1>$/ };

  const put = (field, from, to, text) => {
    field.setSelectionRange(from, to);
    field.dispatchEvent(new CustomEvent("insert", { bubbles: true, detail: text }));
  };
  const toggle = (field, key) => {
    const { value } = field, [open, close] = TAGS[key];
    let { selectionStart: from, selectionEnd: to } = field;
    // White space at the ends stays outside.
    const chosen = value.slice(from, to), text = chosen.trim();
    if (text) {
      from += chosen.indexOf(text);
      to = from + text.length;
    }
    const inside = OTHERS[key].exec(text)?.[2];
    const around = value.slice(0, from).endsWith(open) && value.slice(to).startsWith(close);
    if (inside !== undefined) {
      put(field, from, to, inside);
      field.setSelectionRange(from, from + inside.length);
    } else if (around) {
      put(field, from - open.length, to + close.length, text);
      field.setSelectionRange(from - open.length, to - open.length);
    } else if (key === "k") {
      const url = /^(https?:\/\/|www\.)\S+$/i.test(text) ? text : "";
      put(field, from, to, `<a href="${url}">${text}</a>`);
      const at = from + (url ? open.length + url.length : open.length - 2);
      field.setSelectionRange(at, at + (url ? url.length : 0));
    } else {
      put(field, from, to, open + text + close);
      field.setSelectionRange(from + open.length, to + open.length);
    }
  };
  document.addEventListener("keydown", (event) => {
    const { target, ctrlKey, metaKey } = event, key = event.key.toLowerCase();
    if (!LIGHT.test(target.name) || !Object.hasOwn(TAGS, key)) return;
    if ((MAC ? !metaKey || ctrlKey : !ctrlKey || metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    toggle(target, key);
  });
})();
