import type { z } from "zod";
import type { Plain } from "../../definition/plain";
import { structureOf } from "../../definition/structure";
import { type AdoptableType, keyOf, rankOf, tokenOf } from "./candidate";
import type { Importable } from "./reading";

/** Another resource's output in the program's inputs. */
export class Reference {
  constructor(
    readonly to: Importable,
    readonly property: string,
  ) {}
}

/** What a program says: plain values and references. */
export type Written =
  | null
  | boolean
  | number
  | string
  | Reference
  | readonly Written[]
  | { readonly [name: string]: Written };

type Link = readonly [type: AdoptableType, output: string];

/** Inputs that name something else, and the outputs to take the name from; the first that has it counts. */
const links: ReadonlyMap<string, readonly Link[]> = new Map(
  Object.entries({
    roleName: [["ram:Role", "roleName"]],
    policyName: [["ram:Policy", "policyName"]],
    ramRoleName: [
      ["ecs:RamRoleAttachment", "ramRoleName"],
      ["ram:RolePolicyAttachment", "roleName"],
      ["ram:Role", "roleName"],
    ],
    instanceId: [["ecs:Instance", "instanceId"]],
    instanceIds: [["ecs:Instance", "instanceId"]],
    diskIdList: [["ecs:Disk", "diskId"]],
    excludeDiskIdList: [["ecs:Disk", "diskId"]],
    groupId: [["hbr:ConsistencyGroup", "groupId"]],
    policyId: [
      ["hbr:Policy", "policyId"],
      ["recoveryservices:ProtectionPolicy", "policyId"],
    ],
    scriptDeploymentId: [["ecs:ScriptDeployment", "id"]],
    vaultId: [["recoveryservices:Vault", "vaultId"]],
    vmId: [["compute:VirtualMachine", "vmId"]],
    sourceResourceId: [
      ["compute:ScriptFramework", "vmId"],
      ["compute:VirtualMachine", "vmId"],
    ],
  } satisfies Readonly<Record<string, readonly Link[]>>),
);

/** The keys of all that inputs may rest on, be it adopted or not. */
export function neededBy(resource: Importable): readonly string[] {
  const { token } = resource.definition;
  const keys: string[] = [];
  mapInputs(resource, (value, property) => {
    for (const [type] of linksOf(token, property)) keys.push(keyOf(tokenOf(type), value));
    return undefined;
  });
  return keys;
}

function linksOf(token: string, property: string): readonly Link[] {
  return (links.get(property) ?? []).filter(([type]) => rankOf(tokenOf(type)) < rankOf(token));
}

type Refer = (value: string, property: string) => Reference | undefined;

/** Inputs with what `refer` gives for texts in their places; without any, the text itself. */
function mapInputs({ inputs, definition }: Importable, refer: Refer): Readonly<Record<string, Written>> {
  const convert = (value: Plain, property: string): Written => {
    if (typeof value === "string") return refer(value, property) ?? value;
    if (Array.isArray(value)) return (value as readonly Plain[]).map((member) => convert(member, property));
    if (typeof value !== "object" || value === null) return value ?? null;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, convert(member, name)]));
  };
  const { shape } = definition.inputs;
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => {
      // What stands in documents and under names of the user's own means nothing to Pulumi.
      const { kind } = structureOf(shape[name] as z.ZodType);
      const isOwn = kind === "record" || (kind === "leaf" && typeof value === "object");
      return [name, isOwn ? (value as Written) : convert(value, name)];
    }),
  );
}

/** Finds what inputs name among the resources of a program. */
export class References {
  readonly #byOutput = new Map<string, Importable[]>();

  constructor(resources: readonly Importable[]) {
    for (const resource of resources) {
      const outputs = new Set([...links.values()].flat().map(([, output]) => output));
      for (const output of outputs) {
        const value = resource.properties[output];
        if (typeof value !== "string") continue;
        const key = `${resource.definition.token} ${output} ${value}`;
        this.#byOutput.set(key, [...(this.#byOutput.get(key) ?? []), resource]);
      }
    }
  }

  /** The inputs of a resource, with references in the place of names. */
  write(resource: Importable): Readonly<Record<string, Written>> {
    const machineId = resource.inputs.instanceId;
    return mapInputs(resource, (value, property) => this.#referenceTo(resource, property, value, machineId));
  }

  #referenceTo(from: Importable, property: string, value: string, machineId: Plain): Reference | undefined {
    for (const [type, output] of linksOf(from.definition.token, property)) {
      const named = this.#byOutput.get(`${tokenOf(type)} ${output} ${value}`) ?? [];
      const found = named.find((each) => speaksFor(each, machineId));
      if (found !== undefined) return new Reference(found, output);
    }
    return undefined;
  }
}

/** An attachment or a deployment says which machines it has: it is of no use to others. */
function speaksFor({ inputs }: Importable, machineId: Plain): boolean {
  const { instanceIds } = inputs;
  return typeof machineId !== "string" || !Array.isArray(instanceIds) || instanceIds.includes(machineId);
}
