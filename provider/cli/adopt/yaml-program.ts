import { Document, isMap, isScalar, parseDocument, Scalar, visit, type YAMLMap } from "yaml";
import type { AdoptedProgram } from "./program";
import { Reference, type Written } from "./reference";

/** `$` stands for itself only where no brace and no other one follows. */
function escapeDollars(text: string): string {
  return text.replace(/\$(?=[${])/g, "$$$$");
}

/** A text that is more than itself for Pulumi: a reference. */
class Expression extends Scalar<string> {}

type Plain = null | boolean | number | string | Expression | Plain[] | Map<string, Plain>;

function toYaml(value: Written, nameOf: AdoptedProgram["nameOf"]): Plain {
  if (value instanceof Reference) return new Expression(`\${${nameOf(value.to)}.${value.property}}`);
  if (typeof value === "string") return escapeDollars(value);
  if (Array.isArray(value)) return (value as readonly Written[]).map((member) => toYaml(member, nameOf));
  if (typeof value !== "object" || value === null) return value as Plain;
  const members = Object.entries(value as Readonly<Record<string, Written>>);
  return new Map(members.map(([name, member]) => [escapeDollars(name), toYaml(member, nameOf)]));
}

/** Keys that are no keys there, however they are quoted: calls of functions, and the merge of another map. */
const otherKeys = [
  { pattern: /^fn::/i, meaning: "a function call" },
  { pattern: /^<<$/, meaning: "a merge key" },
] as const;

/** Why Pulumi's YAML can't say a value. */
export function yamlProblem(value: Written): string | undefined {
  if (value instanceof Reference || typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) return (value as readonly Written[]).map(yamlProblem).find((each) => each !== undefined);
  for (const [name, member] of Object.entries(value as Readonly<Record<string, Written>>)) {
    const other = otherKeys.find(({ pattern }) => pattern.test(name));
    const inside = yamlProblem(member);
    if (other !== undefined) {
      return `its key "${name}" is ${other.meaning} in Pulumi YAML; --language typescript can say it`;
    }
    if (inside !== undefined) return inside;
  }
  return undefined;
}

/** Words and beginnings that one reader of YAML or another takes for something else than a text. */
function isPlainText(text: string): boolean {
  return /^[A-Za-z/][\x20-\x7e]*$/.test(text) && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(text);
}

/** The section `resources` of a Pulumi.yaml or Main.yaml. */
function resourcesNode({ resources, nameOf, isProtecting }: AdoptedProgram): Document {
  const entries = resources.map(({ name, token, inputs }) => {
    const own: [string, Plain][] = [
      ["type", token],
      ["properties", toYaml(inputs, nameOf)],
    ];
    if (isProtecting) own.push(["options", new Map([["protect", true]])]);
    return [name, new Map(own)] as const;
  });
  const document = new Document(new Map(entries));
  visit(document, {
    Scalar: (_key, node) => {
      if (node instanceof Expression || typeof node.value !== "string") return;
      if (!isPlainText(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  for (const { name, comment } of resources) {
    if (comment === undefined || !isMap(document.contents)) continue;
    const pair = document.contents.items.find(({ key }) => isScalar(key) && key.value === name);
    if (isScalar(pair?.key)) pair.key.commentBefore = ` ${comment}`;
  }
  return document;
}

const format = { lineWidth: 0, doubleQuotedAsJSON: true } as const;

/** Whether a YAML file declares resources. */
export function declaresResources(text: string): boolean {
  const resources = parseDocument(text).get("resources");
  return isMap(resources) && resources.items.length > 0;
}

/** A YAML file with the program's resources in it; what it has beside them, comments too, stays. */
export function withResources(text: string, program: AdoptedProgram): string {
  const parsed = parseDocument(text);
  const document = isMap(parsed.contents) ? parsed : new Document(new Map());
  const added = resourcesNode(program).contents as YAMLMap;
  const old = document.get("resources");
  if (!isMap(old) || old.items.length === 0) {
    document.delete("resources");
    document.add(document.createPair("resources", added));
  } else {
    const isAdded = (key: unknown) => program.resources.some(({ name }) => name === (isScalar(key) ? key.value : key));
    old.items = [...old.items.filter(({ key }) => !isAdded(key)), ...added.items];
  }
  spread(document);
  return document.toString(format);
}

/** A line between resources, as people write them. */
function spread(document: Document): void {
  const resources = document.get("resources", true);
  if (!isMap(resources)) return;
  for (const [index, { key }] of resources.items.entries()) {
    if (index > 0 && isScalar(key)) key.spaceBefore = true;
  }
  if (!isMap(document.contents)) return;
  const pair = document.contents.items.find(({ key }) => isScalar(key) && key.value === "resources");
  if (isScalar(pair?.key)) pair.key.spaceBefore = true;
}
