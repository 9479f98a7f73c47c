import fc from "fast-check";
import { Arena } from "@/lib/engine/onnxruntime/arena";
import { KIB, MIB } from "@/lib/units";

test("what is asked for is rounded up to 256 bytes", () => {
  const arena = new Arena();
  arena.allocate(1);
  expect(arena.usedBytes).toBe(256);
  arena.allocate(257);
  expect(arena.usedBytes).toBe(256 + 512);
});

test("regions begin at 1 MiB and double, or grow to what one allocation needs", () => {
  const arena = new Arena();
  arena.allocate(300 * KIB);
  expect(arena.heldBytes).toBe(MIB);
  // 724 KiB are left: the next region is twice the first.
  arena.allocate(800 * KIB);
  expect(arena.heldBytes).toBe(3 * MIB);
  // The region after it would be 4 MiB, and is doubled until 5 MiB fit.
  arena.allocate(5 * MIB);
  expect(arena.heldBytes).toBe(11 * MIB);
});

test("a free chunk is cut when it is at least twice as long, and else taken whole", () => {
  const arena = new Arena();
  arena.allocate(400 * KIB);
  expect(arena.usedBytes).toBe(400 * KIB);
  // 624 KiB are left, less than twice 400.
  arena.allocate(400 * KIB);
  expect(arena.usedBytes).toBe(1024 * KIB);
});

test("no more than 128 MiB are given away with a chunk", () => {
  const arena = new Arena();
  arena.free(arena.allocate(512 * MIB));
  // Less than twice as long, but 160 MiB too long.
  arena.allocate(352 * MIB);
  expect(arena.usedBytes).toBe(352 * MIB);
});

test("of several free chunks the shortest that fits is taken", () => {
  const arena = new Arena();
  const [long, , short] = [200, 100, 150, 100].map((size) => arena.allocate(size * KIB));
  arena.free(long);
  arena.free(short);
  arena.allocate(140 * KIB);
  expect(arena.usedBytes).toBe((100 + 150 + 100) * KIB);
});

test("neighbours that are free become one", () => {
  const arena = new Arena();
  const parts = [1, 2, 3, 4].map(() => arena.allocate(256 * KIB));
  for (const index of [0, 2, 1, 3]) arena.free(parts[index]);
  arena.allocate(MIB);
  expect(arena.heldBytes).toBe(MIB);
});

test("reserved memory lies beside the regions", () => {
  const arena = new Arena();
  arena.reserve(100);
  expect([arena.usedBytes, arena.heldBytes]).toEqual([100, 100]);
});

test("never is more in use than held or less than asked for, and nothing is once all is freed", () => {
  const sizes = fc.integer({ min: 1, max: 4 * MIB });
  fc.assert(
    fc.property(fc.array(fc.tuple(sizes, fc.nat()), { maxLength: 200 }), (requests) => {
      const arena = new Arena();
      const live: { chunk: ReturnType<Arena["allocate"]>; bytes: number }[] = [];
      for (const [bytes, choice] of requests) {
        if (choice % 3 === 0 && live.length > 0) arena.free(live.splice(choice % live.length, 1)[0].chunk);
        else live.push({ chunk: arena.allocate(bytes), bytes });
        const asked = live.reduce((sum, entry) => sum + entry.bytes, 0);
        expect(arena.usedBytes).toBeGreaterThanOrEqual(asked);
        expect(arena.usedBytes).toBeLessThanOrEqual(arena.heldBytes);
        expect(arena.usedBytesPeak).toBeGreaterThanOrEqual(arena.usedBytes);
      }
      for (const { chunk } of live) arena.free(chunk);
      expect(arena.usedBytes).toBe(0);
    }),
  );
});
