import { stepLoadOf } from "@/lib/profile/predict-seconds";
import { secondsAhead } from "@/lib/profile/predicted-seconds";
import { CPU, graph, H100, machineOf, predicted, small, validationOn } from "../support/measured-devices";

const request = { plan: small.plan, device: "cpu" } as const;
const load = stepLoadOf(graph, { batchSize: 16, precision: "fp32", device: "cpu" });

test("seconds are predicted from what was measured on the very device", () => {
  const { of, source } = secondsAhead(request, machineOf(CPU), [validationOn(CPU, [3, 3])]);
  const { stepSeconds: ahead } = of(load, 0);
  expect(source?.measurementCount).toBe(2);
  expect(source?.errorAfter).toBeLessThan(source?.errorBefore ?? 0);
  const asAssumed = predicted(16, "cpu", CPU);
  expect(ahead.kind).toBe("predicted");
  if (ahead.kind === "predicted") expect(ahead.value / asAssumed).toBeGreaterThan(1.5);
});

test("without measurements on it they are not, and the reason says how many there are", () => {
  expect(why([])).toContain("0 of at least 2 steps were timed on A processor");
  expect(why([validationOn(H100, [3, 3])])).toMatch(/0 of at least 2 steps.*; 2 on other devices are left out/);
  expect(why([validationOn(CPU, [3])])).toContain("1 of at least 2 steps");
});

test("switched off, nothing is predicted from measurements that are there", () => {
  const earlier = [validationOn(CPU, [3, 3])];
  expect(why(earlier, { ...request, calibrate: false })).toContain("that was switched off");
});

test("a run on a GPU that is not there says that, not that the catalogue lacks it", () => {
  expect(why([], { ...request, device: "cuda" })).toMatch(/there is no GPU that could have been measured, none/);
});

test("measurements in another type of products are named, and change nothing", () => {
  const amp = { ...request, device: "cuda", plan: { ...small.plan, precision: "amp" } } as const;
  const said = secondsAhead(amp, machineOf(H100), [validationOn(H100, [3, 3])]).of(load, 0);
  expect(said.stepSeconds).toMatchObject({
    why: expect.stringContaining("in fp16; 2 in fp32 say nothing of products in fp16"),
  });
});

function why(
  earlier: Parameters<typeof secondsAhead>[2],
  asked: Parameters<typeof secondsAhead>[0] = request,
): string | null {
  const { stepSeconds: ahead } = secondsAhead(asked, machineOf(CPU), earlier).of(load, 0);
  return ahead.kind === "not_predicted" ? ahead.why : null;
}
