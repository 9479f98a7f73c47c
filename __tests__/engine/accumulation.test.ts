import { accumulating } from "@/lib/engine/accumulation";
import { Tape, type WholeTape } from "@/lib/engine/tape";
import { unfold } from "@/lib/engine/unfold";

/** An activation, the gradients of two weights made while it is there, and a section after them. */
function recorded(): { tape: WholeTape; gradients: number[] } {
  const tape = new Tape();
  tape.begin("backward");
  const activation = tape.alloc([-4], "float32", "temporaries", "output");
  const first = tape.alloc([8], "float32", "gradients", "gradient of the weight");
  tape.release(activation);
  const second = tape.alloc([2], "float32", "gradients", "gradient of the bias");
  tape.begin("end");
  const whole = unfold(tape);
  return { tape: whole.tape, gradients: whole.numbersOf([first, second]) };
}

test("what a pass makes goes as soon as it is added to the sum", () => {
  const { tape, gradients } = recorded();
  expect([...tape.events]).toEqual([1, 2, -1, 3]);
  expect([...accumulating(tape, gradients).tape.events]).toEqual([1, 2, -2, -1, 3, -3]);
});

test("a sum is a block of its own, and as large as the gradients it adds up", () => {
  const { tape, gradients } = recorded();
  const { tape: longer, sums } = accumulating(tape, gradients);
  expect(sums).toEqual([3, 4]);
  expect(sums.map((sum) => longer.storageOf[sum])).toEqual(gradients.map((block) => tape.storageOf[block]));
});

test("sections begin with the events they began with", () => {
  const { tape, gradients } = recorded();
  expect(tape.sections).toEqual([
    { section: "backward", from: 0 },
    { section: "end", from: 4 },
  ]);
  expect(accumulating(tape, gradients).tape.sections).toEqual([
    { section: "backward", from: 0 },
    { section: "end", from: 6 },
  ]);
});

test("without gradients nothing changes", () => {
  const { tape } = recorded();
  expect(accumulating(tape, [])).toEqual({ tape, sums: [] });
});
