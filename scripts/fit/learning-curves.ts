/** Derives lib/catalogue/learning-curve-constants.json from truth/learning-curves.csv: `npm run fit:learning-curves`. */

import { writeFileSync } from "node:fs";
import { publishedCurves, readPublishedRows, zeroShotAccuracies } from "../accuracy/data/published-curves";
import { fitLearningCurveConstants } from "./learning-curve-constants";

const rows = readPublishedRows();
const constants = fitLearningCurveConstants({ curves: publishedCurves(rows), zeroShot: zeroShotAccuracies(rows) });
writeFileSync("lib/catalogue/learning-curve-constants.json", `${JSON.stringify(constants, null, 2)}\n`);
process.stdout.write(
  `${constants.curveCount} curves of ${constants.datasetCount} datasets; tuning: prior weights ` +
    `${Object.values(constants.priorWeight).join(", ")}, ` +
    `steepening ${constants.steepening}\n`,
);
