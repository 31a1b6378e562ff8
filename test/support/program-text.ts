import { stringify } from "yaml";
import { Asset, isPropertyMap, Secret, type Value } from "../../provider/definition/value";
import { type Declaration, type Program, Reference, type Template } from "./program";

/** A program in Pulumi's YAML, resource by resource, to be read. */
export function programText(program: Program): string {
  return stringify(programObject(program), { aliasDuplicateObjects: false });
}

/** What Pulumi's language host for YAML takes for this program. */
export function programObject(program: Program): object {
  return { resources: Object.fromEntries(program.map(resource)) };
}

function resource({ name, type, inputs, importId }: Declaration): [string, object] {
  const options = importId === undefined ? {} : { options: { import: importId } };
  return [name, { type, properties: members(inputs), ...options }];
}

function members(map: Declaration["inputs"]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).map(([name, member]) => [name, written(member)]));
}

function written(template: Template): unknown {
  if (template instanceof Reference) return `\${${template.resource}.${template.property}}`;
  if (template instanceof Secret) return { "fn::secret": written(template.value) };
  if (template instanceof Asset) return { "fn::stringAsset": template.source.text };
  if (Array.isArray(template)) return template.map((member: Template) => written(member));
  if (isPropertyMap(template as Value)) return members(template as Declaration["inputs"]);
  return typeof template === "string" ? template.replaceAll("${", "$${") : template;
}
