import { useEffect, type DetailedHTMLProps, type HTMLAttributes } from "react";
import type { InsightsAttributes, InsightsDetails, InsightsHandlers, InsightsWidget } from "./embed";

const SERVICE = "https://insights.example";

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "insights-widget": DetailedHTMLProps<HTMLAttributes<InsightsWidget>, InsightsWidget> & InsightsAttributes & InsightsHandlers;
    }
  }
}

type Props = InsightsAttributes & {
  onReady?: (detail: InsightsDetails["ready"]) => void;
  onExpand?: (detail: InsightsDetails["expand"]) => void;
};

/** The panel of an entry; without `entry`, of the page's canonical address. */
export function InsightsPanel({ onReady, onExpand, ...attributes }: Props) {
  useEffect(loadOnce, []);
  return (
    <insights-widget
      {...attributes}
      oninsights:ready={(event) => onReady?.(event.detail)}
      oninsights:expand={(event) => onExpand?.(event.detail)}
    >
      <a href={`${SERVICE}/panel/${attributes.entry ?? ""}`}>Insights on this article</a>
    </insights-widget>
  );
}

function loadOnce() {
  if (document.querySelector(`script[src="${SERVICE}/embed.js"]`)) return;
  document.head.append(Object.assign(document.createElement("script"), { src: `${SERVICE}/embed.js`, async: true }));
}
