import { calibratedCardReport } from "../../scripts/accuracy/calibrated-card";
import { relativeError, summarize } from "../../scripts/accuracy/statistics";

test("what ONNX Runtime measured on a machine brings estimates of PyTorch there nearer to the clock, on rows that fitted nothing", () => {
  const { steps, calibration } = calibratedCardReport();
  const check = steps.filter(({ role }) => role === "check");
  expect(check.length).toBeGreaterThan(20);
  const middle = (when: "before" | "after") =>
    summarize(check.map((step) => relativeError(step[when].likely, step.measuredSeconds))).median;
  expect(calibration.launch?.measurementCount).toBeGreaterThan(0);
  expect(middle("before")).toBeGreaterThan(0.2);
  expect(middle("after")).toBeLessThan(0.15);
  const within = check.filter(
    ({ after, measuredSeconds }) => after.low <= measuredSeconds && measuredSeconds <= after.high,
  );
  expect(within.length / check.length).toBeGreaterThan(0.8);
});
