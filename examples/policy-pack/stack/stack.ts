import { idKey, type StackResource } from "./resource";

/** The resources of a stack, found by type and by id. */
export class Stack {
  readonly #byType = new Map<string, StackResource[]>();
  readonly #byId = new Map<string, StackResource>();

  constructor(readonly resources: readonly StackResource[]) {
    for (const resource of resources) {
      const same = this.#byType.get(resource.type) ?? [];
      this.#byType.set(resource.type, same);
      same.push(resource);
      const id = resource.props[idProperties[resource.type] ?? ""];
      if (typeof id === "string") this.#byId.set(`${resource.type} ${idKey(id)}`, resource);
    }
  }

  ofType(type: string): readonly StackResource[] {
    return this.#byType.get(type) ?? [];
  }

  /** Undefined for what is not part of the stack. */
  find(type: string, id: string | undefined): StackResource | undefined {
    return id === undefined ? undefined : this.#byId.get(`${type} ${idKey(id)}`);
  }
}

/** The output that holds a resource's id, of those that others refer to. */
const idProperties: Readonly<Record<string, string>> = {
  "cloudbackup:ecs:Instance": "instanceId",
  "cloudbackup:compute:VirtualMachine": "vmId",
  "cloudbackup:hbr:Policy": "policyId",
  "cloudbackup:hbr:ConsistencyGroup": "groupId",
  "cloudbackup:recoveryservices:ProtectionPolicy": "policyId",
  "cloudbackup:recoveryservices:Vault": "vaultId",
};
