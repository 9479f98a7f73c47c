/** The only home of unit factors. Inside `lib` a quantity is in bytes, seconds, FLOPs or USD; these convert at the edges. */

/** 2¹⁰ bytes. */
export const KIB = 1024;
/** 2²⁰ bytes. */
export const MIB = 1024 * KIB;
/** 2³⁰ bytes: what drivers and PyTorch mean when they print "GB" or "GiB". */
export const GIB = 1024 * MIB;

/** 10³ bytes. */
export const KB = 1e3;
/** 10⁶ bytes. */
export const MB = 1e6;
/** 10⁹ bytes: what bandwidth figures and storage vendors mean. */
export const GB = 1e9;

/** 10⁹ floating-point operations. */
export const GFLOP = 1e9;
/** 10¹² floating-point operations. */
export const TFLOP = 1e12;

/** Watts. */
export const KILOWATT = 1e3;

export const MILLISECOND = 1e-3;
export const MICROSECOND = 1e-6;
export const MINUTE_SECONDS = 60;
export const HOUR_SECONDS = 60 * MINUTE_SECONDS;
export const DAY_SECONDS = 24 * HOUR_SECONDS;
