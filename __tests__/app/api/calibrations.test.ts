import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { GET as list } from "@/app/api/v1/calibrations/route";
import { POST as estimate } from "@/app/api/v1/estimates/route";
import { GET as readPlan } from "@/app/api/v1/plans/[id]/route";
import { POST as store } from "@/app/api/v1/plans/route";
import { GET as read } from "@/app/api/v1/validations/[id]/route";
import { POST as validate } from "@/app/api/v1/validations/route";
import { listCalibrations } from "@/lib/api/calibration-operation";
import { createEstimate, createPlan, getPlan } from "@/lib/api/operations";
import { problemSchema } from "@/lib/api/problem";
import { createValidation } from "@/lib/api/validation-operations";
import { CPU_RATES } from "@/lib/engine/onnxruntime/runtime-efficiencies";
import { describeMachine } from "@/lib/profile/runner/machine";
import { isFinal, type Validation } from "@/lib/profile/validation";
import { closeDatabases } from "@/lib/store/database";
import { endValidations } from "../../support/end-validations";
import { h100Validations } from "../../support/h100-validations";
import { keepValidation } from "../../support/keep-validation";
import { CPU, validationOn } from "../../support/measured-devices";
import { stepsAt, validationsOf } from "../../support/timed-steps";
import { TINY_MODEL } from "../../support/tiny-clip";
import { ask } from "./requests";

const HERE = { Host: "127.0.0.1:3000", "Content-Type": "application/json" };
const folder = mkdtempSync(path.join(tmpdir(), "headroom-calibrations-"));
const environment = { ...process.env };
const PLAN = {
  model: "ViT-L-14",
  precision: "fp32",
  perDeviceBatchSize: 64,
  gpu: "h100-sxm5-80gb",
  loaderWorkers: 256,
};

beforeAll(async () => {
  process.env = {
    ...environment,
    DATABASE_URL: "",
    HEADROOM_DB: path.join(folder, "headroom.db"),
    HEADROOM_LISTENS_ON: "127.0.0.1",
  };
  for (const ran of h100Validations("vit-b-32-full-b256-fp32", "vit-b-16-full-b32-fp32")) await keepValidation(ran);
}, 60_000);

afterAll(async () => {
  await endValidations();
  process.env = environment;
  await closeDatabases();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

function request(method: string, address: string, body?: unknown, headers: Readonly<Record<string, string>> = HERE) {
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  return new Request(new URL(address, "http://127.0.0.1:3000"), init);
}

async function calibrations() {
  const { status, json } = await ask(list, request("GET", "/api/v1/calibrations"));
  expect(status).toBe(200);
  return listCalibrations.answer.parse(json);
}

async function textOfCard(): Promise<string> {
  const { devices } = await calibrations();
  const text = devices.find(({ device }) => device === "cuda")?.calibration;
  if (text == null) throw new Error("the card was measured");
  return text;
}

test("each device says what was measured on it, from which validations, before and after", async () => {
  const { devices, staleCount } = await calibrations();
  expect(staleCount).toBe(0);
  expect(devices).toMatchObject([
    { device: "cuda", gpuId: "h100-sxm5-80gb", byProducts: [{ products: "fp32", timedCount: 2, why: null }] },
  ]);
  const [h100] = devices;
  expect(h100?.validationIds).toHaveLength(2);
  expect(h100?.byProducts[0]?.errorAfter).toBeLessThan(h100?.byProducts[0]?.errorBefore ?? 0);
});

test("its text gives an estimate with before and after, a stored plan keeps it, and `calibrate=false` leaves it out", async () => {
  const text = await textOfCard();
  const estimateOf = async (query: string) => {
    const { status, json } = await ask(estimate, request("POST", `/api/v1/estimates${query}`, PLAN));
    expect(status).toBe(200);
    return createEstimate.answer.parse(json);
  };
  const plain = await estimateOf("");
  const measured = await estimateOf(`?calibration=${text}`);
  expect(measured.calibration?.text).toBe(text);
  expect(measured.calibration?.stepSeconds?.before).toEqual(plain.time?.stepSeconds);
  expect(measured.time?.stepSeconds).not.toEqual(plain.time?.stepSeconds);
  expect(await estimateOf(`?calibration=${text}&calibrate=false`)).toEqual(plain);

  const stored = await ask(store, request("POST", `/api/v1/plans?calibration=${text}`, PLAN));
  const { id } = createPlan.answer.parse(stored.json);
  const { json } = await ask(readPlan, request("GET", `/api/v1/plans/${id}`), { id });
  const kept = getPlan.answer.parse(json);
  expect(kept.estimate).toMatchObject({ calibration: { text } });
  expect(kept.today.status).toBe("same");
}, 30_000);

test("measurements of another card change nothing and say so; a text that is none is refused", async () => {
  const text = await textOfCard();
  const other = await ask(
    estimate,
    request("POST", `/api/v1/estimates?calibration=${text}`, { ...PLAN, gpu: "a100-sxm4-80gb" }),
  );
  expect(createEstimate.answer.parse(other.json).noCalibration).toMatch(/H100.*say nothing of .*A100/);
  const { status, json } = await ask(estimate, request("POST", "/api/v1/estimates?calibration=fast,steps_0", PLAN));
  expect(status).toBe(422);
  expect(problemSchema.parse(json).issues).toMatchObject([{ path: "query.calibration" }]);
});

test("who may not validate may not read them", async () => {
  const { status } = await ask(list, request("GET", "/api/v1/calibrations", undefined, { Host: "evil.example" }));
  expect(status).toBe(403);
});

test("a validation predicts seconds from what was measured on its device before, unless that is switched off", async () => {
  const machine = await describeMachine();
  const { cpuName, threadCount } = machine;
  const key = { ...CPU, cpuName, threadCount };
  const timed = stepsAt(CPU_RATES).map((step) => ({ ...step, seconds: 2 * step.seconds }));
  for (const measured of validationsOf(key, timed, machine)) {
    const result = { ...validationOn(key, []), ...measured };
    await keepValidation({ request: result, result });
  }

  const body = { plan: { model: TINY_MODEL }, device: "cpu", batchSizes: [1], repeats: 1 };
  const on = await ended(body);
  expect(on.secondsFrom?.measurementCount).toBe(timed.length);
  expect(on.rows[0]?.predicted.stepSeconds.kind).toBe("predicted");
  const off = await ended({ ...body, calibrate: false });
  expect(off).toMatchObject({ calibrate: false, secondsFrom: null });
  expect(off.rows[0]?.predicted.stepSeconds).toMatchObject({ why: expect.stringContaining("that was switched off") });
}, 60_000);

test("steps whose load another version counted are left out, and counted", async () => {
  const [ran] = h100Validations("vit-b-32-full-b64-fp32");
  if (ran === undefined) throw new Error("the truth has this row");
  const rows = ran.result.rows.map(({ load: _load, ...row }) => row);
  await keepValidation({ ...ran, result: { ...ran.result, rows } });
  const { devices, staleCount } = await calibrations();
  expect(staleCount).toBe(1);
  expect(devices.find(({ device }) => device === "cuda")?.byProducts[0]?.timedCount).toBe(2);
});

async function ended(body: object): Promise<Validation> {
  const asked = await ask(validate, request("POST", "/api/v1/validations", body));
  expect(asked.status).toBe(202);
  const { id } = createValidation.answer.parse(asked.json);
  for (;;) {
    const { json } = await ask(read, request("GET", `/api/v1/validations/${id}`), { id });
    const validation = createValidation.answer.parse(json);
    if (isFinal(validation.state)) return validation;
    await setTimeout(50);
  }
}
