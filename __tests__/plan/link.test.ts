import fc from "fast-check";
import { decodeLink, encodeLink, LINK_PARAMETERS, LONGEST_LINK } from "../../lib/plan/link";
import { parsePlan } from "../../lib/plan/parse-plan";
import type { Plan } from "../../lib/plan/plan";
import released from "../fixtures/links.json";
import { planInputs } from "../support/plan-inputs";

function planOf(input: unknown): Plan {
  const parsed = parsePlan(input);
  if (!parsed.ok) throw new Error(parsed.issues.map((issue) => issue.message).join("; "));
  return parsed.plan;
}

function open(link: string, ignored?: readonly string[]): unknown {
  return decodeLink(new URLSearchParams(link), ignored);
}

describe("every link that was ever released", () => {
  test.each(released.links)("still opens: $link", ({ link, plan }) => {
    expect(planOf(open(link))).toMatchObject(plan);
  });
});

describe("a link", () => {
  test("is readable, and says only what differs from a default", () => {
    const strategy = { kind: "lora", rank: 8, targets: ["q_proj", "v_proj", "out_proj"] };
    const plan = planOf({
      model: "ViT-L-14",
      strategy,
      perDeviceBatchSize: 48,
      precision: "amp_bf16",
      gpu: "rtx-4090",
    });
    expect(encodeLink(plan)).toBe(
      "v=1&model=ViT-L-14&strategy=lora&rank=8&targets=q_proj,v_proj,out_proj&batch=48&precision=amp_bf16&gpu=rtx-4090",
    );
  });

  test("of a plan of defaults names its model only", () => {
    expect(encodeLink(planOf({ model: "ViT-B-16-SigLIP-384" }))).toBe("v=1&model=ViT-B-16-SigLIP-384");
  });

  test("decodes to the plan of a card whose rates are an empty object", () => {
    const plan = planOf({ model: "RN50", gpu: { name: "mine", memoryBytes: 2 ** 34, peakFlopsPerSecond: {} } });
    expect(planOf(open(encodeLink(plan)))).toEqual(plan);
  });

  test("decodes to the plan it was made from", () => {
    fc.assert(
      fc.property(planInputs, (input) => {
        const plan = planOf(input);
        const link = encodeLink(plan);
        expect(planOf(open(link))).toEqual(plan);
        // A second reading, as an address bar and a chat program would give it.
        expect(planOf(open(new URL(`https://example.org/?${link}`).search))).toEqual(plan);
      }),
    );
  });

  test("uses only parameters that are listed", () => {
    fc.assert(
      fc.property(planInputs, (input) => {
        const used = [...new URLSearchParams(encodeLink(planOf(input))).keys()];
        expect(LINK_PARAMETERS).toEqual(expect.arrayContaining(used));
      }),
    );
  });

  test("keeps a GPU's name that looks like a number or like another parameter", () => {
    for (const name of ["4090", "1e3", "true", "a&b=c#d+e%20f", "☃ ü"]) {
      const plan = planOf({ model: "ViT-B-32", gpu: { name, memoryBytes: 24e9 } });
      expect(planOf(open(encodeLink(plan)))).toEqual(plan);
    }
  });
});

describe("what a link cannot say", () => {
  test("a misspelt parameter is reported, not ignored", () => {
    const parsed = parsePlan(open("model=ViT-B-32&bacth=64"));
    expect(parsed).toMatchObject({ ok: false, issues: [{ path: "bacth", code: "unknown_field" }] });
  });

  test("parameters of mail programs, and those of the page, are passed over", () => {
    expect(planOf(open("model=ViT-B-32&utm_source=x&fbclid=y&unit=GB", ["unit"])).model).toBe("ViT-B-32");
  });

  test("a parameter that is given twice is refused", () => {
    expect(parsePlan(open("model=ViT-B-32&batch=8&batch=16"))).toMatchObject({
      ok: false,
      issues: [{ path: "perDeviceBatchSize", received: '["8", "16"]' }],
    });
  });

  test.each(["batch=abc", "batch=NaN", "batch=Infinity", "batch=0x10", "batch=", "batch=1e12", "checkpointing=yes"])(
    "%s is refused with the value received",
    (parameter) => {
      const parsed = parsePlan(open(`model=ViT-B-32&${parameter}`));
      expect(parsed).toMatchObject({ ok: false, issues: [{ code: expect.stringMatching(/wrong_type|out_of_range/) }] });
    },
  );

  test("figures of a strategy that is not named contradict the default", () => {
    expect(parsePlan(open("model=ViT-B-32&rank=8"))).toMatchObject({ ok: false, issues: [{ path: "strategy.rank" }] });
  });

  test("a described card beside a catalogued one is refused", () => {
    expect(parsePlan(open("model=ViT-B-32&gpu=rtx-4090&gpuMemory=1000000000")).ok).toBe(false);
  });

  test("a configuration that is not JSON is refused as a name", () => {
    expect(parsePlan(open("config={oops"))).toMatchObject({ ok: false, issues: [{ path: "model" }] });
  });

  test("a newer link is refused by its number", () => {
    expect(parsePlan(open("v=7&model=ViT-B-32"))).toMatchObject({
      ok: false,
      issues: [{ path: "schemaVersion", code: "newer_schema", received: "7" }],
    });
  });

  test("an over-long link is refused unread", () => {
    const parsed = parsePlan(open(`model=${"x".repeat(LONGEST_LINK)}`));
    expect(parsed).toMatchObject({ ok: false, issues: [{ code: "refused_link" }] });
  });

  test("an over-long plan is not written as a link", () => {
    const plan = { ...planOf({ model: "ViT-B-32" }), model: "x".repeat(LONGEST_LINK) };
    expect(() => encodeLink(plan)).toThrow(RangeError);
  });

  test("hostile queries never throw", () => {
    const name = fc.oneof(fc.constantFrom(...LINK_PARAMETERS), fc.string());
    const query = fc.array(fc.tuple(name, fc.string({ unit: "binary" })), { maxLength: 12 });
    fc.assert(
      fc.property(query, (pairs) => {
        const parsed = parsePlan(decodeLink(new URLSearchParams(pairs)));
        expect(typeof parsed.ok).toBe("boolean");
      }),
    );
  });
});
