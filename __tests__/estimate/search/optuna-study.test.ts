import { spawnSync } from "node:child_process";
import { parseSearchRequest } from "../../../lib/api/search-request-schema";
import { estimateSearch } from "../../../lib/estimate/search/search-answer";
import { withoutTime } from "../../support/plan-figures";

function studyOf(input: object): string {
  const parsed = parseSearchRequest({ plan: { model: "ViT-B-32" }, ...input });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return estimateSearch(parsed.request, parsed.assumptions, withoutTime).optunaStudy;
}

test("the study holds the trials, the pruner and every parameter of the space", () => {
  const study = studyOf({ pruner: { kind: "halving", minEpochs: 2, reductionFactor: 3 }, epochsPerTrial: 9 });
  expect(study).toContain("SuccessiveHalvingPruner(min_resource=2, reduction_factor=3)");
  expect(study).toContain('"learningRate": trial.suggest_float("learningRate", 0.000001, 0.001, log=True)');
  expect(study).toContain('"perDeviceBatchSize": trial.suggest_categorical("perDeviceBatchSize", [16, 32, 64])');
  expect(study).toContain("TRIAL_COUNT = 50\nEPOCHS_PER_TRIAL = 9\n");
  expect(study).toContain("FIRST_STEP = 1\n");
  expect(studyOf({})).toContain("MedianPruner(n_startup_trials=5, n_warmup_steps=0)");
  expect(studyOf({ plan: { model: "ViT-B-32", strategy: { kind: "partial" } } })).toContain(
    'trial.suggest_int("unlockedBlocks", 1, 4)',
  );
});

const python = spawnSync("python3", ["-c", "import ast"], { encoding: "utf8" });

// Where there is no Python, the text above is all that can be held.
(python.status === 0 ? test : test.skip)(
  "the study is a program that Python can read, whatever names the plan holds",
  () => {
    const plan = { model: "ViT-B-32", gpu: { name: 'My "card" \\ \u2028 卡', memoryBytes: 2 ** 34 } };
    const read = spawnSync("python3", ["-c", "import ast, sys; ast.parse(sys.stdin.read())"], {
      input: studyOf({ plan }),
      encoding: "utf8",
    });
    expect(read.stderr).toBe("");
    expect(read.status).toBe(0);
  },
);
