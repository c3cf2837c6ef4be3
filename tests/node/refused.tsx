// What the types refuse: tsc complains of each line that it does not complain of.
import "./embed";
import { InsightsPanel } from "./InsightsPanel";

// @ts-expect-error  no such theme
export const blue = <InsightsPanel entry="ferry-fares" theme="blue" />;
// @ts-expect-error  a heading has six ranks at most, and the panel's is no h6
export const deep = <insights-widget heading-level={9} />;
// @ts-expect-error  no such attribute
export const other = <insights-widget entri="ferry-fares" />;
addEventListener("insights:expand", ({ detail }) => {
  detail.part satisfies string;
  // @ts-expect-error  only a footnote has a number
  return detail.number;
});
document.createElement("insights-widget").addEventListener("insights:footnote", ({ detail }) => {
  detail.number satisfies number;
  // @ts-expect-error  a footnote is no part that opens
  return detail.part;
});
document.querySelector("insights-widget")?.addEventListener("insights:error", ({ detail }) => {
  // @ts-expect-error  a text, no code
  detail.message satisfies number;
});
