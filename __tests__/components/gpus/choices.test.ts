import { choicesIn, choicesQuery, readChoices, withChoice } from "@/components/gpus/choices";
import { GIB, HOUR_SECONDS } from "@/lib/units";

const KNOWN = { gpuIds: new Set(["rtx-4090", "t4-16gb"]), vendors: ["AMD", "NVIDIA"] };

test("every choice survives the way through the address", () => {
  const choices = {
    goal: "fastest",
    owned: "rtx-4090,t4-16gb",
    vendors: "NVIDIA",
    counts: "1,8",
    minMemory: "24",
    bf16: "true",
    maxPerHour: "2.50",
    maxCost: "40",
    deadline: "12",
    sort: "-cost",
  };
  expect(choicesIn(new URLSearchParams(choicesQuery(choices)))).toEqual(choices);
  expect(readChoices(choices, KNOWN)).toEqual({
    goal: "fastest",
    filter: {
      owned: ["rtx-4090", "t4-16gb"],
      vendors: ["NVIDIA"],
      deviceCounts: [1, 8],
      smallestMemoryBytes: 24 * GIB,
      bf16: true,
      highestUsdPerHour: 2.5,
      highestUsd: 40,
      deadlineSeconds: 12 * HOUR_SECONDS,
    },
    problems: {},
  });
});

test("nothing chosen restricts nothing, and adds nothing to the address", () => {
  expect(readChoices({}, KNOWN)).toEqual({ goal: "cheapest", filter: {}, problems: {} });
  expect(choicesQuery({})).toBe("");
});

test("every slip is said where it was made, and restricts nothing", () => {
  const slips = { goal: "best", vendors: "Nvidea", counts: "3", minMemory: "lots", maxCost: "-1", bf16: "yes" };
  const { filter, problems } = readChoices(slips, KNOWN);
  expect(filter).toEqual({});
  expect(Object.keys(problems).sort()).toEqual(Object.keys(slips).sort());
  expect(problems.minMemory).toContain("“lots”");
});

test("owning nothing yet is not the same as not asking", () => {
  expect(readChoices({ owned: "" }, KNOWN).filter).toEqual({ owned: [] });
  expect(readChoices({ owned: "rtx-9999" }, KNOWN).problems.owned).toContain("rtx-9999");
});

test("a choice can be taken back", () => {
  expect(withChoice({ goal: "fastest", maxCost: "3" }, "maxCost", undefined)).toEqual({ goal: "fastest" });
});
