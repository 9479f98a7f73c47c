// A process of its own that saves plans and prints their ids: `node scripts/run.mjs __tests__/support/save-plans.ts 20`.
import { closeDatabases } from "@/lib/store/database";
import { savePlan } from "@/lib/store/plans";
import { snapshot } from "./snapshot";

const count = Number(process.argv[2]);
for (let batchSize = 1; batchSize <= count; batchSize++) {
  const { id } = await savePlan(snapshot(batchSize));
  process.stdout.write(`${id}\n`);
}
await closeDatabases();
