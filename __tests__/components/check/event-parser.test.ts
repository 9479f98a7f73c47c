import fc from "fast-check";
import { EventParser, type ServerEvent } from "@/components/check/event-parser";

const TEXT = [
  ": a comment\n\n",
  'id: 7\nevent: validation\ndata: {"a":\ndata: 1}\n\n',
  "id: 8-2\r\ndata:no blank\r\n\r\n",
  "event: empty\n\n",
  "data: the last id holds\n\n",
  "data: never finished",
].join("");

const EVENTS: readonly ServerEvent[] = [
  { id: "7", event: "validation", data: '{"a":\n1}' },
  { id: "8-2", event: "message", data: "no blank" },
  { id: "8-2", event: "message", data: "the last id holds" },
];

test("events are the same wherever the text is cut", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(TEXT.length)), (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), TEXT.length];
      const parser = new EventParser();
      const events = at.slice(1).flatMap((end, index) => parser.push(TEXT.slice(at[index], end)));
      expect(events).toEqual(EVENTS);
    }),
  );
});
