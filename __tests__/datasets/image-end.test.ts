import { isSoundlyEnded } from "../../lib/datasets/image-end";
import { png } from "./made-datasets";

const webp = Uint8Array.from([0x52, 0x49, 0x46, 0x46, 12, 0, 0, 0, ...Array.from({ length: 12 }, () => 0)]);

test.each([
  ["png", png(4, 4)],
  ["jpg", Buffer.from([0xff, 0xd8, 0xff, 0x00, 0xff, 0xd9])],
  ["jpg", Buffer.from([0xff, 0xd8, 0xff, 0x00, 0xff, 0xd9, 0, 0, 1])],
  ["gif", Buffer.from([0x47, 0x49, 0x46, 0x3b, 0])],
  ["webp", Buffer.from(webp)],
])("a %s counts as whole with its end and as cut off without", (type, whole) => {
  expect(isSoundlyEnded(type, whole, whole, whole.length)).toBe(true);
  const end =
    type === "webp" ? whole.length - 1 : whole.lastIndexOf(type === "gif" ? 0x3b : type === "png" ? 0x49 : 0xd9);
  const cut = whole.subarray(0, end);
  expect(isSoundlyEnded(type, cut, cut, cut.length)).toBe(false);
});

test("a format whose end is not marked counts as whole", () => {
  expect(isSoundlyEnded("tiff", Buffer.alloc(4), Buffer.alloc(4), 4)).toBe(true);
});
