import { Bytes } from "@/components/ui/ByteUnit";
import { downloadText } from "@/components/ui/download";
import { formatCount, formatFineBytes, formatSeconds } from "@/lib/format";
import { isFinal, type Validation } from "@/lib/profile/validation";
import { dateText, listText, planText } from "./words";

/** What ran, on what, with which versions. */
export function MachineCard({
  validation,
  token,
}: {
  validation: Validation;
  /** That this browser has for the server; null where it has none. */
  token: string | null;
}) {
  const { machine, plan, createdAt, startedAt, repeats, timeLimitSeconds, id, rows, state, batchSizes } = validation;
  const hasBegun = state.kind !== "queued";
  const written = rows.find(({ nodeCount }) => nodeCount !== null);
  return (
    <section aria-labelledby="machine" className="panel min-w-0 p-4 sm:p-6">
      <h3 id="machine" className="text-lg font-semibold tracking-tight">
        {isFinal(state) ? "What ran, and on what" : hasBegun ? "What runs, and on what" : "What will run"}
      </h3>
      <dl className="mt-3 divide-y divide-line text-sm">
        <Fact name="Plan">{planText(plan)}</Fact>
        <Fact name="Batch sizes">{listText(batchSizes)}</Fact>
        <Fact name="Asked">{dateText(createdAt)}</Fact>
        {startedAt !== null && <Fact name="Begun">{dateText(startedAt)}</Fact>}
        <Fact name="Timed runs">
          {formatCount(repeats)} of each model, at most {formatSeconds(timeLimitSeconds)} in all
        </Fact>
        {written?.nodeCount != null && written.modelBytes !== null && (
          <Fact name="Model of one step">
            {formatCount(written.nodeCount)} operations, a file of {formatFineBytes(written.modelBytes, "MiB")}
          </Fact>
        )}
        {machine === null ? (
          <Fact name="Machine">{isFinal(state) ? "not known: it never ran" : "looked at when it begins"}</Fact>
        ) : (
          <>
            <Fact name="Processor">
              {machine.cpuName}, {counted(machine.coreCount, "core")}, {counted(machine.threadCount, "thread")} used
            </Fact>
            <Fact name="Memory">
              <Bytes value={machine.memoryAvailableBytes} /> of <Bytes value={machine.memoryTotalBytes} /> were
              available
            </Fact>
            <Fact name="NVIDIA GPU">
              {machine.gpu === null ? (
                `none found: ${machine.noGpu ?? "no reason is known"}`
              ) : (
                <>
                  {machine.gpu.name}, driver {machine.gpu.driverVersion}, <Bytes value={machine.gpu.memoryFreeBytes} />{" "}
                  of <Bytes value={machine.gpu.memoryTotalBytes} /> were free
                </>
              )}
            </Fact>
            <Fact name="System">{machine.platform}</Fact>
            <Fact name="Versions">
              ONNX Runtime {machine.versions.onnxruntime}, Node {machine.versions.node}, estimator{" "}
              {machine.versions.headroom}
            </Fact>
          </>
        )}
        <Fact name="The same as JSON">
          {token === null ? (
            <a className="link" href={`/api/v1/validations/${id}`}>
              /api/v1/validations/{id}
            </a>
          ) : (
            // A link would be followed without the token, and be refused.
            <button type="button" className="link" onClick={() => downloadJson(validation)}>
              Download it
            </button>
          )}
        </Fact>
      </dl>
    </section>
  );
}

function downloadJson(validation: Validation) {
  downloadText(`headroom-check-${validation.id}.json`, "application/json", `${JSON.stringify(validation)}\n`);
}

function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="gap-x-6 py-1.5 sm:grid sm:grid-cols-[9rem_minmax(0,1fr)]">
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 wrap-anywhere">{children}</dd>
    </div>
  );
}
