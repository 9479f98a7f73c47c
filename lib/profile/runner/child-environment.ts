/** The environment of every process that this one starts: without its own options, and never installing anything. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _ownOptions, ...environment } = process.env;
  return { ...environment, HEADROOM_INSTALL: "never" };
}

/** That of a process that is started to measure or to prepare it. @param folder for its temporary files */
export function childEnvironment(folder: string): NodeJS.ProcessEnv {
  return {
    ...ownEnvironment(),
    ...{ TMPDIR: folder, TEMP: folder, TMP: folder },
    // CUDA would number GPUs by speed, and nvidia-smi, which says what there is, numbers them by their place on the bus.
    CUDA_DEVICE_ORDER: "PCI_BUS_ID",
    HEADROOM_PARENT_PID: String(process.pid),
    HEADROOM_WORK_FOLDER: folder,
  };
}
