import { writeFileSync } from "node:fs";

const [HEADER, SEGMENT, ENTRY, PAGE] = [64, 56, 16, 4096];

/** Writes a shared library that holds nothing but the names of those it needs. Source of the form: System V ABI, chapters 4, 5. */
export function writeLibrary(file: string, needed: readonly string[]): void {
  const names = Buffer.from(`\0${needed.map((name) => `${name}\0`).join("")}`, "latin1");
  const tableAt = HEADER + 2 * SEGMENT;
  const offsets = needed.map((_, i) => 1 + needed.slice(0, i).reduce((sum, name) => sum + name.length + 1, 0));
  const entries = [...offsets.map((offset) => [1, offset]), [5, 0], [10, names.length], [0, 0]];
  const namesAt = tableAt + entries.length * ENTRY;
  const bytes = Buffer.alloc(namesAt + names.length);
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(bytes);
  // Kind: shared; machine: x86-64.
  bytes.writeUInt16LE(3, 16);
  bytes.writeUInt16LE(62, 18);
  bytes.writeUInt32LE(1, 20);
  bytes.writeBigUInt64LE(BigInt(HEADER), 32);
  for (const [at, value] of [
    [52, HEADER],
    [54, SEGMENT],
    [56, 2],
  ] as const) {
    bytes.writeUInt16LE(value, at);
  }
  const segment = (index: number, type: number, at: number, size: number) => {
    const start = HEADER + index * SEGMENT;
    bytes.writeUInt32LE(type, start);
    bytes.writeUInt32LE(6, start + 4);
    for (const [field, value] of [at, at, at, size, size, type === 1 ? PAGE : 8].entries()) {
      bytes.writeBigUInt64LE(BigInt(value), start + 8 + 8 * field);
    }
  };
  segment(0, 1, 0, bytes.length);
  segment(1, 2, tableAt, entries.length * ENTRY);
  for (const [index, [tag = 0, value = 0]] of entries.entries()) {
    bytes.writeBigUInt64LE(BigInt(tag), tableAt + index * ENTRY);
    // The table of names is told by its address, which is its place in the file.
    bytes.writeBigUInt64LE(BigInt(tag === 5 ? namesAt : value), tableAt + index * ENTRY + ENTRY / 2);
  }
  names.copy(bytes, namesAt);
  writeFileSync(file, bytes);
}
