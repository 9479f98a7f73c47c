import { createEstimate } from "@/lib/api/operations";
import { A100, H100, validationOn } from "../support/measured-devices";
import { headroom } from "./terminal";

const ESTIMATE = ["estimate", "--json", "--model", "ViT-B-32", "--precision", "fp32", "--gpu", "h100-sxm5-80gb"];

test("measurements of the plan's card correct an estimate, which says what it was before", async () => {
  const files = { "run.json": JSON.stringify(validationOn(H100, [2, 2], 900_000_000)) };
  const { stdout, stderr } = await headroom([...ESTIMATE, "--calibration", "run.json"], { files });
  const answer = createEstimate.answer.parse(JSON.parse(stdout));
  expect(stderr).toBe("");
  expect(answer.calibration?.measurementCount).toBe(2);
  expect(answer.assumptions.some(({ status, note }) => status === "measured" && note?.includes("on this card"))).toBe(
    true,
  );
});

test("those of another card change nothing, and that is said", async () => {
  const files = { "run.json": JSON.stringify(validationOn(A100, [2, 2])) };
  const plain = await headroom(ESTIMATE);
  const { stdout, stderr } = await headroom([...ESTIMATE, "--calibration", "run.json"], { files });
  const { noCalibration, ...answer } = createEstimate.answer.parse(JSON.parse(stdout));
  expect(answer).toEqual(JSON.parse(plain.stdout));
  expect(noCalibration).toMatch(/^0 of at least 2 steps were timed on .*H100.*; 2 on other devices are left out$/);
  expect(stderr).toContain(`nothing was calibrated: ${noCalibration}`);
});

test("the table shows before and after, and how many measurements stand behind it", async () => {
  const files = { "run.json": JSON.stringify(validationOn(H100, [2, 2], 1_900_000_000)) };
  const flags = ESTIMATE.filter((flag) => flag !== "--json");
  const { stdout } = await headroom([...flags, "--calibration", "run.json"], { files });
  expect(stdout).toMatch(/Measurements: 2 steps timed on .*H100.*, within [\d.]+\s% of/);
  expect(stdout).toMatch(/likely +before +after +measurements/);
  expect(stdout).toMatch(/context and libraries on the card +0\.8\sGiB +1\.8\sGiB +2/);
  expect(stdout).toContain("As assumed: The rate of matrix products in fp32: ONNX Runtime multiplies in TF32");
  const other = { "run.json": JSON.stringify(validationOn(A100, [2, 2])) };
  const none = await headroom([...flags, "--calibration", "run.json"], { files: other });
  expect(none.stdout).toContain("Measurements: none were used: 0 of at least 2 steps");
});

test("files that are no validations are refused with everything that is wrong", async () => {
  const files = { "a.json": "{}", "b.json": '{"schemaVersion":1,"device":"tpu"}' };
  const { code, stderr } = await headroom([...ESTIMATE, "--calibration", "a.json,b.json"], { files });
  expect(code).toBe(64);
  expect(stderr).toContain("a.json");
  expect(stderr).toMatch(/b\.json.*device/);
});

test("each file that cannot be read is named", async () => {
  const files = { "text.json": "no JSON" };
  const { code, stderr } = await headroom([...ESTIMATE, "--calibration", "text.json,gone.json"], { files });
  expect(code).toBe(64);
  expect(stderr).toContain("text.json: ");
  expect(stderr).toContain("gone.json: ");
});
