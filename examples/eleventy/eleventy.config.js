const SERVICE = "https://insights.example";

const escape = (text) => String(text).replace(/[&<>"]/g, (it) => `&#${it.charCodeAt(0)};`);

export default function (config) {
  // {% insights "ferry-fares" %}; in Nunjucks also {% insights "ferry-fares", { open: "ideas" } %}
  config.addShortcode("insights", (entry, chosen = {}) => {
    const attributes = Object.entries({ entry, ...chosen })
      .filter(([name]) => /^(entry|theme|lang|open|heading-level)$/.test(name))
      .map(([name, value]) => `${name}="${escape(value)}"`).join(" ");
    return `<insights-widget ${attributes}>
<a href="${SERVICE}/panel/${encodeURIComponent(entry)}">Insights on this article</a>
</insights-widget>
<script src="${SERVICE}/embed.js" crossorigin="anonymous" async></script>`;
  });
}
