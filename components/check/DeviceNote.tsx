import { Cpu, Gpu } from "lucide-react";
import { Bytes } from "@/components/ui/ByteUnit";
import { formatCount } from "@/lib/format";
import type { Device, Machine } from "@/lib/profile/validation";
import { listText } from "./words";

/** Which part of this machine is measured, and what that does and does not prove. */
export function DeviceNote({ device, machine }: { device: Device; machine: Machine }) {
  return device === "cuda" && machine.gpu !== null ? (
    <GpuNote machine={machine} gpu={machine.gpu} />
  ) : (
    <CpuNote machine={machine} />
  );
}

function GpuNote({ gpu }: { machine: Machine; gpu: NonNullable<Machine["gpu"]> }) {
  return (
    <Note icon={<Gpu aria-hidden="true" className="mt-0.5 size-5 shrink-0 text-accent" />}>
      <p>
        <strong className="font-semibold">{gpu.name}</strong>, <Bytes value={gpu.memoryFreeBytes} /> of{" "}
        <Bytes value={gpu.memoryTotalBytes} /> free, driver {gpu.driverVersion}.
        {gpu.otherUsers.length > 0 && (
          <>
            {" "}
            Others use it now ({listText(gpu.otherUsers.map(({ name, pid }) => `${name}, process ${pid}`))}), so seconds
            may come out too high.
          </>
        )}
      </p>
      <p className="mt-1 text-muted">
        The step runs in ONNX Runtime. It shows the card’s real speed and that every operation of the step works on it.
        Memory is this runtime’s: PyTorch places tensors in another order and has fused attention.
      </p>
    </Note>
  );
}

function CpuNote({ machine }: { machine: Machine }) {
  const { cpuName, coreCount, noGpu } = machine;
  return (
    <Note icon={<Cpu aria-hidden="true" className="mt-0.5 size-5 shrink-0 text-accent" />}>
      <p>
        {noGpu === null ? (
          "The CPU was chosen, not the GPU: "
        ) : (
          <>
            <strong className="font-semibold">No NVIDIA GPU was found</strong> ({noGpu}): it runs on this machine’s CPU,{" "}
          </>
        )}
        {cpuName}, {formatCount(coreCount)} {coreCount === 1 ? "core" : "cores"}.
      </p>
      <p className="mt-1 text-muted">
        That proves that the step of this plan is what was planned: its operations, its gradients, and its memory in
        ONNX Runtime. It says nothing of the speed of a GPU, nor of memory in PyTorch.
      </p>
    </Note>
  );
}

function Note({ icon, children }: { icon: React.ReactNode; children: React.ReactNode }) {
  return (
    <div className="flex gap-2.5 rounded-lg bg-sunken px-3 py-2.5 text-sm">
      {icon}
      <div className="min-w-0 wrap-anywhere">{children}</div>
    </div>
  );
}
