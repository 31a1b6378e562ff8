import { TextDecoder } from "node:util";
import { CommandFailure } from "./failure";

/** Longer lines are none that anybody prints; to hold them all the same would take all memory. */
const longestLine = 256 * 1024 * 1024;

/** Splits bytes into lines. Takes UTF-8 and, as some shells redirect in it, UTF-16 with its mark. */
export class LineSplitter {
  #decoder: TextDecoder | undefined;
  /** The beginning of a line, in the pieces in which it came: a long line is put together once. */
  #pieces: string[] = [];
  #length = 0;

  constructor(private readonly onLine: (line: string) => void) {}

  add(chunk: Uint8Array): void {
    this.#decoder ??= new TextDecoder(chunk[0] === 0xff && chunk[1] === 0xfe ? "utf-16le" : "utf-8");
    this.#take(this.#decoder.decode(chunk, { stream: true }));
  }

  /** To be called after the last bytes. */
  end(): void {
    this.#take(this.#decoder?.decode() ?? "");
    if (this.#length > 0) this.#endLine("");
  }

  #take(text: string): void {
    const lines = text.split("\n");
    const last = lines.pop() ?? "";
    for (const line of lines) this.#endLine(line);
    if (last === "") return;
    this.#pieces.push(last);
    this.#length += last.length;
    if (this.#length <= longestLine) return;
    const message = `a line has more than ${longestLine} characters`;
    throw new CommandFailure("Command.InvalidFile", message, "give a file whose lines are shorter");
  }

  #endLine(text: string): void {
    this.onLine(this.#pieces.join("") + text);
    this.#pieces = [];
    this.#length = 0;
  }
}
