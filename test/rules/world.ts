import { expect } from "chai";
import type { PropertyMap, Value } from "../../provider/definition/value";
import type { Job, RecoveryPoint } from "../../provider/engine/alibaba/backup";
import type { Command } from "../../provider/engine/engine";
import { EngineError } from "../../provider/engine/error";
import { emptyState, FakePulumi, type Run, type State } from "../support/fake-pulumi";
import { type Declaration, Reference } from "../support/program";
import { TestEngine } from "../support/test-engine";

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

type Inputs = Record<string, Declaration["inputs"][string] | undefined>;
type Facts = Record<string, Value | undefined>;

/** Another machine of the inventory, with its disks. */
interface Other {
  readonly instance: Facts;
  readonly disks: readonly Record<string, Value>[];
}

export const daily = { ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention: 30 };

const stepsOfProcedure = ["role", "actions", "grant", "attachment", "scripts"];

/** A machine on which all is as it must be, and the program of seed 000 for it; a row of the rules spoils one thing. */
export class World {
  readonly config: Record<string, Value> = {};
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
  /** Names of the program's resources that it does without. */
  readonly omitted = new Set<string>();
  readonly more: Declaration[] = [];
  #engine: TestEngine | undefined;
  #state: State = emptyState;

  program(): Declaration[] {
    const declare = (name: string, type: string, inputs: Inputs): Declaration => ({
      name,
      type: `cloudbackup:${type}`,
      inputs: given(inputs),
    });
    const all = [
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
    return [...all, ...this.more].filter(({ name }) => !this.omitted.has(name));
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

  /** One more resource, or other inputs for one that was declared. */
  declare(name: string, type: string, inputs: Inputs): this {
    const at = this.more.findIndex((each) => each.name === name);
    const declaration = { name, type: `cloudbackup:${type}`, inputs: given(inputs) };
    if (at >= 0) this.more[at] = declaration;
    else this.more.push(declaration);
    return this;
  }

  /** A second machine, like the first unless facts say otherwise. */
  addMachine(id: string, facts: Facts = {}, disk: Record<string, Value> = {}): this {
    const { InstanceId: _own, ...same } = this.instance;
    const system = { ...this.disks[0], DiskId: id.replace("i-", "d-"), InstanceId: id, ...disk };
    this.others.push({ instance: { ...same, ...facts, InstanceId: id }, disks: [system] });
    return this;
  }

  /** The engine, once the world is there. */
  get engine(): TestEngine {
    if (this.#engine === undefined) throw new Error("start comes first");
    return this.#engine;
  }

  /** Makes the engine: from now on changes of machine and disks come too late. */
  async start(): Promise<this> {
    if (this.#engine !== undefined) return this;
    const machines = [{ instance: this.instance, disks: this.disks }, ...this.others];
    const Instance = machines.map(({ instance }) => given(instance) as PropertyMap);
    const inventory = { Instances: { Instance }, Disks: { Disk: machines.flatMap(({ disks }) => disks) } };
    this.#engine = await TestEngine.inMemory({ ...this.config, region: "us-east-1", inventory });
    return this;
  }

  async up(): Promise<Run> {
    await this.start();
    const run = await this.#pulumi.up(this.program(), this.#state);
    this.#state = run.state;
    return run;
  }

  /** An update in which nothing is refused. */
  async done(): Promise<Run> {
    const run = await this.up();
    expect(run.failure?.failures ?? run.failure?.error).to.equal(undefined);
    return run;
  }

  async preview(): Promise<Run> {
    await this.start();
    return this.#pulumi.preview(this.program(), this.#state);
  }

  async refresh(): Promise<Run> {
    const run = await this.#pulumi.refresh(this.#state);
    this.#state = run.state;
    return run;
  }

  async destroy(): Promise<Run> {
    const run = await this.#pulumi.destroy(this.#state);
    this.#state = run.state;
    return run;
  }

  get #pulumi(): FakePulumi {
    return new FakePulumi(() => this.engine.open());
  }

  /** What the state says of a resource. */
  outputs(name: string): PropertyMap {
    const resource = this.#state.resources.find((each) => each.name === name);
    if (resource === undefined) throw new Error(`${name} is not in the state`);
    return resource.outputs;
  }

  text(name: string, output: string): string {
    const value = this.outputs(name)[output];
    if (typeof value !== "string") throw new Error(`${name} has no text ${output}`);
    return value;
  }

  /** Calls a function of the provider, `hbr:getService`. */
  async call(name: string, args: PropertyMap = {}): Promise<PropertyMap> {
    const session = await this.engine.open();
    const { result, failures } = await session.invoke({ token: `cloudbackup:${name}`, args, preview: false });
    await session.close();
    if (result === undefined) throw new Error(failures.map(({ reason }) => reason).join("\n"));
    return result;
  }

  /** The error with which an operation, by its real name, is refused. */
  refusedCall(name: string, parameters: Readonly<Record<string, string>>): Promise<EngineError> {
    return thrown(() => this.engine.call(name, parameters));
  }

  refusedCommand<I>(command: Command<I, unknown>, input: I): Promise<EngineError> {
    return thrown(() => this.engine.run(command, input));
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

  advance(seconds: number): Promise<void> {
    return this.engine.advance(seconds);
  }

  async now(): Promise<number> {
    return this.engine.ask(async ({ now }) => now, undefined);
  }
}

function given<T>(inputs: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(Object.entries(inputs).filter((entry): entry is [string, T] => entry[1] !== undefined));
}

async function thrown(work: () => Promise<unknown>): Promise<EngineError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
