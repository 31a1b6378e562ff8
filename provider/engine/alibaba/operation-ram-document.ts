import type { Json } from "../../store/tables";
import { canonicalJson } from "../core/json";
import { apiRefusal } from "./rule";

/** RAM's own limit on a document's text. */
const longestDocument = 6144;

/** A RAM document as far as every one must be: an object with statements that allow or deny. */
export function requireDocument(document: Json, name: string): Json {
  const refuse = (message: string): never => {
    const example = '{"Version":"1","Statement":[{"Effect":"Allow","Action":"…","Resource":"*"}]}';
    throw apiRefusal(`InvalidParameter.${name}`, name, `--${name} ${message}`, `write ${example}`);
  };
  if (typeof document !== "object" || document === null || Array.isArray(document)) return refuse("is no JSON object");
  const { Statement: statement } = document as Readonly<Record<string, Json>>;
  const statements = (Array.isArray(statement) ? statement : [statement]) as readonly (Json | undefined)[];
  if (statement === undefined || statements.length === 0) return refuse("has no Statement");
  for (const [index, each] of statements.entries()) {
    const effect =
      typeof each === "object" && each !== null ? (each as Readonly<Record<string, Json>>).Effect : undefined;
    if (effect !== "Allow" && effect !== "Deny") return refuse(`has no Effect Allow or Deny in Statement ${index + 1}`);
  }
  const { length } = canonicalJson(document);
  if (length > longestDocument) return refuse(`has ${length} characters, more than ${longestDocument}`);
  return document;
}
