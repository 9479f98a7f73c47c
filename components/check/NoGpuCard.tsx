import { RefreshCw } from "lucide-react";
import { CannotCard } from "@/components/ui/CannotCard";

/** A GPU was asked for where there is none: what can be checked all the same, and what may be missing. */
export function NoGpuCard({
  why,
  onUseCpu,
  onLookAgain,
}: {
  /** Such as "no NVIDIA driver was found: there is no nvidia-smi". */
  why: string;
  onUseCpu: () => void;
  onLookAgain: () => void;
}) {
  return (
    <CannotCard id="no-gpu" title="There is no NVIDIA GPU here to run it on">
      <p className="mt-2 text-sm wrap-anywhere">A GPU was chosen, and this machine offers none: {why}.</p>
      <p className="mt-2 text-sm text-muted">
        The CPU runs the same step. That proves that the step is what was planned: its operations, its gradients, and
        its memory in ONNX Runtime. It says nothing of the speed of a GPU, nor of memory in PyTorch. The planner’s
        figures need no GPU in any case.
      </p>
      <div className="mt-4 flex flex-wrap items-center gap-3">
        <button type="button" className="button button-primary" onClick={onUseCpu}>
          Check it on the CPU
        </button>
        <button type="button" className="button" onClick={onLookAgain}>
          <RefreshCw aria-hidden="true" className="size-4" />
          Look at the machine again
        </button>
      </div>
      <p className="mt-3 text-sm text-muted">
        If there is a GPU in this machine, <code>npm run -s headroom -- doctor</code> says what keeps it from being
        used.
      </p>
    </CannotCard>
  );
}
