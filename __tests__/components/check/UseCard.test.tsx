import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import { CALIBRATION } from "@/__tests__/fixtures/calibration";
import { validationFixture } from "@/__tests__/fixtures/validation";
import type { MeasuredDevice, UseAnswer } from "@/components/check/answers";
import { UseCard } from "@/components/check/UseCard";
import { GB } from "@/lib/units";

type Rates = NonNullable<MeasuredDevice["rates"]>;
type Rate = Rates["flopsPerSecond"];

const rate = (before: number, after: number, measurementCount = 4) =>
  ({ before, after, low: after, high: after, measurementCount, missing: null }) as Rate;

const RATES: Rates = {
  flopsPerSecond: rate(2e12, 1e12),
  memoryBytesPerSecond: { ...rate(10 * GB, 10 * GB, 0), missing: "a full fine-tune at a small batch" },
  secondsPerNode: rate(4e-6, 5e-6, 2),
};

const CPU: MeasuredDevice = {
  name: "A CPU, 2 threads",
  gpuId: null,
  checkCount: 1,
  measurementCount: 4,
  rates: RATES,
  errorBefore: 0.2,
  errorAfter: 0.03,
  calibration: null,
};

const CARD: MeasuredDevice = {
  ...CPU,
  name: "NVIDIA GeForce RTX 4090",
  gpuId: "rtx-4090",
  checkCount: 3,
  calibration: CALIBRATION.text,
};

const found = (measured: MeasuredDevice | null, why = "", staleCount = 0): UseAnswer => ({
  kind: "use",
  measured,
  why,
  staleCount,
});

function open(use: (id: string, token: string | null) => Promise<UseAnswer>, token: string | null = null) {
  return render(
    <QueryClientProvider client={new QueryClient()}>
      <UseCard validation={validationFixture()} token={token} use={use} />
    </QueryClientProvider>,
  );
}

test("steps on a CPU serve later checks and no estimate, so that nothing leads to the planner", async () => {
  open(async () => found(CPU));
  expect(await screen.findByText(/^4 steps were timed on A CPU, 2 threads in this check/)).toHaveTextContent(
    "are predicted to within 3.0 % in the median with what they say of the device; 20.0 % without.",
  );
  expect(screen.getByText(/the planner’s figures are of GPUs, of which a CPU says nothing/)).toBeVisible();
  expect(screen.queryByRole("link")).toBeNull();
});

test("each rate stands as assumed and as measured, and one that cannot be known says what to measure", async () => {
  open(async () => found(CPU));
  const table = within(await screen.findByRole("table", { name: "Rates of the device before and after" }));
  expect(table.getByRole("row", { name: /^Large matrix products/ })).toHaveTextContent(/2 TFLOP\/s1 TFLOP\/s4$/);
  const unknown = table.getByRole("row", { name: /^Passes over memory/ });
  expect(unknown).toHaveTextContent("Not known from these: measure a full fine-tune at a small batch.");
  expect(unknown).toHaveTextContent(/as assumed0$/);
});

test("measurements of a card open the planner with that card, and say that they are of no other", async () => {
  open(async () => found(CARD));
  const link = await screen.findByRole("link", { name: "Use these measurements" });
  const query = new URL(link.getAttribute("href") ?? "", "http://localhost").searchParams;
  expect(query.get("gpu")).toBe("rtx-4090");
  expect(query.get("calibration")).toBe(CALIBRATION.text);
  expect(screen.getByText(/of no other card, and only where you use them/)).toBeVisible();
  expect(screen.getByText(/in 3 checks, this one included,/)).toBeVisible();
});

test("rates that predict no better than what is assumed are not told as an improvement", async () => {
  const same = { ...rate(1e12, 1e12), missing: null };
  const rates = { flopsPerSecond: same, memoryBytesPerSecond: rate(GB, GB), secondsPerNode: rate(1e-6, 1e-6) };
  open(async () => found({ ...CPU, rates, errorBefore: 0.06, errorAfter: 0.06 }));
  expect(await screen.findByText(/to within 6\.0 % in the median/)).not.toHaveTextContent("without");
  expect(screen.getByText(/^No other rates would bring predictions nearer/)).toBeVisible();
});

test("too few steps, and steps of another version, are said with the way out", async () => {
  open(async () => found(null, "1 of at least 2 steps were timed on A CPU", 3));
  expect(await screen.findByText(/^Nothing can be made of them yet: 1 of at least 2 steps/)).toBeVisible();
  expect(screen.getByText(/^3 timed steps of another version/)).toHaveTextContent("Checking again brings them back.");
});

test("the token of this browser goes along, and to whom it is refused nothing is shown", async () => {
  const use = jest.fn(
    async (_id: string, _token: string | null): Promise<UseAnswer> => ({
      kind: "no_access",
      needs: "token",
    }),
  );
  const { container } = open(use, "a secret");
  await waitFor(() => expect(container).toBeEmptyDOMElement());
  expect(use).toHaveBeenCalledWith("abc123", "a secret");
});

test("a server that cannot be reached is said so", async () => {
  open(async () => {
    throw new Error("offline");
  });
  expect(await screen.findByText("The server could not be reached.")).toBeVisible();
});
