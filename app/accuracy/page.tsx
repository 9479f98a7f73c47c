import type { Metadata } from "next";
import { ErrorTable } from "@/components/accuracy/ErrorTable";
import { errorText } from "@/components/accuracy/error-text";
import { MissedBars } from "@/components/accuracy/MissedBars";
import { formatCount } from "@/lib/format";
import report from "@/truth/accuracy-memory.json";

export const metadata: Metadata = {
  title: "Accuracy",
  description: "How far the memory estimates are from what PyTorch really allocates, and how that is known.",
};

const { allocatedPeakBytes, reservedPeakBytes, savedActivationBytes } = report.quantities;

/** What people reckon with today. */
const BASELINES = [
  {
    key: "chapter",
    name: "The chapter's rule",
    note: "Image tower only, a flat base by model, inputs for activations; six models.",
  },
  {
    key: "accelerate",
    name: "Accelerate's estimator",
    note: "Weights times four, or two in mixed precision; no activations.",
  },
  {
    key: "megatron",
    name: "Megatron's formula",
    note: "Activations of each layer by arXiv:2205.05198, eq. 2; no ResNets.",
  },
  {
    key: "ruleOfThumb",
    name: "Rule of thumb",
    note: "16 bytes per trained weight, 4 per frozen one, 100 MB a sample.",
  },
] as const;

/** Words for the kinds of partition, in the order they are shown. */
const PARTITION_KINDS: Readonly<Record<string, string>> = {
  strategy: "By what trains",
  precision: "By precision",
  implementation: "By implementation",
  batch: "By batch per GPU",
  gradCheckpointing: "By gradient checkpointing",
  tower: "By image tower",
  attention: "By attention",
  optimizer: "By optimizer",
  computeCapability: "By compute capability",
};

const VALUE_WORDS: Readonly<Record<string, string>> = {
  full: "everything",
  linear_probe: "linear probe",
  lora: "LoRA",
  partial: "last blocks",
  prompt: "prompt",
  true: "on",
  false: "off",
  resnet: "ResNet",
  vit: "vision transformer",
};

/** The published error of the memory estimate, read from the report that the tests hold it to. */
export default function AccuracyPage() {
  return (
    <main id="main" className="mx-auto w-full max-w-4xl px-4 py-8 sm:px-6 sm:py-12">
      <h1 className="text-2xl font-semibold tracking-tight sm:text-3xl">
        On {formatCount(report.rowCount)} training steps, the peak is off by {errorText(allocatedPeakBytes.median)} in
        the median and {errorText(allocatedPeakBytes.worst)} at worst
      </h1>
      <p className="mt-4 max-w-3xl">
        Each step was run by PyTorch itself: its own autograd, autocast, optimizers and memory allocator, on a stand-in
        for the CUDA driver whose kernels compute nothing. So the bookkeeping is exact, and what a kernel library takes
        for itself is not in it: no cuDNN workspaces, no CUDA context, one device. Those are the assumed part of the
        figure for the whole card, and its range says so.
      </p>

      <section aria-labelledby="errors" className="panel mt-8 p-4 sm:p-6">
        <h2 id="errors" className="text-lg font-semibold tracking-tight">
          What the estimate is off by
        </h2>
        <p className="mt-0.5 mb-3 text-sm text-muted">Absolute relative error, over every step.</p>
        <ErrorTable
          caption="Errors of the estimate"
          head="Quantity"
          rows={[
            { name: "Peak allocated", figures: allocatedPeakBytes },
            { name: "Peak reserved", figures: reservedPeakBytes },
            { name: "Activations kept for the backward pass", figures: savedActivationBytes },
          ]}
        />
      </section>

      <section aria-labelledby="missed" className="panel mt-4 p-4 sm:p-6">
        <h2 id="missed" className="text-lg font-semibold tracking-tight">
          Said to fit, although it does not
        </h2>
        <p className="mt-0.5 mb-3 text-sm text-muted">
          Every step against cards of 8 to 80 GiB, by its allocated peak: of the cases that run out of memory, the share
          that each rule promises to fit.
        </p>
        <MissedBars
          rows={[
            { name: "Headroom", isOurs: true, ...report.outOfMemory.allocated },
            ...BASELINES.map(({ key, name }) => ({ name, isOurs: false, ...report.outOfMemory[key] })),
          ]}
        />
      </section>

      <section aria-labelledby="others" className="panel mt-4 p-4 sm:p-6">
        <h2 id="others" className="text-lg font-semibold tracking-tight">
          What people reckon with today, on the same steps
        </h2>
        <p className="mt-0.5 mb-3 text-sm text-muted">
          Error of the peak allocated. Each is given the exact parameter counts, so that it is judged by its rule.
        </p>
        <ErrorTable
          caption="Errors of other rules"
          head="Rule"
          rows={[
            { name: "Headroom", figures: allocatedPeakBytes },
            ...BASELINES.map(({ key, name, note }) => ({ name, note, figures: report.baselines[key] })),
          ]}
        />
      </section>

      <section aria-labelledby="partitions" className="panel mt-4 p-4 sm:p-6">
        <h2 id="partitions" className="text-lg font-semibold tracking-tight">
          Right on average is not enough
        </h2>
        <p className="mt-0.5 text-sm text-muted">
          Error of the peak allocated for each kind of run; the tests hold every one of them to its limit.
        </p>
        {Object.entries(PARTITION_KINDS).map(([kind, title]) => {
          const rows = Object.entries(report.partitions).flatMap(([partition, quantities]) =>
            partition.startsWith(`${kind}=`)
              ? [{ value: partition.slice(kind.length + 1), figures: quantities.allocatedPeakBytes }]
              : [],
          );
          return (
            rows.length > 0 && (
              <div key={kind} className="mt-5">
                <h3 className="font-medium">{title}</h3>
                <ErrorTable
                  caption={title}
                  head="Kind"
                  rows={rows.map(({ value, figures }) => ({ name: VALUE_WORDS[value] ?? value, figures }))}
                />
              </div>
            )
          );
        })}
      </section>

      <p className="mt-6 text-sm text-muted">
        Estimator {report.modelVersion}. Check it yourself: <code>npm run accuracy -- memory</code>
      </p>
    </main>
  );
}
