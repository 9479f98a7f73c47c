import { closeSync, openSync, readSync } from "node:fs";

/** Of the ELF format, 64 bit, little end first. Source: System V ABI, chapters 4 and 5; `man 5 elf`. */
const MAGIC = 0x464c457f;
const HEADER_BYTES = 64;
const SEGMENT_TABLE = 32;
const SEGMENT_BYTES = 54;
const SEGMENT_COUNT = 56;
const SEGMENT = { type: 0, offset: 8, address: 16, fileBytes: 32 } as const;
const LOADED = 1;
const DYNAMIC = 2;
const ENTRY_BYTES = 16;
const NEEDED = 1n;
const TEXT_TABLE = 5n;
const LONGEST_NAME = 256;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly fileBytes: number;
}

/**
 * Names of the libraries that the system's loader must find before it can load a shared library, such as
 * `libcudart.so.12`, in the file's order.
 *
 * @throws {RangeError} for a file that is no 64-bit ELF
 */
export function neededLibraries(file: string): readonly string[] {
  const handle = openSync(file, "r");
  try {
    const read = (offset: number, bytes: number) => {
      const buffer = Buffer.alloc(bytes);
      return buffer.subarray(0, readSync(handle, buffer, 0, bytes, offset));
    };
    const segments = segmentsOf(read, file);
    const dynamic = segments.find(({ type }) => type === DYNAMIC);
    if (dynamic === undefined) return [];
    const entries = entriesOf(read(dynamic.offset, dynamic.fileBytes));
    const table = entries.find(([tag]) => tag === TEXT_TABLE)?.[1];
    if (table === undefined) return [];
    const start = offsetOf(table, segments);
    return entries.filter(([tag]) => tag === NEEDED).map(([, name]) => textAt(read(start + name, LONGEST_NAME)));
  } finally {
    closeSync(handle);
  }
}

type Read = (offset: number, bytes: number) => Buffer;

function segmentsOf(read: Read, file: string): readonly Segment[] {
  const header = read(0, HEADER_BYTES);
  if (header.length < HEADER_BYTES || header.readUInt32LE(0) !== MAGIC || header[4] !== 2) {
    throw new RangeError(`${file} is no 64-bit ELF file`);
  }
  const [size, count] = [header.readUInt16LE(SEGMENT_BYTES), header.readUInt16LE(SEGMENT_COUNT)];
  const table = read(Number(header.readBigUInt64LE(SEGMENT_TABLE)), size * count);
  return Array.from({ length: count }, (_, i) => {
    const number = (field: number) => Number(table.readBigUInt64LE(i * size + field));
    return {
      type: table.readUInt32LE(i * size + SEGMENT.type),
      offset: number(SEGMENT.offset),
      address: number(SEGMENT.address),
      fileBytes: number(SEGMENT.fileBytes),
    };
  });
}

function entriesOf(dynamic: Buffer): readonly (readonly [tag: bigint, value: number])[] {
  return Array.from({ length: Math.floor(dynamic.length / ENTRY_BYTES) }, (_, i) => [
    dynamic.readBigUInt64LE(i * ENTRY_BYTES),
    Number(dynamic.readBigUInt64LE(i * ENTRY_BYTES + ENTRY_BYTES / 2)),
  ]);
}

/** Where in the file lies what is loaded at an address. */
function offsetOf(address: number, segments: readonly Segment[]): number {
  const loaded = segments.find(
    (segment) => segment.type === LOADED && address >= segment.address && address < segment.address + segment.fileBytes,
  );
  if (loaded === undefined) throw new RangeError(`no segment is loaded at ${address}`);
  return address - loaded.address + loaded.offset;
}

function textAt(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("latin1", 0, end === -1 ? bytes.length : end);
}
