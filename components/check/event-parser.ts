/** Reads server-sent events from text that comes in pieces. */

export interface ServerEvent {
  /** The last id that was sent up to here; null before the first. */
  readonly id: string | null;
  readonly event: string;
  readonly data: string;
}

/** Pieces may end anywhere, within a line too. */
export class EventParser {
  private rest = "";
  private id: string | null = null;
  private event = "";
  private data: string[] = [];

  /** @returns the events that this piece completes */
  push(piece: string): ServerEvent[] {
    const lines = `${this.rest}${piece}`.split("\n");
    this.rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.read(line.replace(/\r$/, "")));
  }

  private read(line: string): ServerEvent[] {
    if (line === "") return this.finish();
    const colon = line.indexOf(":");
    // Without a name before the colon it is a comment that keeps the connection open.
    if (colon === 0) return [];
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "id") this.id = value;
    else if (name === "event") this.event = value;
    else if (name === "data") this.data.push(value);
    return [];
  }

  private finish(): ServerEvent[] {
    const { id, event, data } = this;
    [this.event, this.data] = ["", []];
    return data.length === 0 ? [] : [{ id, event: event === "" ? "message" : event, data: data.join("\n") }];
  }
}
