import { type Flag, readArguments } from "../../lib/cli/flags";

const FLAGS: readonly Flag[] = [
  { name: "batch", aliases: ["batch-size"], kind: "number", placeholder: "N", help: "" },
  { name: "model", kind: "text", help: "" },
  { name: "targets", kind: "list", help: "" },
  { name: "grad-checkpointing", kind: "switch", help: "" },
  { name: "help", aliases: ["h"], kind: "switch", help: "" },
];

function read(...argv: string[]) {
  const { values, operands, issues } = readArguments(FLAGS, argv);
  return { values: Object.fromEntries(values), operands, messages: issues.map(({ message }) => message) };
}

test("a value follows its flag as the next argument or after an equals sign", () => {
  expect(read("--batch", "48", "--model=ViT-L-14", "--targets", "q_proj, v_proj")).toEqual({
    values: { batch: 48, model: "ViT-L-14", targets: ["q_proj", "v_proj"] },
    operands: [],
    messages: [],
  });
});

test("an alias sets the flag it stands for", () => {
  expect(read("--batch-size", "8", "-h").values).toEqual({ batch: 8, help: true });
});

test("a switch can be turned off", () => {
  expect(read("--no-grad-checkpointing").values).toEqual({ "grad-checkpointing": false });
  expect(read("--grad-checkpointing=false").values).toEqual({ "grad-checkpointing": false });
});

test.each(["NaN", "Infinity", "0x20", "12abc", ""])(
  "%j is passed on as text where a number belongs, to be refused by name",
  (text) => {
    expect(read("--batch", text).values).toEqual({ batch: text });
  },
);

test("a negative number is a value and not a flag", () => {
  expect(read("--batch", "-3").values).toEqual({ batch: -3 });
});

test("an unknown flag is answered with the nearest one, and its value is not taken for a stray argument", () => {
  const { messages, operands, values } = read("--modle", "ViT-B-32", "--batch", "8");
  expect(messages).toEqual(["--modle is no flag; did you mean --model?"]);
  expect(operands).toEqual([]);
  expect(values).toEqual({ batch: 8 });
});

test("every mistake is told at once", () => {
  expect(read("--batch", "1", "--batch", "2", "--nothing-like-it", "--model").messages).toEqual([
    "--batch is given more than once; give it once",
    "--nothing-like-it is no flag; see --help",
    "--model needs a value: text",
  ]);
});

test("two dashes end the flags", () => {
  expect(read("--", "--model")).toMatchObject({ operands: ["--model"], messages: [] });
});
