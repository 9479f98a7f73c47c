/** What the runner reads of the GPU, as JSON. */

import { readGpu, readUsedBytes } from "../../lib/profile/runner/nvidia-smi";

process.stdout.write(JSON.stringify({ reading: await readGpu(), usedBytes: await readUsedBytes() }));
