import type { PropertyMap } from "../../provider/definition/value";
import { emptyState, FakePulumi, type Run, type State } from "../support/fake-pulumi";
import { type Declaration, Reference } from "../support/program";
import { TestEngine } from "../support/test-engine";

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

type Inputs = Record<string, Declaration["inputs"][string] | undefined>;

/** A machine on which all is as it must be, and the program of seed 000 for it; a row of the rules spoils one thing. */
export class World {
  readonly config: Record<string, PropertyMap[string]> = {};
  readonly instance: Record<string, PropertyMap[string] | undefined> = {
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
  readonly disks: Record<string, PropertyMap[string]>[] = [
    { DiskId: "d-0", InstanceId: "i-1", Type: "system", Category: "cloud_essd", Size: 40, fileSystem: "xfs" },
    { DiskId: "d-1", InstanceId: "i-1", Type: "data", Category: "cloud_essd", Size: 100, fileSystem: "ext4" },
  ];
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
  readonly policy: Inputs = {
    policyName: "daily",
    rules: [{ ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention: 30 }],
  };
  readonly protection: Inputs = {
    instanceId: "i-1",
    policyId: new Reference("policy", "policyId"),
    appConsistent: true,
    ramRoleName: new Reference("attachment", "ramRoleName"),
    scriptDeploymentId: new Reference("scripts", "id"),
  };
  readonly more: Declaration[] = [];
  #engine: TestEngine | undefined;
  #state: State = emptyState;

  program(): Declaration[] {
    const declare = (name: string, type: string, inputs: Inputs): Declaration => ({
      name,
      type: `cloudbackup:${type}`,
      inputs: Object.fromEntries(
        Object.entries(inputs).filter(([, value]) => value !== undefined),
      ) as Declaration["inputs"],
    });
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
      ...this.more,
    ];
  }

  /** The engine that the first update made. */
  get engine(): TestEngine {
    if (this.#engine === undefined) throw new Error("up comes first");
    return this.#engine;
  }

  async up(): Promise<Run> {
    if (this.#engine === undefined) {
      const told = Object.fromEntries(Object.entries(this.instance).filter(([, value]) => value !== undefined));
      const inventory = { Instances: { Instance: [told as PropertyMap] }, Disks: { Disk: this.disks } };
      this.#engine = await TestEngine.inMemory({ ...this.config, region: "us-east-1", inventory });
    }
    const run = await new FakePulumi(() => this.engine.open()).up(this.program(), this.#state);
    this.#state = run.state;
    return run;
  }

  async refresh(): Promise<Run> {
    const run = await new FakePulumi(() => this.engine.open()).refresh(this.#state);
    this.#state = run.state;
    return run;
  }

  /** What the state says of a resource. */
  outputs(name: string): PropertyMap {
    const resource = this.#state.resources.find((each) => each.name === name);
    if (resource === undefined) throw new Error(`${name} is not in the state`);
    return resource.outputs;
  }
}
