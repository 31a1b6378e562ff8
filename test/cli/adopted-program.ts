import ts from "typescript";
import { parse } from "yaml";
import type { Value } from "../../provider/definition/value";
import { type Declaration, type Program, Reference, type Template } from "../support/program";

type Inputs = Declaration["inputs"];

interface YamlResource {
  readonly type: string;
  readonly properties: unknown;
}

/** A text as Pulumi's YAML understands it: `$$` is a dollar, `${a.b}` another resource's output. */
function interpolated(text: string): Template {
  const [, resource, property] = /^\$\{([^.{}]+)\.([^.{}]+)\}$/.exec(text) ?? [];
  if (resource !== undefined && property !== undefined) return new Reference(resource, property);
  if (/(^|[^$])(\$\$)*\$\{/.test(text)) throw new Error(`an expression where a text is meant: ${text}`);
  return text.replaceAll("$$", "$");
}

function fromYaml(value: unknown): Template {
  if (typeof value === "string") return interpolated(value);
  if (Array.isArray(value)) return value.map(fromYaml);
  if (typeof value !== "object" || value === null) return value as Value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [String(interpolated(name)), fromYaml(member)]),
  );
}

/** The resources that a Pulumi.yaml declares. */
export function programOfYaml(text: string): Program {
  const { resources } = parse(text) as { readonly resources: Readonly<Record<string, YamlResource>> };
  return Object.entries(resources).map(([name, { type, properties }]) => ({
    name,
    type,
    inputs: fromYaml(properties) as Inputs,
  }));
}

/** The resources that an index.ts declares: it runs, with a package that only writes down. */
export function programOfTypescript(text: string): Program {
  const program: Declaration[] = [];
  const classOf = (module: string, type: string) =>
    class {
      constructor(name: string, inputs: Inputs) {
        program.push({ name, type: `cloudbackup:${module}:${type}`, inputs });
        // biome-ignore lint/correctness/noConstructorReturn: its outputs are whatever is asked for
        return new Proxy(this, { get: (_target, property) => new Reference(name, String(property)) });
      }
    };
  const modules = { get: (_target: object, module: string) => new Proxy({}, typesOf(module)) };
  const typesOf = (module: string) => ({ get: (_target: object, type: string) => classOf(module, type) });
  const { outputText, diagnostics } = ts.transpileModule(text, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    reportDiagnostics: true,
  });
  if (diagnostics?.length) throw new Error(diagnostics.map(({ messageText }) => String(messageText)).join("\n"));
  new Function("require", "exports", outputText)(() => new Proxy({}, modules), {});
  return program;
}
