/** Derives lib/catalogue/strategy-evidence.json from truth/learning-curves.csv: `npm run fit:strategy-evidence`. */

import { writeFileSync } from "node:fs";
import { readPublishedRows } from "../accuracy/data/published-curves";
import { COMPARED, strategyEvidence } from "./strategy-evidence-table";

const evidence = strategyEvidence(readPublishedRows());
writeFileSync("lib/catalogue/strategy-evidence.json", `${JSON.stringify(evidence, null, 2)}\n`);
for (const [shots, { scores }] of Object.entries(evidence.fewShot)) {
  const cells = COMPARED.map((strategy) => `${strategy} ${(scores[strategy] * 100).toFixed(1)}`);
  process.stdout.write(`${shots.padStart(2)} shots, points over zero-shot: ${cells.join(", ")}\n`);
}
