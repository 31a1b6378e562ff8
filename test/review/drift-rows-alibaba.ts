import { type Row, row, weaker } from "./drift-row";
import { backup, daily } from "./drift-rows-policy";
import { changed, gone, same, secret } from "./drift-steps";

const reason = (rule: string, message: string) => ({ rule, message, remedy: "mend it", source: "a document" });
const level = (achievedLevel: string, ...reasons: readonly object[]) => ({
  instanceId: "i-1",
  requestedLevel: "APPLICATION",
  achievedLevel,
  reasons,
});
const protection = (title: string, before: object, after: object, ...expected: Row["expected"]) =>
  row(title, changed("hbr:InstanceProtection", "db", { ...before }, { ...after }), ...expected);

const protectionRows: readonly Row[] = [
  protection(
    "one level",
    level("APPLICATION"),
    level("FILE_SYSTEM", reason("A-13", "mode 755")),
    ...weaker("APPLICATION → FILE_SYSTEM", "A-13", "3→2 levels of consistency"),
  ),
  protection(
    "two levels",
    level("APPLICATION"),
    level("CRASH", reason("A-11", "no agent")),
    ...weaker("APPLICATION → CRASH", "A-11", "3→1 levels of consistency"),
  ),
  protection(
    "the first reason that is new tells it",
    level("FILE_SYSTEM", reason("A-13", "x")),
    level("CRASH", reason("A-13", "x"), reason("A-15", "y")),
    ...weaker("FILE_SYSTEM → CRASH", "A-15", "2→1 levels of consistency"),
  ),
  protection(
    "no backup",
    level("CRASH"),
    level("NONE", reason("A-59", "released")),
    "LOST",
    "CRASH → no backup",
    "A-59",
    "1→0 levels of consistency",
  ),
  protection(
    "a higher level",
    level("FILE_SYSTEM", reason("A-13", "x")),
    level("APPLICATION"),
    "STRONGER",
    "FILE_SYSTEM → APPLICATION",
    "",
    "2→3 levels of consistency",
  ),
  protection(
    "one more reason at the same level",
    level("CRASH", reason("A-05", "x")),
    level("CRASH", reason("A-05", "x"), reason("A-11", "y")),
    "COSMETIC",
    "CRASH, with one more reason",
    "A-11",
    "",
  ),
  protection(
    "suspended",
    { disabled: false },
    { disabled: true },
    "LOST",
    "suspended: no backup runs",
    "A-59",
    "1→0 runs",
  ),
  protection("resumed", { disabled: true }, { disabled: false }, "STRONGER", "backups run again", "A-59", "0→1 runs"),
  protection(
    "a disk less",
    { coveredDisks: ["d-1", "d-2"] },
    { coveredDisks: ["d-1"] },
    ...weaker("covered disks 2 → 1", "", "2→1 disks"),
  ),
  protection(
    "a disk more",
    { coveredDisks: ["d-1"] },
    { coveredDisks: ["d-1", "d-2"] },
    "STRONGER",
    "covered disks 1 → 2",
    "",
    "1→2 disks",
  ),
  protection(
    "one disk for another",
    { coveredDisks: ["d-1", "d-2"] },
    { coveredDisks: ["d-1", "d-3"] },
    ...weaker("covered disks 2 → 2", "", "2→2 disks"),
  ),
  protection(
    "a disk that nothing takes",
    { uncoveredDisks: [] },
    { uncoveredDisks: [{ diskId: "d-9", rule: "A-21", message: "local" }] },
    ...weaker("disks without backup 0 → 1", "A-21", "0→1 disks"),
  ),
  protection(
    "disks that come later",
    { allDisks: true },
    { allDisks: false },
    ...weaker("disks attached later are no longer covered", "A-22", ""),
  ),
  protection(
    "a damaged point",
    { damagedPoints: [] },
    { damagedPoints: ["s-1"] },
    "LOST",
    "point can't be restored: s-1",
    "A-39",
    "0→1 points",
  ),
  protection(
    "damage that expired, beside a suspension",
    { damagedPoints: ["s-1"], disabled: false },
    { damagedPoints: [], disabled: true },
    "LOST",
    "suspended: no backup runs",
    "A-59",
    "1→0 runs",
  ),
  protection(
    "a key that copies can't use any more",
    {},
    { copyProblem: { rule: "A-78", message: "KMS key k-1 is disabled" } },
    ...weaker("copies fail", "A-78", ""),
  ),
  protection(
    "a key that copies can use again",
    { copyProblem: { rule: "A-78", message: "KMS key k-1 is disabled" } },
    {},
    "STRONGER",
    "copies are made again",
    "A-78",
    "",
  ),
  protection(
    "snapshots not of one moment",
    { groupKind: "GROUP" },
    { groupKind: "DISK" },
    ...weaker("disks as GROUP → DISK", "A-20", ""),
  ),
  protection(
    "the key of copies",
    { replicationEncryption: { mode: "KMS", kmsKeyId: "k-1" } },
    { replicationEncryption: { mode: "AUTO" } },
    ...weaker("copies are encrypted with the service's key, no longer with k-1", "A-44", ""),
  ),
  protection(
    "a policy of another stack",
    { policyId: "po-1" },
    { policyId: "po-2" },
    ...weaker("policy po-1 → po-2, of which the stack knows nothing", "", ""),
  ),
  row(
    "a policy of the same stack",
    [
      same("hbr:Policy", "po-1", { rules: [daily] }),
      same("hbr:Policy", "po-2", { rules: [backup("I|1767225600|P7D", 30)] }),
      changed("hbr:InstanceProtection", "db", { policyId: "po-1" }, { policyId: "po-2" }),
    ],
    ...weaker("RPO 24 → 168 hours", "A-35", "24→168 hours of RPO"),
  ),
  protection(
    "a time-out that changes no level",
    { timeoutInSeconds: 30 },
    { timeoutInSeconds: 60 },
    "COSMETIC",
    "timeoutInSeconds 30 → 60",
    "",
    "",
  ),
  row(
    "a protection that is gone",
    gone("hbr:InstanceProtection", "db", level("APPLICATION")),
    "LOST",
    "deleted: no backup runs any more",
    "A-45",
    "1→0 runs",
  ),
];

const otherRows: readonly Row[] = [
  row("a machine", gone("ecs:Instance", "web", {}), "LOST", "machine web released", "A-59", ""),
  row("a VM", gone("compute:VirtualMachine", "web", {}), "LOST", "machine web deleted", "Z-37", ""),
  row(
    "a machine's name",
    changed("ecs:Instance", "web", { instanceName: "a" }, { instanceName: "b" }),
    "COSMETIC",
    "instanceName a → b",
    "",
    "",
  ),
  row(
    "a stopped machine that nothing protects",
    changed("ecs:Instance", "web", { status: "Running" }, { status: "Stopped" }),
    "COSMETIC",
    "status Running → Stopped",
    "A-07",
    "",
  ),
  row(
    "a role that nothing rests on",
    gone("ram:Role", "r", { roleName: "R" }),
    "COSMETIC",
    "role R deleted",
    "A-08",
    "",
  ),
  row(
    "a group's member",
    changed("hbr:ConsistencyGroup", "g", { instanceIds: ["i-1", "i-2"] }, { instanceIds: ["i-1"] }),
    ...weaker("machines 2 → 1", "A-58", "2→1 machines"),
  ),
  row(
    "an override's end",
    changed(
      "hbr:RetentionOverride",
      "o",
      { expireTime: "2026-05-01T00:00:00Z" },
      { expireTime: "2026-03-02T00:00:00Z" },
    ),
    ...weaker("kept until 2026-05-01 → 2026-03-02", "A-38", "null→null days of retention"),
  ),
  row("a manual backup's point", gone("hbr:Backup", "b", {}), "LOST", "its recovery point is gone", "A-42", ""),
  row("a restore that is done", gone("hbr:Restore", "r", {}), "COSMETIC", "deleted", "", ""),
  row("a policy that nothing uses", gone("hbr:Policy", "p", { rules: [daily] }), "COSMETIC", "deleted", "", ""),
  row(
    "a policy that something uses",
    [gone("hbr:Policy", "p", { rules: [daily] }), same("hbr:InstanceProtection", "db", { policyId: "p" })],
    "LOST",
    "deleted: it protected db",
    "",
    "",
  ),
  row("a vault", gone("recoveryservices:Vault", "v", {}), "LOST", "deleted, with all it held", "", ""),
  row(
    "a secret",
    changed("ecs:ScriptDeployment", "s", { preScript: { content: secret } }, { preScript: { content: secret } }, [
      "preScript.content",
    ]),
    "COSMETIC",
    "preScript.content changed (secret)",
    "",
    "",
  ),
  row(
    "a property that nobody knows",
    changed("hbr:Policy", "p", { newThing: 1 }, { newThing: 2 }),
    ...weaker("newThing 1 → 2", "", ""),
  ),
  row(
    "a resource that nobody knows",
    changed("hbr:Novelty", "n", { size: 1 }, { size: 2 }),
    ...weaker("size 1 → 2", "", ""),
  ),
];

export const driftRowsOfAlibaba: readonly Row[] = [...protectionRows, ...otherRows];
