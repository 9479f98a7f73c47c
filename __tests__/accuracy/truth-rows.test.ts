import { readFileSync } from "node:fs";
import { readTruth } from "../../scripts/accuracy/truth-files";
import { describeRow, parseTruth, planInput } from "../../scripts/accuracy/truth-rows";

/** The role that truth/README.md defines: parity of the FNV-1a hash of the configuration columns. */
function roleOf(configuration: readonly string[]): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(configuration.join("|"))) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash % 2 === 0 ? "fit" : "check";
}

describe("the truth files", () => {
  const rows = readTruth();

  test("hold every configuration once", () => {
    const names = rows.map(({ configuration }) => Object.values(configuration).join("|"));
    expect(new Set(names).size).toBe(rows.length);
  });

  test("state the peak of every row as the largest of its phases' peaks", () => {
    for (const { measured } of rows) {
      const { forwardPeakBytes = 0, backwardPeakBytes = 0, optimizerPeakBytes = 0 } = measured;
      expect(measured.allocatedPeakBytes).toBe(Math.max(forwardPeakBytes, backwardPeakBytes, optimizerPeakBytes));
    }
  });

  test("reserve at least what they allocate and train at most what they have", () => {
    for (const row of rows) {
      const { allocatedPeakBytes = 0, reservedPeakBytes = 0, trainableCount = 0, parameterCount = 0 } = row.measured;
      expect(reservedPeakBytes).toBeGreaterThanOrEqual(allocatedPeakBytes);
      expect(trainableCount).toBeLessThanOrEqual(parameterCount);
    }
  });

  test("let a constant be fitted on half of the first file, chosen by hash, and on none of the second", () => {
    const columns = 14;
    const lines = rowsOf("truth/memory-pytorch.csv");
    expect(lines.map((cells) => cells[cells.length - 1])).toEqual(
      lines.map((cells) => roleOf(cells.slice(0, columns))),
    );
    expect(rows.filter(({ file, role }) => file === "memory-pytorch-more" && role === "fit")).toEqual([]);
  });
});

function rowsOf(file: string): string[][] {
  const [, ...lines] = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines.map((line) => line.split(","));
}

describe("a row", () => {
  const [row] = readTruth().filter(({ configuration }) => configuration.strategy === "lora");

  test("becomes the plan a user would write", () => {
    if (row === undefined) throw new Error("no LoRA row in the truth");
    const { configuration } = row;
    expect(planInput(row)).toEqual({
      model: configuration.model,
      implementation: configuration.implementation,
      strategy: { kind: "lora", rank: Number(configuration.rank), targets: ["q_proj", "v_proj"] },
      perDeviceBatchSize: Number(configuration.perDeviceBatchSize),
      precision: configuration.precision,
      optimizer: configuration.optimizer,
      gradAccumulationSteps: 1,
      imageSize: 224,
      gradCheckpointing: configuration.gradCheckpointing === "true",
      attention: configuration.attention,
    });
    expect(describeRow(row)).toContain(`lora(${configuration.rank})`);
  });
});

describe("a damaged truth file", () => {
  const sound = readFileSync("truth/memory-pytorch.csv", "utf8").split("\n").slice(0, 2).join("\n");

  test("is refused with the columns it lacks", () => {
    expect(() => parseTruth("rows", sound.replace("allocatedPeakBytes,", "peak,"))).toThrow("allocatedPeakBytes");
  });

  test("is refused with the line that is cut off", () => {
    expect(() => parseTruth("rows", sound.slice(0, sound.lastIndexOf(",")))).toThrow("rows, line 2");
  });

  test("is refused with the cell that is no whole number", () => {
    const cells = sound.split("\n")[1]?.split(",") ?? [];
    const damaged = [sound.split("\n")[0], cells.map((cell, index) => (index === 14 ? "many" : cell)).join(",")].join(
      "\n",
    );
    expect(() => parseTruth("rows", damaged)).toThrow('parameterCount is "many"');
  });
});
