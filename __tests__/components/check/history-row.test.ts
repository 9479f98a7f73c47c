import { MACHINE, measuredRow, stoppedRow, validationFixture } from "@/__tests__/fixtures/validation";
import { historyRow } from "@/components/check/history-row";

test("the errors are those of the largest batch size that was measured", () => {
  const rows = [measuredRow(1), measuredRow(2), stoppedRow(4, "out_of_memory", "It asked for more.")];
  expect(historyRow(validationFixture({ rows }))).toMatchObject({
    deviceName: "A CPU",
    stopped: { batchSize: 4, outcome: "out_of_memory" },
    largest: { batchSize: 2, memoryError: expect.closeTo(-0.1), stepSeconds: 0.2, secondsError: null },
  });
});

test("a GPU is named by its card, and what has not begun by nothing", () => {
  const gpu = {
    name: "NVIDIA H100",
    driverVersion: "580",
    computeCapability: "9.0",
    memoryTotalBytes: 1,
    memoryFreeBytes: 1,
    otherUsers: [],
  };
  const ran = validationFixture({ device: "cuda", machine: { ...MACHINE, gpu, noGpu: null } });
  expect(historyRow(ran).deviceName).toBe("NVIDIA H100");
  const waits = validationFixture({ state: { kind: "queued", position: 2 }, machine: null, rows: [] });
  expect(historyRow(waits)).toMatchObject({ deviceName: null, largest: null, stopped: null });
});
