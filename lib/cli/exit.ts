/** Exit codes. The verdicts come first, so that a script can ask `if headroom estimate …`. */
export const EXIT = {
  done: 0,
  fits: 0,
  doesNotFit: 1,
  tight: 2,
  /** The plan cannot be exported in the form that was asked for. */
  notExpressible: 1,
  /** `doctor`: no session ran on a GPU. */
  noGpuRun: 1,
  /** EX_USAGE of sysexits: the input is to be changed. */
  badInput: 64,
  /** EX_UNAVAILABLE of sysexits: something other than memory kept a step from being measured. */
  notMeasured: 69,
  /** EX_SOFTWARE of sysexits: a mistake of ours. */
  ourFault: 70,
  /** 128 + SIGINT: it was asked to end. */
  interrupted: 130,
  /** 128 + SIGPIPE: whoever read the output has stopped reading. */
  outputClosed: 141,
} as const;
