import type { ErrorObject } from "ajv";
import { z } from "zod";
import type { Finding } from "../../definition/finding";
import { documents } from "../../engine/core/document";
import { canonicalJson, type Json } from "../../engine/core/json";
import { lazyValidator } from "../../engine/core/json-schema";

/** RAM documents are JSON Schema by nature; the grammar is the API reference's, section 10. */
const oneOrMore = {
  anyOf: [
    { type: "string", minLength: 1 },
    { type: "array", minItems: 1, items: { type: "string", minLength: 1 } },
  ],
};

const effect = { enum: ["Allow", "Deny"] };
const condition = { type: "object" };

/** A document is a version and a list of statements, whatever a statement holds. */
function documentSchema(statement: object): object {
  return {
    type: "object",
    required: ["Version", "Statement"],
    additionalProperties: false,
    properties: { Version: { const: "1" }, Statement: { type: "array", minItems: 1, items: statement } },
  };
}

const policySchema = documentSchema({
  type: "object",
  required: ["Effect", "Resource"],
  additionalProperties: false,
  properties: { Effect: effect, Action: oneOrMore, NotAction: oneOrMore, Resource: oneOrMore, Condition: condition },
  oneOf: [{ required: ["Action"] }, { required: ["NotAction"] }],
});

const principal = {
  type: "object",
  minProperties: 1,
  additionalProperties: false,
  properties: { Service: oneOrMore, RAM: oneOrMore, Federated: oneOrMore },
};

const trustSchema = documentSchema({
  type: "object",
  required: ["Effect", "Action", "Principal"],
  additionalProperties: false,
  properties: { Effect: effect, Action: oneOrMore, Principal: principal, Condition: condition },
});

const validators = { policy: lazyValidator(policySchema), trust: lazyValidator(trustSchema) };
type DocumentKind = keyof typeof validators;

/** The zod type of a document: an object, or its JSON text. */
export function documentInput(description: string) {
  return z.union([z.string(), z.record(z.string(), z.unknown())]).meta({ document: true, description });
}

/** The document itself, whichever way it was written; undefined when the text is not JSON. */
export function parseDocument(value: string | Record<string, unknown>): Json | undefined {
  if (typeof value !== "string") return value as Json;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return undefined;
  }
}

/** The document of inputs that have passed `documentFindings`. */
export function documentOf(value: string | Record<string, unknown>): Json {
  const document = parseDocument(value);
  if (document === undefined) throw new Error("bug: an unchecked RAM document reached the engine");
  return document;
}

/** RAM's own limit on the text of a policy document. */
const longestDocument = 6144;

/** All that is wrong with a document, each with the JSON path inside it. */
export function documentFindings(
  property: string,
  kind: DocumentKind,
  value: string | Record<string, unknown>,
): Finding[] {
  const source = documents.api;
  const document = parseDocument(value);
  if (document === undefined) {
    const message = `the text is not JSON${jsonPosition(value as string)}`;
    return [
      {
        severity: "error",
        path: property,
        rule: "MalformedPolicyDocument",
        message,
        remedy: "write valid JSON, or give an object",
        source,
      },
    ];
  }
  const validate = validators[kind]();
  const findings: Finding[] = [];
  if (!validate(document)) findings.push(...explainErrors(property, validate.errors ?? []));
  const length = JSON.stringify(document).length;
  if (length > longestDocument) {
    const message = `the document has ${length} characters; RAM takes ${longestDocument} at most`;
    findings.push({
      severity: "error",
      path: property,
      rule: "InvalidParameter.PolicyDocument.Length",
      message,
      remedy: "split it into several policies",
      source,
    });
  }
  return findings;
}

function jsonPosition(text: string): string {
  try {
    JSON.parse(text);
    return "";
  } catch (error) {
    const position = /position (\d+)/.exec((error as Error).message)?.[1];
    return position === undefined ? "" : ` (character ${position})`;
  }
}

/** Branch errors of `anyOf`/`oneOf` say nothing by themselves: the parent's sentence is enough. */
function explainErrors(property: string, errors: readonly ErrorObject[]): Finding[] {
  const told = errors.filter((error) => !/\/(anyOf|oneOf)\/\d+\//.test(error.schemaPath));
  return told.map((error) => {
    const jsonPath = `$${error.instancePath.replace(/\/(\d+)/g, "[$1]").replaceAll("/", ".")}`;
    return {
      severity: "error",
      path: property,
      rule: "MalformedPolicyDocument",
      message: `at ${jsonPath}: ${explain(error)}`,
      remedy: 'see the policy grammar: Version "1", Statement[] with Effect, Action, Resource',
      source: documents.api,
    };
  });
}

function explain(error: ErrorObject): string {
  const parameters = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case "enum":
      return `must be one of ${(parameters.allowedValues as unknown[]).map(String).join(", ")}`;
    case "const":
      return `must be ${JSON.stringify(parameters.allowedValue)}`;
    case "additionalProperties":
      return `unknown key "${String(parameters.additionalProperty)}"`;
    case "required":
      return `missing key "${String(parameters.missingProperty)}"`;
    case "anyOf":
      return "must be a text or a list of texts, not empty";
    case "oneOf":
      return "must have either Action or NotAction";
    default:
      return error.message ?? error.keyword;
  }
}

/** The live document in the form that the program uses: its own text while the meaning is the same. */
export function keepForm(
  live: Json,
  old: string | Record<string, unknown> | undefined,
): string | Record<string, unknown> {
  if (old !== undefined) {
    const written = parseDocument(old);
    if (written !== undefined && canonicalJson(written) === canonicalJson(live)) return old;
    if (typeof old === "string") return JSON.stringify(live);
  }
  return live as Record<string, unknown>;
}
