import type { Command, HereDoc, HereString, ParsedScript, Redirection, SyntaxNode, Word, WordPart } from "unbash";

/** Stands in a word for what is put in when the script runs: a variable, or the output of a command. */
export const hole = "\uFFFC";

/** A text of a script with the line where it begins; what the script itself does not tell is a `hole`. */
export interface ShellText {
  readonly text: string;
  readonly line: number;
}

/** `NAME=value`, before a command, by itself, or as a default in `${NAME:-value}`. */
export interface ShellAssignment extends ShellText {
  readonly name: string;
}

/** Where a command stands; inherited by what stands within it. */
interface Place {
  /** It runs beside what comes after it. */
  readonly background: boolean;
  /** It runs when somebody calls it, or at a signal: not where it stands. */
  readonly deferred: boolean;
  /** Its output goes to another command or a file. */
  readonly piped: boolean;
  /** The line of a text that is a script by itself (`sh -c "…"`). */
  readonly line: number | undefined;
  readonly depth: number;
}

export interface ShellCommand extends Pick<Place, "background" | "deferred" | "piped"> {
  /** Its name and its arguments. */
  readonly words: readonly ShellText[];
  /** Its here-documents and here-strings. */
  readonly inputs: readonly ShellText[];
  /** It reads a file as its input. */
  readonly readsFile: boolean;
  /** It overwrites a file, which may be what another program waits for. */
  readonly writesFile: boolean;
  readonly line: number;
}

export interface ShellError {
  readonly message: string;
  readonly line: number;
}

/** What a script says, in the order of its text: nothing is run. */
export interface ShellScript {
  readonly commands: readonly ShellCommand[];
  readonly assignments: readonly ShellAssignment[];
  readonly functions: ReadonlySet<string>;
  /** Some output is added to a file, or goes to one that is called a log. */
  readonly writesLog: boolean;
  readonly errors: readonly ShellError[];
  /** Lines of here-documents that never end. */
  readonly openDocuments: readonly number[];
}

/** Loaded with the first script: a program without scripts never needs the parser. */
type Parser = typeof import("unbash", { with: { "resolution-mode": "import" }});

export async function parseShell(text: string): Promise<ShellScript> {
  const reader = new Reader(await import("unbash"));
  reader.read(text, { background: false, deferred: false, piped: false, line: undefined, depth: 0 });
  return reader.script;
}

/** Scripts within scripts (`su - oracle -c "sh -c …"`) are read to this depth. */
const depthLimit = 4;

/** Nothing that people write nests deeper in the tree; beyond it the stack would not last. */
const levelLimit = 300;

class Reader {
  readonly script = {
    commands: [] as ShellCommand[],
    assignments: [] as ShellAssignment[],
    functions: new Set<string>(),
    writesLog: false,
    errors: [] as ShellError[],
    openDocuments: [] as number[],
  };
  /** Where the lines of the text that is read begin. */
  #lineStarts: readonly number[] = [];

  constructor(private readonly parser: Parser) {}

  read(text: string, place: Place): void {
    const outer = this.#lineStarts;
    this.#lineStarts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
    this.#visit(this.parser.parse(text), place, 0);
    this.#lineStarts = outer;
  }

  #visit(node: SyntaxNode, place: Place, level: number): void {
    this.#note(node, place);
    if (level >= levelLimit) return;
    const inner = this.#within(node, place);
    this.parser.forEachChild(node, (child) => this.#visit(child, inner, level + 1));
  }

  #within(node: SyntaxNode, place: Place): Place {
    switch (node.type) {
      case "Statement":
        return node.background === true ? { ...place, background: true } : place;
      case "Coproc":
        return { ...place, background: true, piped: true };
      case "Function":
        return { ...place, deferred: true };
      case "Pipeline":
        return node.commands.length > 1 ? { ...place, piped: true } : place;
      case "CommandExpansion":
        // A script between back-ticks may have been decoded: its positions are then none of this text.
        if (node.script?.source === undefined) return { ...place, piped: true };
        return { ...place, piped: true, line: this.#line(node.pos, place) };
      case "ProcessSubstitution":
        return { ...place, piped: true };
      case "Redirected":
        return node.redirects.some(isOutput) ? { ...place, piped: true } : place;
      default:
        return place;
    }
  }

  #note(node: SyntaxNode, place: Place): void {
    switch (node.type) {
      case "Script":
        this.#noteErrors(node, place);
        break;
      case "Command":
        this.#noteCommand(node, place);
        this.#noteLog(node.redirects);
        break;
      case "Redirected":
        this.#noteLog(node.redirects);
        break;
      case "Function":
        this.script.functions.add(node.name.value);
        break;
      case "HereDoc":
        if (node.closing === undefined) this.script.openDocuments.push(this.#line(node.pos, place));
        break;
      case "Assignment":
        if (node.value.type === "Word") this.#noteAssignment(node.name, node.value, place);
        break;
      case "ParameterExpansion":
        // Not what stands for the value when it is there (+), nor what is said when it is missing (?).
        if (node.operation?.type === "Default" && /[-=]/.test(node.operation.operator)) {
          this.#noteAssignment(node.parameter, node.operation.operand, place);
        }
        break;
    }
  }

  /** A text that is a script by another command's leave may be none; its errors are not counted. */
  #noteErrors(node: ParsedScript, place: Place): void {
    if (place.depth > 0) return;
    for (const { message, pos } of node.errors ?? []) {
      this.script.errors.push({ message, line: this.#line(pos, place) });
    }
  }

  #noteLog(redirections: readonly Redirection[]): void {
    if (redirections.some(isLog)) this.script.writesLog = true;
  }

  #noteAssignment(name: string, value: Word, place: Place): void {
    this.script.assignments.push({ name, text: wordText(value), line: this.#line(value.pos, place) });
  }

  #noteCommand(node: Command, place: Place): void {
    const given = [node.name, ...node.args].flatMap((word) => (word?.type === "Word" ? [word] : []));
    const words = given.map((word) => ({ text: wordText(word), line: this.#line(word.pos, place) }));
    const { background, deferred, piped } = place;
    const inputs = node.redirects.filter(isDocument).map((document) => this.#input(document, place));
    this.script.commands.push({
      ...{ words, inputs, background, deferred },
      piped: piped || node.redirects.some(isOutput),
      readsFile: node.redirects.some(({ operator }) => operator === "<"),
      writesFile: node.redirects.some(isOutput),
      line: this.#line(node.pos, place),
    });
    if (place.depth >= depthLimit) return;
    for (const { text, line, deferred: later } of nestedScripts(words, inputs)) {
      this.read(text, { ...place, line, deferred: deferred || later, depth: place.depth + 1 });
    }
  }

  #input(document: HereDoc | HereString, place: Place): ShellText {
    const line = this.#line(document.pos, place);
    if (document.type === "HereString") return { text: document.target ? wordText(document.target) : "", line };
    const { parts, text } = document.body;
    return { text: parts === undefined ? text : partsText(parts), line };
  }

  #line(position: number, place: Place): number {
    if (place.line !== undefined) return place.line;
    let [low, high] = [0, this.#lineStarts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= position) low = middle;
      else high = middle;
    }
    return low + 1;
  }
}

function isDocument(redirection: Redirection): redirection is HereDoc | HereString {
  return redirection.type !== "Redirect";
}

/** Output that overwrites a file; what is appended is a log, and /dev/null takes nothing. */
function isOutput(redirection: Redirection): boolean {
  if (redirection.type !== "Redirect" || !/^(>|>\||&>|>&)$/.test(redirection.operator)) return false;
  const target = redirection.target === undefined ? "" : wordText(redirection.target);
  return !/^(\/dev\/(null|std(out|err)|tty)|[12-])$/.test(target);
}

function isLog(redirection: Redirection): boolean {
  if (redirection.type !== "Redirect" || redirection.target === undefined) return false;
  if (/^&?>>$/.test(redirection.operator)) return !wordText(redirection.target).startsWith("/dev/");
  return isOutput(redirection) && /log/i.test(wordText(redirection.target));
}

function wordText(word: Word): string {
  return word.parts === undefined ? word.value : partsText(word.parts);
}

function partsText(parts: readonly WordPart[]): string {
  return parts.map(partText).join("");
}

function partText(part: WordPart): string {
  switch (part.type) {
    case "Literal":
    case "SingleQuoted":
    case "AnsiCQuoted":
      return part.value;
    case "DoubleQuoted":
    case "LocaleString":
      return partsText(part.parts);
    case "Glob":
      return part.text;
    default:
      return hole;
  }
}

const shells: ReadonlySet<string> = new Set(["sh", "bash", "dash", "ksh", "su", "runuser"]);

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Texts that a command runs as scripts: `su -c "…"`, `eval "…"`, `trap "…" EXIT`, `bash <<END`. */
function nestedScripts(
  words: readonly ShellText[],
  inputs: readonly ShellText[],
): readonly (ShellText & { readonly deferred: boolean })[] {
  const [name, ...rest] = words;
  if (name === undefined) return [];
  if (name.text === "trap") return rest.slice(0, 1).map((text) => ({ ...text, deferred: true }));
  if (name.text === "eval") {
    return [{ text: rest.map(({ text }) => text).join(" "), line: name.line, deferred: false }];
  }
  const shell = words.findIndex(({ text }) => shells.has(baseName(text)));
  if (shell < 0) return [];
  const option = words.findIndex(({ text }, index) => index > shell && /^-[a-z]*c$/.test(text));
  // `runuser -u` starts a program that is no shell: the input is that program's.
  const isShell = !words.some(({ text }, index) => index > shell && text === "-u");
  const texts = option >= 0 ? words.slice(option + 1, option + 2) : isShell ? inputs : [];
  return texts.map((text) => ({ ...text, deferred: false }));
}
