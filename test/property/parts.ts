import * as fc from "fast-check";
import { Asset, type PropertyMap } from "../../provider/definition/value";
import { azurePartsOf } from "./azure-parts";
import { ruleSets } from "./events";
import { type Inputs, maybe, mostly, part, record, type Size } from "./part";

const osNames = ["CentOS  7.9 64 bit", "CentOS 7.5 64 bit", "Ubuntu 22.04 64 bit", "Debian 12", "Windows Server 2019"];

const diskModel = {
  category: mostly("cloud_essd", "cloud_ssd", "cloud_efficiency", "local_ssd_pro", "cloud_auto"),
  fileSystem: mostly("ext4", "XFS", "btrfs", "NTFS"),
  sizeGiB: fc.constantFrom(20, 40, 500),
  encrypted: fc.boolean(),
  usedGiB: maybe(fc.constantFrom(0, 0.5, 33)),
};

const dataDiskModel = {
  ...diskModel,
  performanceLevel: mostly<string | undefined>(undefined, "PL1", "PL3"),
  multiAttach: mostly<boolean | undefined>(undefined, true),
};

const machineInputs = record({
  osName: mostly(osNames[0] ?? "", ...osNames.slice(1)),
  status: mostly("Running", "Stopped"),
  instanceName: maybe(fc.constantFrom("web", "db")),
  zoneId: fc.constantFrom("cn-hangzhou-b", "cn-hangzhou-c"),
  cloudAssistant: fc.oneof(
    fc.constant(undefined),
    fc.record({ installed: fc.boolean(), running: fc.boolean() }),
  ) as fc.Arbitrary<PropertyMap | undefined>,
  vssWritersHealthy: mostly(true, false),
  systemDisk: record(diskModel) as fc.Arbitrary<PropertyMap>,
  changeRatePercentPerDay: maybe(fc.constantFrom(0, 1.5, 100)),
  // By tags a policy's TAG rule binds machines, beside what the program says of them.
  tags: mostly<PropertyMap | undefined>(undefined, { tier: "gold" }, { tier: "silver" }),
  publicIpAddress: mostly<string | undefined>(undefined, "47.1.2.3"),
  instanceType: mostly<string | undefined>(undefined, "ecs.g7.large"),
});

const trust = {
  Version: "1",
  Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: ["ecs.aliyuncs.com"] } }],
};

const roleInputs = record({
  roleName: mostly<string | undefined>(undefined, "AppSnapshotRoleName"),
  assumeRolePolicyDocument: fc.constantFrom<PropertyMap | string>(trust, JSON.stringify(trust)),
  description: maybe(fc.constantFrom("for snapshots", "other")),
  maxSessionDuration: mostly(3600, 7200),
  tags: maybe(fc.constantFrom({ team: "db" }, { "a.b": "" })),
});

const actions = ["ecs:DescribeSnapshot*", "ecs:CreateSnapshot*", "ecs:TagResources", "ecs:DescribeDisks"];

function policyDocument(granted: readonly string[], extra: readonly PropertyMap[]): PropertyMap {
  return {
    Version: "1",
    Statement: [{ Effect: "Allow", Action: [...granted], Resource: ["*"], Condition: {} }, ...extra],
  };
}

const denial = { Effect: "Deny", Action: "ecs:Tag*", Resource: "*" };

const ramPolicyInputs = record({
  policyName: mostly<string | undefined>(undefined, "AppSnapshotPolicy"),
  rotateStrategy: mostly<string | undefined>(undefined, "DeleteOldestNonDefaultVersionWhenLimitExceeded"),
  policyDocument: fc
    .tuple(
      mostly(actions, actions.slice(1), ["ecs:*"], ["*"]),
      mostly<readonly PropertyMap[]>([], [denial]),
      fc.boolean(),
    )
    .map(([granted, extra, asText]): PropertyMap | string => {
      const document = policyDocument(granted, extra);
      return asText ? JSON.stringify(document, null, 1) : document;
    }),
  description: maybe(fc.constant("text")),
});

const scriptInputs = record({
  content: maybe(fc.constantFrom("#!/bin/sh\nfreeze\n", "#!/bin/sh\necho\n")),
  fileMode: mostly<string | undefined>(undefined, "0700", "0755", "600"),
  fileOwner: mostly("root", "mysql"),
  timeoutInSeconds: mostly(30, 1),
  simulate: mostly<PropertyMap | undefined>(undefined, { exitCode: 1 }, { durationSeconds: 45.5 }),
}).map(
  (script): Inputs => (script.content === undefined ? { ...script, source: new Asset({ text: "thaw\n" }) } : script),
);

const deploymentInputs = record({
  transport: mostly<string | undefined>(undefined, "FTP"),
  application: maybe(fc.constant("MySQL")),
  preScript: scriptInputs as fc.Arbitrary<PropertyMap>,
  postScript: scriptInputs as fc.Arbitrary<PropertyMap>,
});

const backupPolicyInputs = record({
  policyName: maybe(fc.constantFrom("daily", "weekly")),
  policyDescription: maybe(fc.constant("text")),
  policyType: mostly<string | undefined>(undefined, "UDM_ECS_ONLY"),
  rules: ruleSets as fc.Arbitrary<unknown> as fc.Arbitrary<PropertyMap[]>,
});

const settingsModel = {
  enableFsFreeze: mostly(true, false),
  enableWriters: mostly(true, false),
  timeoutInSeconds: mostly(30, 5),
  preScriptPath: mostly<string | undefined>(undefined, "/opt/pre.sh"),
  postScriptPath: mostly<string | undefined>(undefined, "/opt/post.sh"),
};

/** The gate: where it is not met, the preview and the update refuse alike. */
const required = mostly<string | undefined>(undefined, "CRASH", "CRASH", "FILE_SYSTEM");

const protectionInputs = record({
  ...settingsModel,
  requireConsistency: required,
  consistency: mostly("application", "group", "none"),
  disabled: mostly(false, true),
  disks: mostly("all", "system", "all", "withoutSystem"),
  onDestroy: mostly<string | undefined>(undefined, "delete"),
});

const backupInputs = record({
  ...settingsModel,
  consistency: mostly("application", "group", "none"),
  disks: mostly("all", "system", "withoutSystem"),
  copied: mostly(false, true),
  onDestroy: mostly<string | undefined>(undefined, "delete"),
  retention: fc.record({
    value: fc.constantFrom(1, 10),
    unit: fc.constantFrom("DAY", "MONTH"),
  }) as fc.Arbitrary<PropertyMap>,
});

const overrideInputs = fc.constantFrom<Inputs>(
  { retentionDays: 400 },
  { retentionDays: 401 },
  { neverExpire: true },
  { retentionDays: 400, dimension: "DISK" },
);

const planInputs = record({
  ...settingsModel,
  consistency: mostly("none", "group"),
  requireConsistency: mostly<string | undefined>(undefined, "CRASH"),
  onDestroy: mostly<string | undefined>(undefined, "delete"),
  planName: maybe(fc.constant("nightly")),
  rules: fc
    .uniqueArray(fc.constantFrom("I|1767225600|P1D", "C|1767225600|0 0 2 ? * 3,5,7"), { minLength: 1 })
    .map((schedules): PropertyMap[] => schedules.map((schedule) => ({ schedule }))),
  retention: fc.constantFrom(2, 30),
  disabled: mostly(false, true),
  copied: fc.boolean(),
});

const groupInputs = record({ groupName: maybe(fc.constantFrom("pair", "couple")) });

/** What a machine that is made of a point, or of another machine, is to be like. */
const targetInputs = record({
  instanceType: mostly("ecs.g7.large", "ecs.c7.large"),
  restoredNetwork: fc.constant("vsw-1"),
  securityGroup: fc.constant("sg-1"),
  restoredName: fc.constant("again"),
  restoredHostName: fc.constant("again"),
  bootAfterRestore: mostly<boolean | undefined>(undefined, true),
  diskCategory: mostly<string | undefined>(undefined, "cloud_essd"),
  onDestroy: mostly<string | undefined>(undefined, "delete"),
});

const half = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 2 });
const emptyInputs = fc.constant<Inputs>({});

function machineParts({ index, disks, sometimes }: Size) {
  return fc.record({
    isInventory: fc.boolean(),
    machine: part(machineInputs),
    disks: fc.array(part(record(dataDiskModel)), { maxLength: disks }),
    role: index,
    attachment: part(emptyInputs),
    scripts: index,
    policies: fc.tuple(index, index),
    protection: part(protectionInputs),
    backup: half(part(backupInputs)),
    override: sometimes(part(overrideInputs)),
    restore: sometimes(part(targetInputs)),
    clone: sometimes(part(targetInputs)),
  });
}

/** Everything that the versions of one program are made of. */
function partsOf(size: Size) {
  const { clouds, pairs, machines, index, sometimes } = size;
  return pairs.chain((count) => {
    const each = { minLength: count, maxLength: count };
    return fc.record({
      clouds: fc.constantFrom(...clouds),
      azure: azurePartsOf(size),
      roles: fc.array(part(roleInputs), each),
      ramPolicies: fc.array(part(ramPolicyInputs), each),
      grants: fc.array(fc.record({ grant: part(emptyInputs), policies: fc.tuple(index, index) }), each),
      deployments: fc.array(part(deploymentInputs), each),
      policies: fc.array(part(backupPolicyInputs), { minLength: machines, maxLength: 2 }),
      machines: fc.array(machineParts(size), { minLength: 1, maxLength: machines }),
      plan: sometimes(part(planInputs)),
      group: sometimes(part(groupInputs)),
      groupBackup: part(backupInputs),
    });
  });
}

const seldom = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ arbitrary: fc.constant(null), weight: 3 }, { arbitrary, weight: 1 });

export const allParts = partsOf({
  clouds: ["alibaba", "azure", "both"],
  pairs: fc.constant(2),
  machines: 2,
  disks: 2,
  index: fc.nat({ max: 1 }),
  sometimes: half,
});

/** As small as a program of both clouds can be that still has something of everything, now and then. */
export const fewParts = partsOf({
  clouds: ["both"],
  pairs: fc.constantFrom(0, 0, 1),
  machines: 1,
  disks: 1,
  index: fc.constantFrom(0, 0, 0, 1),
  sometimes: seldom,
});

type Of<A> = A extends fc.Arbitrary<infer T> ? T : never;
export type Parts = Of<typeof allParts>;
export type MachineParts = Of<ReturnType<typeof machineParts>>;
