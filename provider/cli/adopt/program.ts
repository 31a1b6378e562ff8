import type { Importable } from "./reading";
import { References, type Written } from "./reference";

/** One resource as the program declares it. */
export interface Declared {
  readonly name: string;
  /** `cloudbackup:hbr:Policy`. */
  readonly token: string;
  /** What `pulumi import` takes. */
  readonly id: string;
  readonly inputs: Readonly<Record<string, Written>>;
  /** What a reader has to know of it. */
  readonly comment?: string;
}

/** What is adopted, whatever the language. */
export interface AdoptedProgram {
  readonly resources: readonly Declared[];
  /** The name of each resource that another one may refer to. */
  readonly nameOf: (resource: Importable) => string;
  /** Whether the program keeps its resources from being deleted, as an import does. */
  readonly isProtecting: boolean;
}

const hashComment =
  "The scripts can't be read back: sha256:… is what lies there. The same file in its place is no change.";

/** Declares resources with references to each other, in an order in which each stands behind what it refers to. */
export function declareResources(
  resources: readonly Importable[],
  nameOf: AdoptedProgram["nameOf"],
  isProtecting: boolean,
): AdoptedProgram {
  const references = new References(resources);
  return {
    isProtecting,
    nameOf,
    resources: resources.map((resource) => ({
      name: nameOf(resource),
      token: resource.definition.token,
      id: resource.candidate.id,
      inputs: references.write(resource),
      ...(/"sha256:[0-9a-f]{64}"/.test(JSON.stringify(resource.inputs)) ? { comment: hashComment } : {}),
    })),
  };
}

/** Pulumi's file of what to import. */
export function importFile({ resources }: AdoptedProgram): string {
  const entries = resources.map(({ token, name, id }) => ({ type: token, name, id }));
  return `${JSON.stringify({ nameTable: {}, resources: entries }, undefined, 2)}\n`;
}
