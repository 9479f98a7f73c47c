import fc from "fast-check";
import { CachingAllocator, granulesOf, isSmall, roundedBytes } from "@/lib/readings/caching-allocator";
import { GIB, KIB, MIB } from "@/lib/units";

const allocate = (allocator: CachingAllocator, bytes: number) => allocator.allocate(granulesOf(bytes));

test("requests are rounded up to 512 bytes", () => {
  expect([0, 1, 512, 513].map(roundedBytes)).toEqual([512, 512, 512, 1024]);
});

test("requests up to 1 MiB are small", () => {
  expect([MIB, MIB + 1].map((bytes) => isSmall(granulesOf(bytes)))).toEqual([true, false]);
});

test("a request below 10 MiB reserves 20 MiB, and others are served from the rest", () => {
  const allocator = new CachingAllocator();
  allocate(allocator, 6 * MIB);
  allocate(allocator, 6 * MIB);
  allocate(allocator, 6 * MIB);
  expect(allocator.reservedBytes).toBe(20 * MIB);
  // 2 MiB are left, so the fourth needs a segment of its own.
  allocate(allocator, 6 * MIB);
  expect(allocator.reservedBytes).toBe(40 * MIB);
});

test("a request from 10 MiB reserves its own size, rounded up to 2 MiB", () => {
  const allocator = new CachingAllocator();
  allocate(allocator, 11 * MIB);
  expect(allocator.reservedBytes).toBe(12 * MIB);
});

test("a rest of at most 1 MiB is not split off and counts as allocated", () => {
  const allocator = new CachingAllocator();
  const block = allocate(allocator, 19 * MIB);
  // 20 MiB are reserved; the last one stays with the block.
  expect(allocator.bytesOf(block)).toBe(20 * MIB);
  expect(allocator.allocatedBytes).toBe(20 * MIB);
});

test("the smallest free block that is large enough serves a request", () => {
  const allocator = new CachingAllocator();
  const [large, between, small] = [
    allocate(allocator, 40 * MIB),
    allocate(allocator, 30 * MIB),
    allocate(allocator, 12 * MIB),
  ];
  allocator.free(large);
  allocator.free(small);
  expect(allocate(allocator, 12 * MIB)).toBe(small);
  expect(allocator.reservedBytes).toBe(82 * MIB);
  allocator.free(between);
});

test("free neighbours merge into one block", () => {
  const allocator = new CachingAllocator();
  const blocks = [6, 6, 8].map((mib) => allocate(allocator, mib * MIB));
  for (const block of blocks) allocator.free(block);
  const whole = allocate(allocator, 20 * MIB);
  expect(allocator.bytesOf(whole)).toBe(20 * MIB);
  expect(allocator.reservedBytes).toBe(20 * MIB);
});

test("small requests reserve whole segments of 2 MiB", () => {
  const allocator = new CachingAllocator();
  allocator.countSmall(granulesOf(512 * KIB));
  expect(allocator.reservedBytes).toBe(2 * MIB);
  expect(allocator.allocatedBytes).toBe(512 * KIB);
  for (let i = 0; i < 4; i++) allocator.countSmall(granulesOf(512 * KIB));
  expect(allocator.reservedBytes).toBe(4 * MIB);
});

test("segments that nothing uses are given back, others stay", () => {
  const allocator = new CachingAllocator();
  const [used, unused] = [allocate(allocator, 12 * MIB), allocate(allocator, 30 * MIB)];
  allocator.free(unused);
  allocator.releaseUnused();
  expect(allocator.reservedBytes).toBe(12 * MIB);
  allocator.free(used);
  expect(allocator.allocatedBytes).toBe(0);
});

test("any order of frees leaves nothing allocated and one block for each segment", () => {
  const allocator = new CachingAllocator();
  const sizes = [3, 17, 5, 9, 2, 33, 4, 12].map((mib) => mib * MIB);
  const blocks = sizes.map((bytes) => allocate(allocator, bytes));
  for (const i of [5, 0, 7, 2, 3, 6, 1, 4]) allocator.free(blocks[i] ?? -1);
  expect(allocator.allocatedBytes).toBe(0);
  const { reservedBytes } = allocator;
  allocator.releaseUnused();
  expect(allocator.reservedBytes).toBe(0);
  expect(reservedBytes).toBeGreaterThan(0);
});

test("sizes of more than a terabyte are served as any other", () => {
  const allocator = new CachingAllocator();
  const [first, second] = [allocate(allocator, 3000 * GIB), allocate(allocator, 5000 * GIB)];
  allocator.free(second);
  allocator.free(first);
  expect(allocator.bytesOf(allocate(allocator, 2000 * GIB))).toBe(2000 * GIB);
  expect(allocator.bytesOf(allocate(allocator, 4000 * GIB))).toBe(4000 * GIB);
  expect(allocator.reservedBytes).toBe(8000 * GIB);
});

/** The same rules, with nothing to make them quick: segments as lists, of which every block is looked at. */
class PlainAllocator {
  private readonly segments: { size: number; owner: number | null }[][] = [];

  allocate(bytes: number, owner: number): number {
    const free = this.segments.flat().filter((block) => block.owner === null && block.size >= bytes);
    let best = free.reduce<(typeof free)[number] | undefined>(
      (a, b) => (a === undefined || b.size < a.size ? b : a),
      undefined,
    );
    if (best === undefined) {
      best = { size: bytes < 10 * MIB ? 20 * MIB : Math.ceil(bytes / (2 * MIB)) * 2 * MIB, owner: null };
      this.segments.push([best]);
    }
    const segment = this.segments.find((blocks) => blocks.includes(best)) ?? [];
    if (best.size - bytes > MIB) {
      segment.splice(segment.indexOf(best) + 1, 0, { size: best.size - bytes, owner: null });
      best.size = bytes;
    }
    best.owner = owner;
    return best.size;
  }

  free(owner: number): void {
    for (const segment of this.segments) {
      for (const block of segment) if (block.owner === owner) block.owner = null;
      for (let i = segment.length - 1; i > 0; i--) {
        const [before, after] = [segment[i - 1], segment[i]];
        if (before?.owner !== null || after?.owner !== null) continue;
        before.size += after.size;
        segment.splice(i, 1);
      }
    }
  }

  get reservedBytes(): number {
    return this.segments.flat().reduce((sum, { size }) => sum + size, 0);
  }
}

test("any row of requests and frees gets the blocks that plain rules give", () => {
  const mebibytes = fc.oneof(
    fc.integer({ min: 2, max: 60 }),
    fc.constantFrom(3, 12, 12, 40),
    fc.integer({ min: 2, max: 4000 }),
  );
  const action = fc.record({ mebibytes, frees: fc.boolean(), which: fc.nat() });
  fc.assert(
    fc.property(fc.array(action, { minLength: 1, maxLength: 200 }), (actions) => {
      const [allocator, plain] = [new CachingAllocator(), new PlainAllocator()];
      const held: { readonly block: number; readonly owner: number }[] = [];
      actions.forEach(({ mebibytes, frees, which }, owner) => {
        if (frees && held.length > 0) {
          const [gone] = held.splice(which % held.length, 1);
          allocator.free(gone?.block ?? -1);
          plain.free(gone?.owner ?? -1);
          return;
        }
        const block = allocate(allocator, mebibytes * MIB);
        expect(allocator.bytesOf(block)).toBe(plain.allocate(mebibytes * MIB, owner));
        held.push({ block, owner });
      });
      expect(allocator.reservedBytes).toBe(plain.reservedBytes);
    }),
  );
});
