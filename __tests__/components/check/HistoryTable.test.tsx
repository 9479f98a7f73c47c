import { render, screen } from "@testing-library/react";
import { measuredRow, stoppedRow, validationFixture } from "@/__tests__/fixtures/validation";
import { HistoryTable } from "@/components/check/HistoryTable";
import { historyRow } from "@/components/check/history-row";
import type { Validation } from "@/lib/profile/validation";

function open(validations: readonly Partial<Validation>[], hasMore = false) {
  const rows = validations.map((each, index) => historyRow(validationFixture({ id: `id-${index}`, ...each })));
  return render(<HistoryTable answer={{ kind: "history", rows, hasMore }} title="Checks before" />);
}

test("with none it says where the first one will appear", () => {
  open([]);
  expect(screen.getByText("None yet. The first one appears here as soon as it starts.")).toBeVisible();
});

test("memory that ran out is told apart from a check that measured everything", () => {
  open([{}, { rows: [measuredRow(1), stoppedRow(2, "out_of_memory", "It asked for more.")] }]);
  const [, whole, part] = screen.getAllByRole("row");
  expect(whole).toHaveTextContent(/^Done/);
  expect(part).toHaveTextContent(/^Done in partmemory ran out \(batch 2\)/);
});

test("what waits or runs has no figure yet, and what ended without one was not measured", () => {
  const rows = [stoppedRow(1, "not_run", "It has not been reached.")];
  open([
    { state: { kind: "queued", position: 1 }, rows, machine: null },
    { state: { kind: "cancelled", reason: "It was cancelled before it ran." }, rows, machine: null },
  ]);
  const [, waits, cancelled] = screen.getAllByRole("row");
  expect(waits).toHaveTextContent(/not yetnot yet$/);
  expect(cancelled).toHaveTextContent(/not measurednot measured$/);
});

test("older checks than the listed ones are not passed over in silence", () => {
  open([{}, {}], true);
  expect(screen.getByText("These are the newest 2. Older ones keep their addresses.")).toBeVisible();
});
