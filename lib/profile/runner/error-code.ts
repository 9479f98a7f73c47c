/** Such as `ENOENT`. Not by `instanceof`: an error may come from another realm. */
export function errorCode(error: unknown): string | null {
  const code = typeof error === "object" && error !== null ? Reflect.get(error, "code") : undefined;
  return typeof code === "string" ? code : null;
}
