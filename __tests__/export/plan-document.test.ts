import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { TODAY } from "@/__tests__/support/today";
import { estimatePlan } from "../../lib/estimate/plan";
import { exportPlan } from "../../lib/export/export-plan";
import { parsePlan } from "../../lib/plan/parse-plan";
import { planInputs } from "../support/plan-inputs";
import { planned, textOf } from "./support";

const parsed = planned({ perDeviceBatchSize: 8, strategy: { kind: "lora", rank: 2 }, pricePerGpuHour: 1.5 });
const estimate = estimatePlan(parsed, { today: TODAY });

describe("a plan as JSON", () => {
  test("is the same plan when it is read again", () => {
    fc.assert(
      fc.property(planInputs, (input) => {
        const first = parsePlan(input);
        if (!first.ok) throw new Error("not a plan");
        const again = parsePlan(JSON.parse(textOf(exportPlan("json", first))));
        expect(again).toMatchObject({ ok: true, plan: first.plan });
      }),
    );
  });

  test("with an estimate is the estimate as the API answers it", () => {
    expect(JSON.parse(textOf(exportPlan("json", parsed, estimate)))).toEqual(JSON.parse(JSON.stringify(estimate)));
  });
});

describe("a plan as CSV", () => {
  const rows: string[][] = parse(textOf(exportPlan("csv", parsed, estimate)));
  const row = (name: string) => rows.find((cells) => cells[0] === name);

  test("has a line for every field, with its unit and whether it was given", () => {
    expect(rows[0]).toEqual(["name", "value", "unit", "status"]);
    expect(row("perDeviceBatchSize")).toEqual(["perDeviceBatchSize", "8", "pairs", "given"]);
    expect(row("strategy.rank")).toEqual(["strategy.rank", "2", "", "given"]);
    expect(row("strategy.targets")).toEqual(["strategy.targets", "q_proj v_proj", "", "default"]);
    expect(row("pricePerGpuHour")).toEqual(["pricePerGpuHour", "1.5", "USD", "given"]);
    expect(row("precision")?.[3]).toBe("default");
  });

  test("has the figures of the estimate as they are", () => {
    expect(row("memory.deviceBytes.high")?.[1]).toBe(String(estimate.memory.deviceBytes.high));
    expect(row("parameters.trainable")?.[1]).toBe(String(estimate.parameters.trainable));
  });

  test("has time and cost as they are, whose parts sum to the whole", () => {
    const value = (name: string) => Number(row(name)?.[1]);
    const total = (prefix: string) =>
      rows.filter(([name]) => name?.startsWith(prefix)).reduce((sum, [, cell]) => sum + Number(cell), 0);
    expect(value("time.totalSeconds.likely")).toBe(estimate.time?.totalSeconds.likely);
    expect(total("time.runParts.")).toBeCloseTo(value("time.totalSeconds.likely"), 9);
    expect(total("time.stepParts.")).toBeCloseTo(value("time.stepSeconds.likely"), 9);
    expect(row("cost.0.provider")).toEqual(["cost.0.provider", "your own price", "", "given"]);
    expect(value("cost.0.usd.likely")).toBe(estimate.cost[0]?.usd.likely);
    expect(row("cost.1.asOf")?.[1]).toMatch(/^\d{4}-|undated/);
    const emulated = planned({ gpu: "t4", precision: "bf16" });
    const refused: string[][] = parse(textOf(exportPlan("csv", emulated, estimatePlan(emulated, { today: TODAY }))));
    expect(refused.find(([name]) => name === "time.noTime")?.[1]).toMatch(/no bf16 units/);
  });

  test("keeps a card's name one cell and no formula", () => {
    const own = planned({ gpu: { name: '=cmd|"x",1', memoryBytes: 24e9 } });
    const cells: string[][] = parse(textOf(exportPlan("csv", own)));
    expect(cells.find(([name]) => name === "gpu.name")?.[1]).toBe(`'=cmd|"x",1`);
  });

  test("says of a strategy that was filled in as a whole that it was", () => {
    const plain: string[][] = parse(textOf(exportPlan("csv", planned({}))));
    expect(plain.find(([name]) => name === "strategy.kind")).toEqual(["strategy.kind", "full", "", "default"]);
  });
});

describe("a plan as Markdown", () => {
  test("has a table of as many cells in every line", () => {
    const lines = textOf(exportPlan("markdown", parsed, estimate)).split("\n");
    const [fields, figures] = [lines.indexOf("| field | value | unit | status |"), lines.indexOf("| figure | value |")];
    expect(fields).toBeGreaterThan(0);
    expect(figures).toBeGreaterThan(fields);
    const cells = (line = "") => line.split(/(?<!\\)\|/).length - 2;
    for (let index = fields; lines[index]?.startsWith("|"); index++) expect(cells(lines[index])).toBe(4);
  });

  test("says how long, for how much and what limits the run", () => {
    const text = textOf(exportPlan("markdown", parsed, estimate));
    for (const figure of [
      "one training step",
      "the whole run",
      "what limits the run",
      "GPU-hours",
      "cost at your own price",
    ])
      expect(text).toContain(`| ${figure} |`);
  });

  test("keeps a card's name a text", () => {
    const own = planned({ gpu: { name: "a|b <b>[x](y)", memoryBytes: 24e9 } });
    expect(textOf(exportPlan("markdown", own))).toContain("a\\|b \\<b\\>\\[x\\](y)");
  });
});

describe("figures that rest on measurements", () => {
  const onCard = planned({ gpu: "h100-sxm5-80gb", precision: "amp" });
  const calibration = {
    gpuId: "h100-sxm5-80gb",
    products: [{ unit: "fp16" as const, factor: 0.8, measurementCount: 4 }],
    bandwidth: { factor: 0.9, measurementCount: 6 },
    contextBytes: null,
    measurementCount: 6,
    spread: 0.04,
    measuredOn: "2026-11-26",
  };
  const calibrated = estimatePlan(onCard, { today: TODAY, calibration });

  test("say so in a table: of which card, how many, when, and each figure before and after", () => {
    const rows: string[][] = parse(textOf(exportPlan("csv", onCard, calibrated)));
    const value = (name: string) => rows.find((cells) => cells[0] === `calibration.${name}`)?.[1];
    expect(value("gpu")).toBe("NVIDIA H100 SXM5 80GB");
    expect(value("measurementCount")).toBe("6");
    expect(value("measuredOn")).toBe("2026-11-26");
    expect(Number(value("memory bandwidth.after")) / Number(value("memory bandwidth.before"))).toBeCloseTo(0.9, 9);
    expect(value("text")).toBe(calibrated.calibration?.text);
  });

  test("say so in words, before any figure", () => {
    const text = textOf(exportPlan("markdown", onCard, calibrated));
    const said = text.indexOf(
      "Calibrated by 6 steps that were timed on NVIDIA H100 SXM5 80GB, the newest on 2026-11-26",
    );
    expect(said).toBeGreaterThan(text.indexOf("## Estimate"));
    expect(said).toBeLessThan(text.indexOf("one training step |"));
  });

  test("of another card are said to change nothing, and without any nothing is said", () => {
    const other = planned({ gpu: "rtx-4090" });
    const text = textOf(exportPlan("markdown", other, estimatePlan(other, { today: TODAY, calibration })));
    expect(text).toContain(
      "Measurements were given and changed nothing: the measurements are of NVIDIA H100 SXM5 80GB",
    );
    expect(textOf(exportPlan("csv", parsed, estimate))).not.toContain("calibration");
    expect(textOf(exportPlan("markdown", parsed, estimate))).not.toMatch(/calibrated/i);
  });
});
