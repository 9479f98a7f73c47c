/** Which driver CUDA needs, and what its libraries are called by people. */

/**
 * The oldest driver for each major version of CUDA.
 *
 * @source docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html, Table 1, read 2026-11-27
 */
const OLDEST_DRIVER: Readonly<Record<number, number>> = { 11: 450, 12: 525, 13: 580 };

/** Their version is that of CUDA; cuDNN and cuFFT count on their own. */
const VERSIONED_WITH_CUDA = /^lib(?:cudart|cublas|cublasLt)\.so\.(\d+)/;

const NAMES: Readonly<Record<string, string>> = {
  cudart: "CUDA runtime",
  cublas: "cuBLAS",
  cublasLt: "cuBLASLt",
  cudnn: "cuDNN",
  cufft: "cuFFT",
  curand: "cuRAND",
  nvrtc: "NVRTC",
};

/** Such as "cuBLAS 12 (libcublas.so.12)"; libraries of others keep their file's name. */
export function libraryWords(file: string): string {
  const [, stem = "", version = ""] = /^lib(\w+)\.so\.(.+)$/.exec(file) ?? [];
  const name = NAMES[stem];
  return name === undefined ? file : `${name} ${version} (${file})`;
}

/**
 * @param libraries  file names that the provider needs
 * @returns why a driver does not do for them; null where it does, or where nobody knows
 */
export function driverMismatch(
  driverVersion: string,
  libraries: readonly string[],
): { readonly says: string; readonly wayOut: string } | null {
  const driver = Number.parseInt(driverVersion, 10);
  const cuda = Math.max(...libraries.map((name) => Number(VERSIONED_WITH_CUDA.exec(name)?.[1] ?? 0)));
  const oldest = OLDEST_DRIVER[cuda];
  if (oldest === undefined || !Number.isFinite(driver) || driver >= oldest) return null;
  return {
    says: `the provider is made for CUDA ${cuda}, which needs driver ${oldest} or newer`,
    wayOut: `Update NVIDIA's driver to ${oldest} or newer.`,
  };
}
