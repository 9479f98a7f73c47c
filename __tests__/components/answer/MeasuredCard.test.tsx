import { render, screen, within } from "@testing-library/react";
import { CALIBRATION, calibratedEstimate } from "@/__tests__/fixtures/calibration";
import { estimateFixture } from "@/__tests__/fixtures/estimate";
import { MeasuredCard } from "@/components/answer/MeasuredCard";
import { ByteUnitProvider } from "@/components/ui/ByteUnit";
import type { Estimate } from "@/lib/estimate/estimate";

function open(estimate: Estimate) {
  return render(
    <ByteUnitProvider initial="GiB">
      <MeasuredCard estimate={estimate} />
    </ByteUnitProvider>,
  );
}

const row = (name: RegExp) => within(screen.getByRole("table")).getByRole("row", { name });

test("it says how many steps of which card stand behind the figures, when they were timed and how far off they are", () => {
  open(calibratedEstimate());
  expect(screen.getByRole("heading", { name: "Measured on NVIDIA GeForce RTX 4090" })).toBeVisible();
  expect(screen.getByText(/^9 steps that were timed on it, the newest on 27 November 2026,/)).toHaveTextContent(
    "lie within 3 % of them in the median",
  );
});

test("a link that does not say when they were timed invents no day", () => {
  const { measuredOn: _unsaid, ...undated } = CALIBRATION;
  open({ ...estimateFixture(), calibration: { ...undated, measurementCount: 1 } });
  expect(screen.getByText(/^1 step that was timed on it stand/)).toBeVisible();
});

test("the step, the memory and each figure of the card stand before and after, with what stands behind each", () => {
  open(calibratedEstimate());
  expect(row(/^One training step/)).toHaveTextContent(/220 ms250 msfrom these$/);
  expect(row(/^Memory on the card/)).toHaveTextContent(/15\.0 GiB16\.0 GiBfrom these$/);
  expect(row(/^memory bandwidth/)).toHaveTextContent(/1,000\.0 GB\/s900\.0 GB\/s8$/);
  expect(row(/^context and libraries/)).toHaveTextContent("1 measurement");
});

test("what was not measured is named with the reason", () => {
  open(calibratedEstimate());
  expect(screen.getByRole("listitem")).toHaveTextContent("no step was timed in it");
});

test("a step that does not wait for the card is said to take no other time, with what it waits for", () => {
  const same = { low: 0.2, likely: 0.25, high: 0.3 };
  const estimate = calibratedEstimate({ stepSeconds: { before: same, after: same } });
  if (estimate.time === null) throw new Error("the fixture has a time");
  open({ ...estimate, time: { ...estimate.time, limitedBy: "loader", limit: "Loading images: 60 samples/s." } });
  expect(screen.getByText(/^A step takes no other time/)).toHaveTextContent("Loading images: 60 samples/s.");
});

test("measurements that change nothing say why, and without any there is nothing to see", () => {
  const { unmount } = open({ ...estimateFixture(), noCalibration: "the measurements are of another card" });
  expect(screen.getByRole("heading", { name: "The measurements change nothing here" })).toBeVisible();
  expect(screen.getByText("The measurements are of another card.")).toBeVisible();
  unmount();
  expect(open(estimateFixture()).container).toBeEmptyDOMElement();
});
