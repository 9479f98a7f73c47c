import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { calibratedEstimate, MEASURED, OFFER } from "@/__tests__/fixtures/calibration";
import { estimateFixture } from "@/__tests__/fixtures/estimate";
import { MeasuredControl } from "@/components/planner/MeasuredControl";
import type { Measured, MeasuredOffer } from "@/components/planner/measured";
import { ByteUnitProvider } from "@/components/ui/ByteUnit";
import type { Estimate } from "@/lib/estimate/estimate";

function open(
  measured: Measured | null,
  offers: readonly MeasuredOffer[] = [],
  estimate: Estimate = estimateFixture(),
) {
  const onChange = jest.fn<void, [Measured | null]>();
  const { container } = render(
    <ByteUnitProvider initial="GiB">
      <MeasuredControl estimate={estimate} measured={measured} offers={offers} onChange={onChange} />
    </ByteUnitProvider>,
  );
  return { container, onChange };
}

const theSwitch = () => screen.getByRole("checkbox", { name: "Use these measurements" });

test("measurements of the plan's card are offered, and taken only when that is asked for", async () => {
  const { onChange } = open(null, [{ ...OFFER, gpuId: "t4", text: "t4,steps_1,spread_0" }, OFFER]);
  expect(screen.getByText(/9 steps .*NVIDIA GeForce RTX 4090 in 2 checks/)).toBeVisible();
  expect(onChange).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole("button", { name: "Use these measurements" }));
  expect(onChange).toHaveBeenCalledWith(MEASURED);
});

test("measurements of another card are not offered", () => {
  expect(open(null, [{ ...OFFER, gpuId: "t4" }]).container).toBeEmptyDOMElement();
});

test("measurements in use can be switched off, and are kept; or removed, and are gone", async () => {
  const { onChange } = open(MEASURED, [OFFER], calibratedEstimate());
  expect(screen.getByRole("heading", { name: "Measured on NVIDIA GeForce RTX 4090" })).toBeVisible();
  expect(theSwitch()).toBeChecked();
  await userEvent.click(theSwitch());
  expect(onChange).toHaveBeenLastCalledWith({ ...MEASURED, isOn: false });
  await userEvent.click(screen.getByRole("button", { name: "Remove them" }));
  expect(onChange).toHaveBeenLastCalledWith(null);
});

test("switched off they are told to be in the address still, and can be switched on again", async () => {
  const { onChange } = open({ ...MEASURED, isOn: false });
  expect(screen.getByRole("heading", { name: "Measurements are switched off" })).toBeVisible();
  expect(theSwitch()).not.toBeChecked();
  await userEvent.click(theSwitch());
  expect(onChange).toHaveBeenCalledWith(MEASURED);
});
