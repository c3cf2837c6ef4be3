import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { InsightsPanel } from "./InsightsPanel";

const ARTICLES = { "ferry-fares": "Make the ferry free", "fish-market": "The fish market" };

function App() {
  const [entry, setEntry] = useState(() => location.hash.slice(1) || "ferry-fares");
  const [dark, setDark] = useState(false);
  const [said, setSaid] = useState("");
  const go = (id: string) => {
    history.pushState(null, "", `#${id}`);
    setEntry(id);
  };
  return (
    <main>
      <nav>{Object.entries(ARTICLES).map(([id, title]) => <button key={id} onClick={() => go(id)}>{title}</button>)}</nav>
      <button onClick={() => setDark(!dark)}>Dark</button>
      <p role="status">{said}</p>
      <InsightsPanel
        entry={entry}
        theme={dark ? "dark" : "light"}
        heading-level={2}
        onReady={({ entry: shown }) => setSaid(`Shown: ${shown}`)}
        onExpand={({ part }) => setSaid(`Opened: ${part}`)}
      />
    </main>
  );
}

createRoot(document.getElementById("app")!).render(<StrictMode><App /></StrictMode>);
