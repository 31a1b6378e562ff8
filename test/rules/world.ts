import type { PropertyMap, Value } from "../../provider/definition/value";
import type { Job, RecoveryPoint } from "../../provider/engine/alibaba/backup";
import { type Declaration, Reference } from "../support/program";
import { AnyWorld, declare, given, type Inputs } from "./any-world";

export const day = 86_400;

const trust = {
  Version: "1",
  Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: ["ecs.aliyuncs.com"] } }],
};

export const snapshotActions = {
  Version: "1",
  Statement: [
    {
      Effect: "Allow",
      Action: ["ecs:DescribeSnapshot*", "ecs:CreateSnapshot*", "ecs:TagResources", "ecs:DescribeDisks"],
      Resource: ["*"],
      Condition: {},
    },
  ],
};

type Facts = Record<string, Value | undefined>;

/** Another machine of the inventory, with its disks. */
interface Other {
  readonly instance: Facts;
  readonly disks: readonly Record<string, Value>[];
}

export const daily = { ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention: 30 };

const stepsOfProcedure = ["role", "actions", "grant", "attachment", "scripts"];

/** A machine on which all is as it must be, and the program of seed 000 for it; a row of the rules spoils one thing. */
export class World extends AnyWorld {
  readonly instance: Facts = {
    InstanceId: "i-1",
    RegionId: "us-east-1",
    ZoneId: "us-east-1a",
    OSName: "CentOS  7.9 64 bit",
    Status: "Running",
    PublicIpAddress: { IpAddress: ["203.0.113.7"] },
    cloudAssistant: { installed: true, running: true },
    ramRoleName: null,
    vssWriters: "healthy",
  };
  readonly disks: Record<string, Value>[] = [
    { DiskId: "d-0", InstanceId: "i-1", Type: "system", Category: "cloud_essd", Size: 40, fileSystem: "xfs" },
    { DiskId: "d-1", InstanceId: "i-1", Type: "data", Category: "cloud_essd", Size: 100, fileSystem: "ext4" },
  ];
  readonly others: Other[] = [];
  readonly role: Inputs = { roleName: "Snapshots", assumeRolePolicyDocument: trust };
  readonly actions: Inputs = { policyName: "SnapshotActions", policyDocument: snapshotActions };
  readonly attachment: Inputs = {
    ramRoleName: new Reference("grant", "roleName"),
    instanceIds: ["i-1"],
  };
  readonly scripts: Inputs = {
    instanceIds: ["i-1"],
    preScript: { content: "freeze" },
    postScript: { content: "thaw" },
  };
  readonly policy: Inputs = { policyName: "daily", rules: [daily] };
  readonly protection: Inputs = {
    instanceId: "i-1",
    policyId: new Reference("policy", "policyId"),
    appConsistent: true,
    ramRoleName: new Reference("attachment", "ramRoleName"),
    scriptDeploymentId: new Reference("scripts", "id"),
  };

  protected declarations(): readonly Declaration[] {
    return [
      declare("role", "ram:Role", this.role),
      declare("actions", "ram:Policy", this.actions),
      declare("grant", "ram:RolePolicyAttachment", {
        policyName: new Reference("actions", "policyName"),
        roleName: new Reference("role", "roleName"),
      }),
      declare("attachment", "ecs:RamRoleAttachment", this.attachment),
      declare("scripts", "ecs:ScriptDeployment", this.scripts),
      declare("policy", "hbr:Policy", this.policy),
      declare("protection", "hbr:InstanceProtection", this.protection),
    ];
  }

  protected configuration(): PropertyMap {
    const machines = [{ instance: this.instance, disks: this.disks }, ...this.others];
    const Instance = machines.map(({ instance }) => given(instance) as PropertyMap);
    const inventory = { Instances: { Instance }, Disks: { Disk: machines.flatMap(({ disks }) => disks) } };
    return { region: "us-east-1", inventory };
  }

  /** Without step 1 of the procedure and the scripts: plain, crash-consistent backups. */
  plain(): this {
    for (const name of stepsOfProcedure) this.omitted.add(name);
    Object.assign(this.protection, { appConsistent: undefined, ramRoleName: undefined, scriptDeploymentId: undefined });
    return this;
  }

  /** Nothing but the machine: the row declares what it needs. */
  bare(): this {
    this.plain();
    for (const name of ["policy", "protection"]) this.omitted.add(name);
    return this;
  }

  /** A second machine, like the first unless facts say otherwise. */
  addMachine(id: string, facts: Facts = {}, disk: Record<string, Value> = {}): this {
    const { InstanceId: _own, ...same } = this.instance;
    const system = { ...this.disks[0], DiskId: id.replace("i-", "d-"), InstanceId: id, ...disk };
    this.others.push({ instance: { ...same, ...facts, InstanceId: id }, disks: [system] });
    return this;
  }

  points(): Promise<readonly RecoveryPoint[]> {
    const order = { column: "createTime", direction: "ascending" } as const;
    return this.engine.ask(({ store }) => store.find("recoveryPoint", {}, { order }), undefined);
  }

  /** The oldest point that is there. */
  async point(): Promise<RecoveryPoint> {
    const [first] = await this.points();
    if (first === undefined) throw new Error("there is no recovery point");
    return first;
  }

  /** Oldest first. */
  jobs(): Promise<readonly Job[]> {
    const order = { column: "startTime", direction: "ascending" } as const;
    return this.engine.ask(({ store }) => store.find("job", {}, { order }), undefined);
  }
}
