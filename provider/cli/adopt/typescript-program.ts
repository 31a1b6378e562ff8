import { variableName } from "./name";
import type { AdoptedProgram, Declared } from "./program";
import { Reference, type Written } from "./reference";

/** How wide a line may be that is not broken. */
const width = 120;

/** A program in TypeScript: one statement for each resource. */
export function typescriptProgram(program: AdoptedProgram): string {
  const referred = new Set(program.resources.flatMap(({ inputs }) => referencesIn(inputs)).map(program.nameOf));
  const statements = program.resources.map((resource) => statement(resource, program, referred.has(resource.name)));
  return `import * as cloudbackup from "pulumi-cloudbackup";\n\n${statements.join("\n")}`;
}

function referencesIn(value: Written): readonly Reference["to"][] {
  if (value instanceof Reference) return [value.to];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(referencesIn);
}

function statement({ name, token, inputs, comment }: Declared, program: AdoptedProgram, isReferred: boolean): string {
  const [, module = "", type = ""] = token.split(":");
  const own = isReferred ? `const ${variableName(name)} = ` : "";
  const options = program.isProtecting ? ", { protect: true }" : "";
  const text = print(inputs, program.nameOf, 0, true);
  const lines = `${own}new cloudbackup.${module}.${type}(${JSON.stringify(name)}, ${text}${options});\n`;
  return comment === undefined ? lines : `// ${comment}\n${lines}`;
}

function print(value: Written, nameOf: AdoptedProgram["nameOf"], depth: number, isBroken = false): string {
  if (value instanceof Reference) return `${variableName(nameOf(value.to))}.${value.property}`;
  if (typeof value !== "object" || value === null) return literal(value);
  const isArray = Array.isArray(value);
  const [open, close] = isArray ? ["[", "]"] : ["{", "}"];
  const written = (at: number): readonly string[] =>
    isArray
      ? (value as readonly Written[]).map((member) => print(member, nameOf, at))
      : Object.entries(value).map(([name, member]) => `${printKey(name)}: ${print(member as Written, nameOf, at)}`);
  const flat = written(depth);
  if (flat.length === 0) return `${open}${close}`;
  const space = isArray ? "" : " ";
  const inline = `${open}${space}${flat.join(", ")}${space}${close}`;
  const isShort = !inline.includes("\n") && depth * 2 + inline.length < width - 40;
  if (isShort && !isBroken) return inline;
  const indent = "  ".repeat(depth + 1);
  const lines = written(depth + 1).map((line) => `${indent}${line},\n`);
  return `${open}\n${lines.join("")}${"  ".repeat(depth)}${close}`;
}

function literal(value: null | boolean | number | string): string {
  return JSON.stringify(value);
}

/** A key that would mean an object's prototype is written as an expression. */
function printKey(name: string): string {
  if (name === "__proto__") return '["__proto__"]';
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
}
