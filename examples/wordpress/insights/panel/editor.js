// The block in the editor: its settings, and a note of what readers will see in its place.
(({ blocks, blockEditor, components, element, i18n }) => {
  "use strict";
  const { createElement: el, Fragment } = element;
  const { __ } = i18n;

  blocks.registerBlockType("insights/panel", {
    edit({ attributes, setAttributes }) {
      const field = (name, label, help) => el(components.TextControl, {
        key: name, label, help, value: attributes[name], onChange: (value) => setAttributes({ [name]: value.trim() }),
      });
      return el(Fragment, {},
        el(blockEditor.InspectorControls, {}, el(components.PanelBody, { title: __("Display", "insights") }, [
          field("theme", __("Theme", "insights"), "light, dark"),
          field("open", __("What starts open", "insights"), "ideas, different-views, sources"),
          field("lang", __("Interface language", "insights"), "en, es, fr, de, ar"),
          field("headingLevel", __("Rank of the heading", "insights"), "1–5"),
        ])),
        el("div", blockEditor.useBlockProps(), el(components.Placeholder, {
          icon: "visibility", label: "Insights",
        }, field("entry", __("Entry", "insights"), __("Empty: the entry of this post's address.", "insights")))));
    },
    save: () => null, // the server renders it
  });
})(window.wp);
