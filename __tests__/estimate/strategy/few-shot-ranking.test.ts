import * as fc from "fast-check";
import { STRATEGY_EVIDENCE } from "../../../lib/catalogue/strategy-evidence";
import { fewShotGroups } from "../../../lib/estimate/strategy/few-shot-ranking";
import { contest, standingAt } from "../../../lib/estimate/strategy/few-shot-standing";
import { largeGroups } from "../../../lib/estimate/strategy/large-ranking";
import { readPublishedRows } from "../../../scripts/accuracy/data/published-curves";
import { strategyEvidence } from "../../../scripts/fit/strategy-evidence-table";

const NAMES = [
  "full",
  "linear_probe",
  "linear_probe_text",
  "lora",
  "lp_ft",
  "partial",
  "prompt",
  "weight_averaging",
  "zero_shot",
];

function namesOf(groups: ReturnType<typeof fewShotGroups>): string[][] {
  return groups.map(({ members }) => members.map(({ strategy }) => strategy));
}

test("the comparisons of the catalogue are those that the published accuracies give", () => {
  expect(STRATEGY_EVIDENCE).toEqual(strategyEvidence(readPublishedRows()));
});

test("at one image of each class LoRA leads, and a plain linear probe is worse than zero-shot", () => {
  const groups = namesOf(fewShotGroups(1));
  expect(groups[0]).toContain("lora");
  const place = (name: string) => groups.findIndex((group) => group.includes(name));
  expect(place("linear_probe")).toBeGreaterThan(place("zero_shot"));
});

test("at four images a linear probe and zero-shot are too close to tell, and the reason gives the record", () => {
  const group = fewShotGroups(4).find(({ members }) => members.some(({ strategy }) => strategy === "zero_shot"));
  expect(group?.members.map(({ strategy }) => strategy)).toContain("linear_probe");
  expect(contest("linear_probe", "zero_shot", 4)).toMatchObject({ count: 8, wins: 4, isDecided: false });
});

test("every strategy stands once, with a reason and a source, at any number of images", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 10_000, noNaN: true }), (shots) => {
      const members = fewShotGroups(shots).flatMap((group) => group.members);
      expect(members.map(({ strategy }) => strategy).sort()).toEqual(NAMES);
      for (const { reason, sources } of members) {
        expect(reason).not.toBe("");
        expect(sources.length).toBeGreaterThan(0);
      }
    }),
  );
});

test("no strategy stands in a group whose head clearly beats it, and each head is beaten by the one before", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.5, max: 100, noNaN: true }), (shots) => {
      const scored = fewShotGroups(shots)
        .map(({ members }) => members.filter(({ evidence }) => evidence === "compared").map(({ strategy }) => strategy))
        .filter((group) => group.length > 0);
      for (const [head, ...rest] of scored) {
        for (const other of rest) {
          if (!isScored(head) || !isScored(other)) throw new Error("only compared strategies have scores");
          expect(contest(head, other, shots).isDecided).toBe(false);
        }
      }
    }),
  );
});

function isScored(
  name: string | undefined,
): name is "zero_shot" | "linear_probe" | "linear_probe_text" | "prompt" | "lora" {
  return name !== undefined && ["zero_shot", "linear_probe", "linear_probe_text", "prompt", "lora"].includes(name);
}

test("scores between published sizes lie between theirs", () => {
  const [at1, at2, at4] = [1, 2, 4].map((shots) => standingAt("lora", shots).score);
  expect(at2).toBeCloseTo(((at1 ?? 0) + (at4 ?? 0)) / 2, 12);
});

test("with plenty of data full fine-tuning leads in distribution and comes last out of it", () => {
  expect(namesOf(largeGroups("in_distribution"))[0]?.sort()).toEqual(["full", "lp_ft", "weight_averaging"]);
  expect(namesOf(largeGroups("robust")).at(-1)).toEqual(["full"]);
  for (const priority of ["in_distribution", "robust"] as const) {
    expect(namesOf(largeGroups(priority)).flat().sort()).toEqual(NAMES);
  }
});
