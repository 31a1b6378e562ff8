import type * as fc from "fast-check";
import type { PropertyMap } from "../../provider/definition/value";
import { type Program, Reference, type Template } from "../support/program";
import { azureInventory, draftAzure } from "./azure-programs";
import { Draft } from "./draft";
import { type Inputs, versionCount } from "./part";
import { allParts, fewParts, type MachineParts, type Parts } from "./parts";

/** A program as it is edited; every version can stand by itself. */
export type Programs = readonly Program[];

/** The machines that the provider's configuration tells of; what the second one is, nobody knows fully. */
export const inventory: PropertyMap = {
  VirtualMachines: [...azureInventory],
  Instances: {
    Instance: [
      {
        InstanceId: "i-inventory0",
        RegionId: "cn-hangzhou",
        ZoneId: "cn-hangzhou-a",
        OSName: "CentOS  7.9 64 bit",
        Status: "Running",
        cloudAssistant: { installed: true, running: true },
        ramRoleName: null,
      },
      {
        InstanceId: "i-riyadh",
        RegionId: "me-central-1",
        ZoneId: "me-central-1a",
        OSName: "Debian 12",
        Status: "Running",
      },
      { InstanceId: "i-inventory1", RegionId: "cn-hangzhou", ZoneId: "cn-hangzhou-b", OSName: "Ubuntu  20.04 64 bit" },
    ],
  },
  Disks: {
    Disk: [
      {
        DiskId: "d-system0",
        InstanceId: "i-inventory0",
        Type: "system",
        Category: "cloud_essd",
        Size: 40,
        fileSystem: "xfs",
      },
      { DiskId: "d-riyadh", InstanceId: "i-riyadh", Type: "system", Category: "cloud_essd", Size: 40 },
      { DiskId: "d-system1", InstanceId: "i-inventory1", Type: "system", Category: "cloud_essd", Size: 40 },
      {
        DiskId: "d-data1",
        InstanceId: "i-inventory1",
        Type: "data",
        Category: "cloud_efficiency",
        Size: 100,
        fileSystem: "ext4",
      },
    ],
  },
};

/** The versions of a generated program. */
export const programs: fc.Arbitrary<Programs> = allParts.map(versionsOf);

/** The same of a small program, which always has resources of both clouds. */
export const twoCloudPrograms: fc.Arbitrary<Programs> = fewParts.map(versionsOf);

function versionsOf(parts: Parts): Programs {
  return Array.from({ length: versionCount }, (_, version) => new Version(parts, version).program());
}

/** The generated words `consistency` and `disks` in the program's own properties. */
function settingsOf({ consistency, disks, copied, ...rest }: Inputs, wiring: Wiring, isProtection: boolean): Inputs {
  const roleName = wiring.attachment === undefined ? "NoSuchRole" : new Reference(wiring.attachment, "ramRoleName");
  return {
    ...rest,
    ...copyOf(copied),
    instanceId: wiring.instanceId,
    ...(consistency === "application" ? { appConsistent: true, ramRoleName: roleName } : {}),
    ...(consistency === "group" ? { snapshotGroup: true } : {}),
    ...(wiring.scripts === undefined ? {} : { scriptDeploymentId: new Reference(wiring.scripts, "id") }),
    ...(disks === "system" ? { diskIdList: [wiring.systemDiskId], ...(isProtection ? { allDisks: false } : {}) } : {}),
    ...(disks === "withoutSystem" ? { excludeDiskIdList: [wiring.systemDiskId] } : {}),
  };
}

function copyOf(copied: Inputs[string] | undefined): Inputs {
  return copied === true ? { doCopy: true, destinationRegionId: "cn-shanghai" } : {};
}

/** What the backups of one machine rest on in one version. */
interface Wiring {
  /** Taken from the last disk, so that all of them are attached before. */
  readonly instanceId: Template;
  readonly systemDiskId: Template;
  readonly attachment: string | undefined;
  readonly scripts: string | undefined;
}

/** One version of a program. All that rests on something takes it as data. */
class Version {
  readonly #draft: Draft;

  constructor(
    private readonly parts: Parts,
    version: number,
  ) {
    this.#draft = new Draft(version);
  }

  program(): Program {
    const { clouds, azure } = this.parts;
    if (clouds !== "azure") this.#alibaba();
    if (clouds !== "alibaba") draftAzure(this.#draft, azure);
    return this.#draft.program;
  }

  #alibaba(): void {
    const { roles, ramPolicies, grants, deployments, policies, machines } = this.parts;
    roles.forEach((role, number) => void this.#draft.add(`role-${number}`, "ram:Role", role));
    ramPolicies.forEach((policy, number) => void this.#draft.add(`actions-${number}`, "ram:Policy", policy));
    grants.forEach(({ grant, policies: chosen }, number) => {
      const policyName = this.#draft.output(`actions-${this.#draft.choose(chosen, grant)}`, "policyName");
      const roleName = this.#draft.output(`role-${number}`, "roleName");
      if (policyName === undefined || roleName === undefined) return;
      this.#draft.add(`grant-${number}`, "ram:RolePolicyAttachment", grant, () => ({ policyName, roleName }));
    });
    policies.forEach((policy, number) => void this.#draft.add(`policy-${number}`, "hbr:Policy", policy));
    const instances = machines.map((machine, number) => this.#machine(machine, number));
    deployments.forEach((deployment, number) => {
      const instanceIds = instances.filter(
        (id, at) => id !== undefined && machines[at]?.scripts === number,
      ) as Template[];
      if (instanceIds.length === 0) return;
      this.#draft.add(`scripts-${number}`, "ecs:ScriptDeployment", deployment, (inputs) => ({
        ...inputs,
        instanceIds,
      }));
    });
    machines.forEach((machine, number) => void this.#backups(machine, number, instances[number]));
    this.#group(instances.filter((id) => id !== undefined));
    const { plan } = this.parts;
    if (plan !== null) {
      this.#draft.add("plan", "hbr:BackupPlan", plan, ({ copied, consistency, ...inputs }) => ({
        ...inputs,
        ...copyOf(copied),
        ...(consistency === "group" ? { snapshotGroup: true } : {}),
        instanceId: "i-riyadh",
      }));
    }
  }

  /** All machines as a group that is backed up by hand; a group has no scripts and no role. */
  #group(instanceIds: readonly Template[]): void {
    const { group, groupBackup } = this.parts;
    if (group === null || instanceIds.length === 0) return;
    if (!this.#draft.add("group", "hbr:ConsistencyGroup", group, (inputs) => ({ ...inputs, instanceIds }))) return;
    this.#draft.add("group-backup", "hbr:Backup", groupBackup, ({ retention = null, copied }) => ({
      retention,
      ...copyOf(copied),
      groupId: new Reference("group", "groupId"),
    }));
  }

  /** The machine with its disks and its role; gives the id that proves that all disks are there. */
  #machine({ isInventory, machine, disks, role, attachment }: MachineParts, number: number): Template | undefined {
    if (!isInventory && !this.#draft.add(`machine-${number}`, "ecs:Instance", machine)) return undefined;
    let instanceId: Template = isInventory ? `i-inventory${number}` : new Reference(`machine-${number}`, "instanceId");
    for (const [place, disk] of disks.entries()) {
      const name = `disk-${number}-${place}`;
      const on = instanceId;
      if (this.#draft.add(name, "ecs:Disk", disk, (inputs) => ({ ...inputs, instanceId: on }))) {
        instanceId = new Reference(name, "instanceId");
      }
    }
    const ramRoleName =
      this.#draft.output(`grant-${role}`, "roleName") ?? this.#draft.output(`role-${role}`, "roleName");
    if (ramRoleName !== undefined) {
      this.#draft.add(`attachment-${number}`, "ecs:RamRoleAttachment", attachment, () => ({
        ramRoleName,
        instanceIds: [instanceId],
      }));
    }
    return instanceId;
  }

  #backups(parts: MachineParts, number: number, instanceId: Template | undefined): void {
    if (instanceId === undefined) return;
    const wiring: Wiring = {
      instanceId,
      systemDiskId: parts.isInventory ? `d-system${number}` : new Reference(`machine-${number}`, "systemDiskId"),
      attachment: this.#draft.has(`attachment-${number}`) ? `attachment-${number}` : undefined,
      scripts: this.#draft.has(`scripts-${parts.scripts}`) ? `scripts-${parts.scripts}` : undefined,
    };
    const policyId = this.#draft.output(`policy-${this.#draft.choose(parts.policies, parts.protection)}`, "policyId");
    if (policyId !== undefined) {
      this.#draft.add(`protection-${number}`, "hbr:InstanceProtection", parts.protection, (inputs) => ({
        ...settingsOf(this.#destroyable(inputs), wiring, true),
        policyId,
      }));
    }
    if (parts.clone !== null)
      this.#draft.add(`clone-${number}`, "hbr:Clone", parts.clone, (i) => ({ ...i, instanceId }));
    const backup = `backup-${number}`;
    if (parts.backup === null) return;
    // A point that was extended outlives every destroy, of which no preview is told: then it is retained.
    const keep = ({ onDestroy: _delete, ...inputs }: Inputs) => inputs;
    this.#draft.add(backup, "hbr:Backup", parts.backup, (inputs) =>
      settingsOf(parts.override === null ? this.#destroyable(inputs) : keep(inputs), wiring, false),
    );
    const recoveryPointId = this.#draft.output(backup, "recoveryPointId");
    if (recoveryPointId === undefined) return;
    // Data disks alone make no machine.
    const { first, second } = parts.backup;
    const isWhole = first.disks !== "withoutSystem" && second.disks !== "withoutSystem";
    if (parts.restore !== null && isWhole) {
      this.#draft.add(`restore-${number}`, "hbr:Restore", parts.restore, (inputs) => ({ ...inputs, recoveryPointId }));
    }
    if (parts.override === null) return;
    this.#draft.add(`override-${number}`, "hbr:RetentionOverride", parts.override, (inputs) => ({
      ...inputs,
      target: { recoveryPointId },
    }));
  }

  /** Immutable points outlive every destroy, of which no preview is told: then they are retained. */
  #destroyable({ onDestroy, ...inputs }: Inputs): Inputs {
    const isImmutable = JSON.stringify(this.parts.policies).includes('"immutable":true');
    return isImmutable || onDestroy === undefined ? inputs : { ...inputs, onDestroy };
  }
}
