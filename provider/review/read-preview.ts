import { isPreviewDocument, type Preview, PreviewCollector, previewOfDocument } from "./preview";
import { howToMakeOne, UnreadablePreview } from "./unreadable-preview";

/** Longer lines, and longer documents, are none that a preview makes. */
const longestTextInCharacters = 256 * 1024 * 1024;

/**
 * Reads a preview line by line: the event stream, one event a line, whatever its length; or the one document of plain
 * `--json`. A stream whose last line is cut is one of a preview that died.
 */
export class PreviewReader {
  readonly #collector = new PreviewCollector();
  /** The lines of what may be one document over many lines. */
  #document: string[] | undefined;
  #size = 0;
  #lines = 0;
  #hasText = false;
  /** The line that is no JSON; only the last one may be such. */
  #damaged: number | undefined;
  #preview: Preview | undefined;

  /** Whether nothing came so far. */
  get isEmpty(): boolean {
    return !this.#hasText;
  }

  add(line: string): void {
    this.#lines += 1;
    const text = line.trim();
    this.#hasText ||= text !== "";
    if (this.#document !== undefined) this.#keep(line);
    else if (text !== "" && this.#preview === undefined) this.#read(line, text);
  }

  #read(line: string, text: string): void {
    // What others print around the stream is no part of it.
    if (!text.startsWith("{")) {
      if (!this.#collector.hasEvents && text.startsWith("[")) this.#keep(line);
      return;
    }
    if (this.#damaged !== undefined) throw damaged(this.#damaged);
    const value = parse(text);
    if (value === undefined) {
      if (this.#collector.hasEvents) this.#damaged = this.#lines;
      else this.#keep(line);
    } else if (!this.#collector.hasEvents && isPreviewDocument(value)) {
      this.#preview = previewOfDocument(value);
    } else {
      this.#collector.add(value);
      if (this.#collector.isTwo) throw two(this.#lines);
    }
  }

  #keep(line: string): void {
    this.#document ??= [];
    this.#document.push(line);
    this.#size += line.length + 1;
    if (this.#size > longestTextInCharacters) throw new UnreadablePreview("it is too long for a preview", howToMakeOne);
  }

  /** To be called after the last line. */
  end(): Preview {
    if (this.#document !== undefined) return readDocument(this.#document.join("\n"));
    if (this.#preview !== undefined) return this.#preview;
    if (this.#collector.hasEvents) return this.#collector.result();
    if (this.isEmpty) {
      throw new UnreadablePreview(
        "it is empty: the preview printed nothing",
        `see what pulumi said on stderr, or ${howToMakeOne}`,
      );
    }
    throw new UnreadablePreview("it holds neither events nor the document of a preview", howToMakeOne);
  }
}

function readDocument(text: string): Preview {
  const value = parse(text);
  if (value === undefined) throw new UnreadablePreview("it is not JSON, or only the beginning of it", howToMakeOne);
  if (!isPreviewDocument(value))
    throw new UnreadablePreview("it is JSON of something else than a preview", howToMakeOne);
  return previewOfDocument(value);
}

function damaged(line: number): UnreadablePreview {
  return new UnreadablePreview(`line ${line} is not JSON, and more lines follow`, howToMakeOne);
}

function two(line: number): UnreadablePreview {
  return new UnreadablePreview(`it holds two previews: line ${line} is of another one`, howToMakeOne);
}

/** Undefined for what is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
