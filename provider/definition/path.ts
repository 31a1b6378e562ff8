/** Where a value sits: property names and list indices from the top; in a pattern `*` stands for any of them. */
export type Path = readonly (string | number)[];

/**
 * A path in Pulumi's syntax: `a.b[0]["key.with.dots"]`. The engine fails a resource for one path it can't parse,
 * and its syntax knows no way to write a quoted key that ends in a backslash: there the path ends at the parent.
 */
export function formatPath(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[^.[\]"]+$/.test(step)) text += text === "" ? step : `.${step}`;
    else if (step.endsWith("\\")) return text;
    else text += `["${step.replaceAll('"', '\\"')}"]`;
  }
  return text;
}

/** Reads Pulumi's path syntax, wildcards `a[*].b` and `*` included. Throws on text that is none. */
export function parsePath(text: string): Path {
  const path: (string | number)[] = [];
  let position = 0;
  while (position < text.length) {
    if (text[position] === ".") {
      if (position === 0 || position + 1 === text.length) {
        throw new Error(`property path ${text}: a name is missing beside the dot at ${position}`);
      }
      position++;
      continue;
    }
    const read = text[position] !== "[" ? readName : text[position + 1] === '"' ? readKey : readIndex;
    const step = read(text, position);
    path.push(step.value);
    position = step.end;
  }
  return path;
}

/** Whether a path is the given one or lies below it; unlike in a pattern, a key named `*` is only itself. */
export function isWithin(path: Path, outer: Path): boolean {
  return outer.length <= path.length && outer.every((step, depth) => String(step) === String(path[depth]));
}

/** Whether the pattern names this path or one of its parents. */
export function covers(pattern: Path, path: Path): boolean {
  return (
    pattern.length <= path.length &&
    pattern.every((step, depth) => step === "*" || String(step) === String(path[depth]))
  );
}

interface Step {
  readonly value: string | number;
  readonly end: number;
}

function readName(text: string, start: number): Step {
  let end = start;
  while (end < text.length && text[end] !== "." && text[end] !== "[") end++;
  return { value: text.slice(start, end), end };
}

function readKey(text: string, start: number): Step {
  let key = "";
  for (let position = start + 2; position < text.length; position++) {
    if (text[position] === '"') {
      if (text[position + 1] !== "]") break;
      return { value: key, end: position + 2 };
    }
    if (text[position] === "\\" && text[position + 1] === '"') position++;
    key += text[position];
  }
  throw new Error(`property path ${text}: the quoted key at ${start} is not closed`);
}

function readIndex(text: string, start: number): Step {
  const match = /^\[(\*|\d+)\]/.exec(text.slice(start));
  if (match === null) throw new Error(`property path ${text}: no index, "*" or quoted key at ${start}`);
  const inner = match[1] ?? "";
  return { value: inner === "*" ? "*" : Number(inner), end: start + match[0].length };
}
