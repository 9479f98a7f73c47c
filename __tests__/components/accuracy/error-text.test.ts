import { errorText } from "@/components/accuracy/error-text";

test("an error keeps the digits that tell good from better, and never rounds to none", () => {
  expect([0, 4e-7, 0.000148, 0.0210284, 0.0999, 0.81, 71.9457].map(errorText)).toEqual([
    "0.00 %",
    "< 0.01 %",
    "0.01 %",
    "2.10 %",
    "9.99 %",
    "81 %",
    "7,195 %",
  ]);
});
