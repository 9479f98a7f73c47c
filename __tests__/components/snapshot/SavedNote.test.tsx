import { render, screen } from "@testing-library/react";
import { SavedNote } from "@/components/snapshot/SavedNote";
import { GIB } from "@/lib/units";

test("what differs today is told by name and in units that a person reads", () => {
  const differences = [
    { figure: "memory.deviceBytes.high", saved: 14 * GIB, today: 15 * GIB },
    { figure: "time.stepSeconds.likely", saved: 0.25, today: 0.3 },
    { figure: "time.totalSeconds.likely", saved: null, today: 2 * 3600 },
    { figure: "time.limitedBy", saved: "loader", today: "gpu" },
  ];
  render(
    <SavedNote
      createdAt="2026-11-23T14:05:00Z"
      modelVersion="1"
      today={{ status: "differs", modelVersion: "2", differences }}
      unit="GiB"
      editHref="/"
    />,
  );
  const rows = screen.getAllByRole("row").map(({ textContent }) => textContent?.replaceAll("\u00a0", " "));
  expect(rows.slice(1)).toEqual([
    "On the card, high14.0 GiB15.0 GiB",
    "Time per step, likely250 ms300 ms",
    "Whole run, likelynot saved2 h",
    "The run waits forloadergpu",
  ]);
});
