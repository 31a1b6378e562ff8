import { unknown } from "../../examples/policy-pack/stack/resource";
import type { Row } from "./policy-pack-point-rows";
import {
  alibaba,
  azure,
  azurePolicy,
  disk,
  fullBackup,
  item,
  machine,
  policy,
  protection,
  resource,
  vault,
  vm,
} from "./policy-pack-stack";

const released = { rule: "A-59", message: "machine i-1 was released", remedy: "restore it" };
const wrongMode = { rule: "A-13", message: "/tmp/prescript.sh has mode 755", remedy: "chmod 700 /tmp/prescript.sh" };
const tagged = policy({ rules: [fullBackup, { ruleType: "TAG", tagFilters: [{ key: "team", value: "shop" }] }] });

/** What machines and disks get. */
export const machineRows: readonly Row[] = [
  [
    "consistency",
    "less, with the reason and its remedy",
    [machine(), policy(), protection({ achievedLevel: "FILE_SYSTEM", reasons: [wrongMode] })],
    [/machine "db": backups will be FILE_SYSTEM, APPLICATION is required: A-13 .*\n {2}fix: chmod 700/],
  ],
  [
    "consistency",
    "less, because no more was asked for",
    [machine(), policy(), protection({ achievedLevel: "CRASH" })],
    [/will be CRASH.*\n {2}fix: ask for more: set appConsistent/],
  ],
  [
    "consistency",
    "less than a consistency group can have",
    [machine(), policy(), protection({ instanceId: undefined, groupId: "cg-1", achievedLevel: "CRASH" })],
    [/will be CRASH.*\n {2}fix: a consistency group has no more \(A-03\)/],
  ],
  [
    "consistency",
    "less on Azure, because there are no scripts, or because the policy asks for no more",
    [vm(), vault(), azurePolicy(), item({ achievedLevel: "FILE_SYSTEM" }), item({ achievedLevel: "CRASH" })],
    [
      /will be FILE_SYSTEM.*\n {2}fix: .*compute:ScriptFramework/,
      /will be CRASH.*\n {2}fix: .*snapshotConsistencyType/,
    ],
  ],
  [
    "consistency",
    "less, which is enough",
    [machine(), policy(), protection({ achievedLevel: "CRASH" })],
    [],
    { requiredLevel: "CRASH" },
  ],
  [
    "consistency",
    "less on Azure",
    [
      vm(),
      vault(),
      azurePolicy(),
      item({ achievedLevel: "CRASH", reasons: [{ rule: "Z-07", message: "the VM is stopped", remedy: "start it" }] }),
    ],
    [/machine "sql": backups will be CRASH.* Z-07/],
  ],
  [
    "consistency",
    "what a TAG rule binds",
    [machine(), tagged],
    [/machine "db": backups will be CRASH.*\n {2}fix: what a TAG rule binds/],
    { requiredLevel: "FILE_SYSTEM" },
  ],

  ["coverage", "everything", [...alibaba, ...azure], []],
  [
    "coverage",
    "machines with their disks, on both clouds",
    [machine(), disk(), vm()],
    [
      /^db: machine "db" with the system disk, disk "data": nothing protects it\n.*an hbr:InstanceProtection/,
      /^sql: machine "sql" with the OS disk, data disk sql-data: nothing .*\n.*a recoveryservices:ProtectedItem/,
    ],
  ],
  [
    "coverage",
    "a machine that is exempt by a tag",
    [machine({ tags: { backup: "none" } }), disk()],
    [],
    { exemptTags: { backup: "none" } },
  ],
  [
    "coverage",
    "a disabled protection",
    [machine(), policy(), protection({ disabled: true })],
    [/no backup runs; "db-backup" makes no backup: it is disabled/],
  ],
  [
    "coverage",
    "a machine that was released",
    [policy(), protection({ achievedLevel: "NONE", reasons: [released] })],
    [/makes no backup: A-59 machine i-1 was released/],
  ],
  [
    "coverage",
    "a stopped protection on Azure",
    [vm(), vault(), item({ protectionState: "ProtectionStopped" })],
    [/its protectionState is ProtectionStopped/],
  ],
  [
    "coverage",
    "a machine of the inventory that is made ready only",
    [resource("ecs:ScriptDeployment", "scripts", { instanceIds: ["i-7"] })],
    [/scripts: machine i-7 \(of the inventory, named by "scripts"\): nothing protects it/],
  ],
  ["coverage", "a machine that a TAG rule binds", [machine(), disk(), tagged], []],
  [
    "coverage",
    "a local disk of such a machine",
    [machine(), disk({ category: "local_ssd_pro" }), tagged],
    [/disk "data" is not backed up: A-21/],
  ],
  [
    "coverage",
    "a group of the stack",
    [
      machine(),
      resource("hbr:ConsistencyGroup", "pair", { groupId: "cg-1", instanceIds: ["i-1"] }),
      protection({ instanceId: undefined, groupId: "cg-1", coveredDisks: ["d-sys"] }),
      policy(),
    ],
    [],
  ],
  [
    "coverage",
    "a group of another stack, known by its disks",
    [machine(), protection({ instanceId: undefined, groupId: "cg-9" }), policy()],
    [],
  ],
  [
    "coverage",
    "a disk that was attached after the protection was made (A-22)",
    [machine(), disk(), policy(), protection({ coveredDisks: ["d-sys"] })],
    [],
  ],
  [
    "coverage",
    "a disk that is excluded",
    [machine(), disk(), policy(), protection({ coveredDisks: ["d-sys"], excludeDiskIdList: ["d-data"] })],
    [/machine "db": disk "data" is not backed up: "db-backup" leaves it out/],
  ],
  [
    "coverage",
    "a disk that no list names",
    [machine(), disk(), policy(), protection({ allDisks: false, diskIdList: ["d-sys"], coveredDisks: ["d-sys"] })],
    [/disk "data" is not backed up/],
  ],
  [
    "coverage",
    "a disk that is exempt",
    [machine(), disk(), policy(), protection({ coveredDisks: ["d-sys"], excludeDiskIdList: ["d-data"] })],
    [],
    { exempt: ["data"] },
  ],
  [
    "coverage",
    "a local disk of the inventory",
    [
      policy(),
      protection({ uncoveredDisks: [{ diskId: "d-9", rule: "A-21", message: "local disks are never backed up" }] }),
    ],
    [/disk d-9 is not backed up: A-21 local disks/],
  ],
  [
    "coverage",
    "a disk that is excluded on Azure",
    [vm(), vault(), item({ coveredDisks: [{ lun: -1, name: "os" }], excludedDisks: [{ lun: 0, name: "sql-data" }] })],
    [/machine "sql": data disk sql-data is not backed up/],
  ],
  [
    "coverage",
    "a protection of which the machine is not known yet",
    [machine(), protection({ instanceId: unknown })],
    [/^\? instanceId of "db-backup"/, /^\? instanceId of "db-backup"/, /^\? whether machine "db" is protected/],
  ],
  ["coverage", "a stack without machines", [policy(), vault()], []],
];
