import { hostname } from "node:os";
import { identityOf, machineIdentity } from "@/lib/profile/runner/identity";

test("a machine is told by a digest that is the same each time and holds no name", async () => {
  const identity = await machineIdentity();
  expect(identity).toMatch(/^[0-9a-f]{16}$/);
  expect(identity).not.toContain(hostname());
  expect(await machineIdentity()).toBe(identity);
});

test("other numbers, and the same number of a card of another size, give other digests", () => {
  const digests = [
    ["GPU-1", "80"],
    ["GPU-2", "80"],
    ["GPU-1", "10"],
    ["GPU-18", "0"],
  ].map(identityOf);
  expect(new Set(digests).size).toBe(digests.length);
});
