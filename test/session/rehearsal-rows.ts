import { secondsPerDay } from "../../provider/engine/core/time";
import type { Row } from "../../provider/store/tables";
import type { Declaration, Template } from "../support/program";
import { urnOf } from "../support/provider-client";
import type { Options } from "../support/rehearse";
import type { TestEngine } from "../support/test-engine";
import { declare, of } from "./life";

/** A stack, what happens to it, and what a destroy of it would be. */
export interface RehearsalRow {
  readonly program: readonly Declaration[];
  readonly days?: number;
  /** After the days have passed. `ids` are those of the program's resources, by name. */
  meddle?(engine: TestEngine, ids: Readonly<Record<string, string>>): Promise<unknown>;
  readonly options?: Options;
  /** Names of what is destroyed; default: everything. */
  readonly targets?: readonly string[];
  /** By name: what does not simply go, with the rule, and the day on which a destroy takes it (`never`). */
  readonly outcomes: Readonly<Record<string, string>>;
  /** `machine count kind state days`, days until the last one goes (`ever`). */
  readonly kept: readonly string[];
  /** `machine count kind`. */
  readonly lost?: readonly string[];
  /** What later destroys take, `day: names`. */
  readonly later?: readonly string[];
  /** Kinds and names of what restores left. */
  readonly restored?: readonly string[];
}

const daily = (retention: number, immutable = false): Template => [
  { ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention },
  ...(immutable ? [{ ruleType: "SECURITY", immutable: true }] : []),
];
const machine = (name = "db") => declare(name, "ecs:Instance", { instanceName: name });
const policy = (retention = 7, immutable = false) =>
  declare("policy", "hbr:Policy", { rules: daily(retention, immutable) });
const protection = (more: Declaration["inputs"] = {}) =>
  declare("protection", "hbr:InstanceProtection", {
    instanceId: of("db", "instanceId"),
    policyId: of("policy", "policyId"),
    ...more,
  });
const backup = (more: Declaration["inputs"] = {}) =>
  declare("backup", "hbr:Backup", { instanceId: of("db", "instanceId"), retention: { value: 30 }, ...more });
const erase = { onDestroy: "delete" };
const target = {
  instanceType: "ecs.g7.large",
  restoredNetwork: "vsw-1",
  securityGroup: "sg-1",
  restoredName: "again",
  restoredHostName: "again",
};
const restore = (more: Declaration["inputs"] = {}) =>
  declare("restore", "hbr:Restore", { recoveryPointId: of("backup", "recoveryPointId"), ...target, ...more });

const trust = {
  Version: "1",
  Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: ["ecs.aliyuncs.com"] } }],
};
const grants = { Version: "1", Statement: [{ Effect: "Allow", Action: "ecs:*", Resource: "*" }] };
const role = declare("role", "ram:Role", { roleName: "Snap", assumeRolePolicyDocument: trust });
const ramPolicy = declare("grants", "ram:Policy", { policyName: "Grants", policyDocument: grants });

const vault = (more: Declaration["inputs"] = {}) =>
  declare("vault", "recoveryservices:Vault", {
    vaultName: "vault",
    resourceGroupName: "backup",
    location: "westeurope",
    ...more,
  });
const vm = declare("vm", "compute:VirtualMachine", {
  vmName: "web",
  resourceGroupName: "prod",
  location: "westeurope",
});
const days = (count: number) => ({ dailySchedule: { retentionDuration: { count } } });
const vaultPolicy = (more: Declaration["inputs"] = {}) =>
  declare("policy", "recoveryservices:ProtectionPolicy", {
    vaultId: of("vault", "vaultId"),
    schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:00"] },
    retentionPolicy: days(30),
    ...more,
  });
const item = (more: Declaration["inputs"] = {}) =>
  declare("item", "recoveryservices:ProtectedItem", {
    vaultId: of("vault", "vaultId"),
    sourceResourceId: of("vm", "vmId"),
    policyId: of("policy", "policyId"),
    ...more,
  });
const monthly = {
  retentionScheduleFormatType: "Daily",
  retentionScheduleDaily: { daysOfTheMonth: [{ date: 1 }] },
  retentionDuration: { count: 12 },
};

/** A point like those that the service makes. */
function lockedPoint(owner: Row<"protectedItem">, expireTime: number): Row<"vaultPoint"> {
  const { account, vmId, vaultId, policyId, createTime } = owner;
  const armId = `${owner.armId}/recoveryPoints/1`;
  return {
    id: armId.toLowerCase(),
    account,
    armId,
    itemId: owner.id,
    vmId,
    vaultId,
    policyId,
    jobId: "job",
    createTime,
    level: "CRASH",
    reasons: [],
    disks: [],
    excludedDisks: [],
    bytesTotal: 1024 ** 3,
    ruleName: "Daily",
    snapshotUntil: createTime + 2 * secondsPerDay,
    vaultTime: createTime + 3600,
    archiveTime: null,
    expireTime,
    policyExpireTime: expireTime,
    damaged: false,
  };
}
const estate = (vaultInputs: Declaration["inputs"], itemInputs: Declaration["inputs"]) => [
  vault(vaultInputs),
  vm,
  vaultPolicy(),
  item(itemInputs),
];

export const rehearsalRows: Readonly<Record<string, RehearsalRow>> = {
  "points that are retained": {
    program: [machine(), policy(), protection()],
    days: 10,
    outcomes: {},
    kept: ["db 7 POINTS - 7"],
  },
  "points that go with their protection": {
    program: [machine(), policy(), protection(erase)],
    days: 10,
    outcomes: {},
    kept: [],
    lost: ["db 7 POINTS"],
  },
  "a protection that has no point yet": {
    program: [machine(), policy(7, true), protection(erase)],
    outcomes: {},
    kept: [],
  },
  "immutable points while backups go on": {
    program: [machine(), policy(7, true), protection(erase)],
    days: 10,
    outcomes: { protection: "FAILS A-43 never", policy: "STAYS never", db: "STAYS never" },
    kept: ["db 7 POINTS - 7"],
  },
  "immutable points of a protection that is suspended": {
    program: [machine(), policy(7, true), protection(erase)],
    days: 10,
    meddle: (engine, { protection: id = "" }) =>
      engine.run(async ({ store }) => {
        const row = await store.get("protection", id);
        if (row !== undefined) await store.put("protection", [{ ...row, disabled: true }]);
      }, undefined),
    outcomes: { protection: "FAILS A-43 17", policy: "STAYS 17", db: "STAYS 17" },
    kept: ["db 7 POINTS - 7"],
    later: ["17: protection, db, policy"],
  },
  "a point that an override lets live longer": {
    program: [
      machine(),
      backup(erase),
      declare("override", "hbr:RetentionOverride", {
        target: { recoveryPointId: of("backup", "recoveryPointId") },
        retentionDays: 90,
      }),
    ],
    days: 5,
    outcomes: { backup: "FAILS A-56 90", db: "STAYS 90" },
    kept: ["db 1 POINTS - 85"],
    later: ["90: backup, db"],
  },
  "a point that never expires": {
    program: [
      machine(),
      backup(erase),
      declare("override", "hbr:RetentionOverride", {
        target: { recoveryPointId: of("backup", "recoveryPointId") },
        neverExpire: true,
      }),
    ],
    outcomes: { backup: "FAILS A-56 never", db: "STAYS never" },
    kept: ["db 1 POINTS - ever"],
  },
  "a copy in another region stays when its point goes": {
    program: [machine(), backup({ ...erase, doCopy: true, destinationRegionId: "cn-shanghai" })],
    days: 5,
    outcomes: {},
    kept: ["db 1 COPIES - 25"],
    lost: ["db 1 POINTS"],
  },
  "a snapshot of which a disk was made outlives its point": {
    program: [machine(), backup(erase)],
    days: 5,
    meddle: async (engine, { backup: jobId = "", db = "" }) => {
      const job = await engine.ask(({ store }) => store.get("job", jobId), undefined);
      await engine.call("CreateDisk", { SnapshotId: `${job?.recoveryPointId}-0`, InstanceId: db });
    },
    outcomes: {},
    kept: ["db 1 SNAPSHOTS - ever"],
    lost: ["db 1 POINTS"],
  },
  "a restored machine that is retained": {
    program: [machine(), backup(), restore()],
    outcomes: {},
    kept: ["db 1 POINTS - 30"],
    restored: ["MACHINE again"],
  },
  "a restored machine that goes": {
    program: [machine(), backup(), restore(erase)],
    outcomes: {},
    kept: ["db 1 POINTS - 30"],
  },
  "a role with a policy of somebody else": {
    program: [
      role,
      ramPolicy,
      declare("attachment", "ram:RolePolicyAttachment", {
        policyName: of("grants", "policyName"),
        roleName: of("role", "roleName"),
      }),
    ],
    meddle: async (engine) => {
      await engine.call("CreatePolicy", { PolicyName: "Other", PolicyDocument: JSON.stringify(grants) });
      await engine.call("AttachPolicyToRole", { PolicyType: "Custom", PolicyName: "Other", RoleName: "Snap" });
    },
    outcomes: { role: "FAILS DeleteConflict.Role.Policy never" },
    kept: [],
  },
  "a RAM policy that somebody else uses": {
    program: [role, ramPolicy],
    meddle: async (engine) => {
      await engine.call("CreateRole", { RoleName: "Other", AssumeRolePolicyDocument: JSON.stringify(trust) });
      await engine.call("AttachPolicyToRole", { PolicyType: "Custom", PolicyName: "Grants", RoleName: "Other" });
    },
    outcomes: { grants: "FAILS DeleteConflict.Policy.User never" },
    kept: [],
  },
  "what no dependency orders is a matter of luck": {
    program: [
      role,
      ramPolicy,
      declare("attachment", "ram:RolePolicyAttachment", {
        policyName: of("grants", "policyName"),
        roleName: of("role", "roleName"),
      }),
    ],
    options: { attachment: { dependencies: [] } },
    outcomes: { role: "RACES DeleteConflict.Role.Policy", grants: "RACES DeleteConflict.Policy.User" },
    kept: [],
  },
  "a policy to which somebody bound another machine": {
    program: [policy(), machine("alien")],
    meddle: (engine, { policy: PolicyId = "", alien: DataSourceId = "" }) => {
      const PolicyBindingList = JSON.stringify([{ SourceType: "UDM_ECS", DataSourceId }]);
      return engine.call("CreatePolicyBindings", { PolicyId, PolicyBindingList });
    },
    outcomes: { policy: "FAILS Engine.PolicyInUse never" },
    kept: [],
  },
  "a resource that is protected keeps what it rests on": {
    program: [machine(), policy(), protection()],
    days: 2,
    options: { protection: { protect: true } },
    outcomes: { protection: "PROTECTED", policy: "STAYS never", db: "STAYS never" },
    kept: ["db 2 POINTS - 7"],
  },
  "a protection that is let go of holds its policy": {
    program: [machine(), policy(), protection(erase)],
    days: 2,
    options: { protection: { retainOnDelete: true } },
    outcomes: { protection: "FORGOTTEN", policy: "FAILS Engine.PolicyInUse never" },
    kept: ["db 2 POINTS - 7"],
  },
  "what goes with another one is not asked for": {
    program: [machine(), backup(erase)],
    options: { backup: { deletedWith: urnOf("cloudbackup:ecs:Instance", "db") } },
    outcomes: { backup: "FORGOTTEN" },
    kept: ["db 1 POINTS - 30"],
  },
  "resources of another provider": {
    program: [machine(), backup()],
    options: { db: { type: "random:index:Name" } },
    outcomes: { db: "NOT_REHEARSED" },
    kept: ["db 1 POINTS - 30"],
  },
  "a resource of another engine": {
    program: [machine()],
    options: { db: { id: "i-elsewhere" } },
    outcomes: { db: "UNKNOWN" },
    kept: [],
  },
  "only a target and what depends on it": {
    program: [machine(), machine("cache"), policy(), protection(erase)],
    days: 3,
    targets: ["policy"],
    outcomes: {},
    kept: [],
    lost: ["db 3 POINTS"],
  },
  "the points of a vault that soft-deletes": {
    program: estate({}, erase),
    days: 5,
    outcomes: { vault: "FAILS Z-29 19" },
    kept: ["web 5 POINTS SoftDeleted 14"],
    later: ["19: vault"],
  },
  "a vault that waits longer than points that are made anew": {
    program: [
      ...[machine(), declare("daily", "hbr:Policy", { rules: daily(4, true) })],
      declare("protection", "hbr:InstanceProtection", {
        instanceId: of("db", "instanceId"),
        policyId: of("daily", "policyId"),
        ...erase,
      }),
      ...estate({}, erase),
    ],
    days: 5,
    outcomes: {
      protection: "FAILS A-43 never",
      daily: "STAYS never",
      db: "STAYS never",
      vault: "FAILS Z-29 19",
    },
    kept: ["db 4 POINTS - 4", "web 5 POINTS SoftDeleted 14"],
    later: ["19: vault"],
  },
  "retained points hold their vault for ever": {
    program: estate({}, {}),
    days: 5,
    outcomes: { vault: "FAILS Z-29 never" },
    kept: ["web 5 POINTS ProtectionStopped ever"],
  },
  "an item without points leaves nothing in its vault": {
    program: estate({}, erase),
    outcomes: {},
    kept: [],
  },
  "the points of a vault without soft delete": {
    program: estate({ softDelete: { state: "Disabled" } }, erase),
    days: 5,
    outcomes: {},
    kept: [],
    lost: ["web 5 POINTS"],
  },
  "a vault that is immutable": {
    program: estate({ immutability: "Unlocked" }, erase),
    days: 5,
    outcomes: { item: "FAILS Z-30 never", policy: "STAYS never", vm: "STAYS never", vault: "STAYS never" },
    kept: ["web 5 POINTS Protected 30"],
  },
  "a vault that is locked, whose backups are suspended": {
    program: estate({ immutability: "Locked" }, { ...erase, protectionState: "BackupsSuspended" }),
    days: 5,
    meddle: async (engine, { item: id = "", policy: policyId = "" }) =>
      engine.run(async ({ store, now }) => {
        const row = await store.get("protectedItem", id.toLowerCase());
        if (row === undefined) return;
        const expireTime = now + 3 * secondsPerDay;
        await store.put("protectedItem", [{ ...row, policyId: policyId.toLowerCase() }]);
        await store.put("vaultPoint", [lockedPoint(row, expireTime)]);
      }, undefined),
    outcomes: { item: "FAILS Z-30 8", policy: "STAYS 8", vm: "STAYS 8", vault: "STAYS 8" },
    kept: ["web 1 POINTS BackupsSuspended 3"],
    later: ["8: item, vm, policy, vault"],
  },
  "points in the archive": {
    program: [
      vault(),
      vm,
      vaultPolicy({
        policyType: "V2",
        retentionPolicy: { ...days(30), monthlySchedule: monthly },
        tieringPolicy: { ArchivedRP: { tieringMode: "TierAfter", duration: 3, durationType: "Months" } },
      }),
      item(erase),
    ],
    days: 130,
    outcomes: { vault: "FAILS Z-29 144" },
    kept: ["web 34 POINTS SoftDeleted 14"],
    later: ["144: vault"],
  },
};
