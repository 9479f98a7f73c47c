import { secondsAhead } from "@/lib/profile/predicted-seconds";
import { CPU, graph, H100, machineOf, predicted, small, validationOn } from "../support/measured-devices";

const request = { plan: small.plan, device: "cpu" } as const;

test("seconds are predicted from what was measured on the very device", () => {
  const ahead = secondsAhead(request, machineOf(CPU), graph, [validationOn(CPU, [3, 3])])(16);
  const asAssumed = predicted(16, "cpu", CPU);
  expect(ahead.kind).toBe("predicted");
  if (ahead.kind === "predicted") expect(ahead.value / asAssumed).toBeGreaterThan(1.5);
});

test("without measurements on it they are not, and the reason says how many there are", () => {
  const why = (earlier: Parameters<typeof secondsAhead>[3]) => {
    const ahead = secondsAhead(request, machineOf(CPU), graph, earlier)(16);
    return ahead.kind === "not_predicted" ? ahead.why : null;
  };
  expect(why([])).toContain("0 of at least 2 steps were timed on A processor");
  expect(why([validationOn(H100, [3, 3])])).toContain("0 of at least 2 steps");
  expect(why([validationOn(CPU, [3])])).toContain("1 of at least 2 steps");
});
