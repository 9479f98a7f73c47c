import { toCsv } from "@/components/charts/csv";

test("figures stay exact, and text with separators is quoted", () => {
  const csv = toCsv(
    ["operation", "bytes"],
    [
      ['a "b", c', 1234567890123],
      ["d", 0.1],
    ],
  );
  expect(csv).toBe('operation,bytes\r\n"a ""b"", c",1234567890123\r\nd,0.1\r\n');
});
