// MDN's HTTP Observatory on pages of one site: node observatory.mjs HOST HTTP-PORT HTTPS-PORT PATH...
// Prints {path: {grade, score, failed}}. Its own command scans only ports 80 and 443, and one page.
import { existsSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

// The list of preloaded hosts, which it would fetch when installed: none of it is ours.
const preloaded = createRequire(import.meta.url).resolve("@mdn/mdn-http-observatory/package.json")
  .replace("package.json", "conf/hsts-preload.json");
if (!existsSync(preloaded)) writeFileSync(preloaded, "{}");

const scanner = "@mdn/mdn-http-observatory/src";
const { ALL_TESTS } = await import(`${scanner}/constants.js`);
const { MINIMUM_SCORE_FOR_EXTRA_CREDIT } = await import(`${scanner}/grader/charts.js`);
const { getGradeForScore, getScoreModifier } = await import(`${scanner}/grader/grader.js`);
const { retrieve } = await import(`${scanner}/retriever/retriever.js`);

const [host, httpPort, httpsPort, ...paths] = process.argv.slice(2);
const found = {};
for (const path of paths) {
  const requests = await retrieve(host, { httpPort, httpsPort, path });
  const results = ALL_TESTS.map((test) => test(requests)).filter((it) => it.result);
  const modifiers = results.map((it) => getScoreModifier(it.result));
  const uncurved = 100 + modifiers.filter((it) => it < 0).reduce((sum, it) => sum + it, 0);
  const curved = 100 + modifiers.reduce((sum, it) => sum + it, 0);
  const { grade, score } = getGradeForScore(
    uncurved >= MINIMUM_SCORE_FOR_EXTRA_CREDIT ? curved : uncurved,
  );
  const failed = results.filter((it) => !it.pass).map((it) => it.result);
  found[path] = { grade, score, failed, all: results.map((it) => it.result) };
}
console.log(JSON.stringify(found));
