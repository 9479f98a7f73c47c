import type { Sharding } from "../../plan/plan";
import type { Purpose, Storage, Tape } from "../tape";

/**
 * What the devices divide among themselves. ZeRO-1 divides the optimizer's state, ZeRO-2 gradients too, ZeRO-3 (as
 * FullyShardedDataParallel) the parameters as well.
 *
 * @source arXiv:1910.02054 §5
 */
const DIVIDED: Readonly<Record<Sharding, readonly Purpose[]>> = {
  none: [],
  zero1: ["optimizer"],
  zero2: ["optimizer", "gradients"],
  zero3: ["optimizer", "gradients", "weights"],
};

/**
 * Leaves of every divided tensor the part that one device holds. Buckets keep their size: gradients are summed in them
 * before they are divided. An update works on a device's own part, so its temporaries shrink with it.
 *
 * @param buckets storages that hold whole tensors for a while
 */
export function divideAmongDevices(
  tape: Tape,
  sharding: Sharding,
  deviceCount: number,
  buckets: readonly Storage[],
): void {
  if (sharding === "none" || deviceCount === 1) return;
  const divided = new Set(DIVIDED[sharding]);
  const whole = new Set(buckets);
  for (const storage of tape.storages) {
    if (whole.has(storage) || storage.degree > 0 || storage.sizeAt !== null) continue;
    const isUpdate = storage.purpose === "temporaries" && storage.node?.phase === "optimizer";
    if (divided.has(storage.purpose) || isUpdate) storage.coefficient = Math.ceil(storage.coefficient / deviceCount);
  }
}
