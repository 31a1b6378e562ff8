/** Ids of the stack's resources by type and name, `ecs:Instance app`. */
export type Ids = (key: string) => string;

/** Something that happens behind Pulumi's back, and what the command says of it. */
export interface Kind {
  readonly title: string;
  readonly calls: (ids: Ids) => readonly (readonly [operation: string, parameters: Readonly<Record<string, string>>])[];
  /** `name class: words [amount] rule` of the worst finding of each resource that counts. */
  readonly expected: readonly string[];
  /** Names of the resources that are told as causes. */
  readonly causes: readonly string[];
  readonly exitCode: number;
}

function kind(
  title: string,
  calls: Kind["calls"],
  expected: readonly string[],
  { causes = [], exitCode = 2 }: { causes?: readonly string[]; exitCode?: number } = {},
): Kind {
  return { title, calls, expected, causes, exitCode };
}

/** What nobody may read in a report. */
export const secretTexts = ["hunter2-parameter", "hunter2-edited", "logger freeze"];

const onApp = (ids: Ids) => ({ InstanceId: ids("ecs:Instance app") });
const onVm = (ids: Ids) => ({ vmId: ids("compute:VirtualMachine vm-db") });
const rules = (...given: readonly object[]) => JSON.stringify(given);
const binding = (ids: Ids) => ({ PolicyId: ids("hbr:Policy daily"), DataSourceId: ids("ecs:Instance app") });

export const kinds: readonly Kind[] = [
  kind(
    "a script's mode",
    (ids) => [["RunCommand", { ...onApp(ids), CommandContent: "chmod 755 /tmp/prescript.sh" }]],
    ["protected-app WEAKENED: APPLICATION → FILE_SYSTEM [3→2 levels of consistency] A-13"],
    { causes: ["scripts"] },
  ),
  kind(
    "a script's content",
    (ids) => [
      [
        "SendFile",
        {
          ...{ Name: "prescript.sh", TargetDir: "/tmp", Content: "#!/bin/sh\n# hunter2-edited\n", Overwrite: "true" },
          ...{ FileMode: "0700", InstanceId: JSON.stringify([ids("ecs:Instance app")]), exitCode: "0" },
        },
      ],
    ],
    ["scripts WEAKENED: /tmp/prescript.sh: content changed [] A-13"],
  ),
  kind(
    "a role",
    (ids) => [
      [
        "DetachInstanceRamRole",
        { RamRoleName: "AppSnapshotRole", InstanceIds: JSON.stringify([ids("ecs:Instance app")]) },
      ],
    ],
    ["protected-app WEAKENED: APPLICATION → CRASH [3→1 levels of consistency] A-08"],
    { causes: ["attached"] },
  ),
  kind(
    "interval and retention",
    (ids) => [
      [
        "UpdatePolicyV2",
        {
          PolicyId: ids("hbr:Policy daily"),
          Rules: rules({ RuleType: "BACKUP", Schedule: "I|1767225600|P7D", Retention: 7 }),
        },
      ],
    ],
    ["daily WEAKENED: RPO 24 → 168 hours [24→168 hours of RPO] A-35"],
  ),
  kind(
    "another policy, as Alibaba Cloud swaps it: one binding goes, another comes",
    (ids) => [
      [
        "DeletePolicyBinding",
        { PolicyId: ids("hbr:Policy daily"), DataSourceIds: JSON.stringify([ids("ecs:Instance app")]) },
      ],
      [
        "CreatePolicyBindings",
        {
          PolicyId: ids("hbr:Policy weekly"),
          PolicyBindingList: rules({ SourceType: "UDM_ECS", DataSourceId: ids("ecs:Instance app") }),
        },
      ],
    ],
    ["protected-app WEAKENED: APPLICATION → CRASH [3→1 levels of consistency] "],
  ),
  kind(
    "a description",
    (ids) => [["UpdatePolicyV2", { PolicyId: ids("hbr:Policy daily"), PolicyDescription: "edited" }]],
    ["daily COSMETIC: policyDescription added [] "],
    { exitCode: 3 },
  ),
  kind("a suspended binding", (ids) => [["UpdatePolicyBinding", { ...binding(ids), Disabled: "true" }]], [
    "protected-app LOST: suspended: no backup runs [1→0 runs] A-59",
  ]),
  kind(
    "a machine",
    (ids) => [["DeleteInstance", { ...onApp(ids), Force: "true" }]],
    ["protected-app LOST: APPLICATION → no backup [3→0 levels of consistency] A-59"],
    { causes: ["app", "attached", "data", "scripts"] },
  ),
  kind("a snapshot", (ids) => [["DeleteSnapshot", { SnapshotId: `${ids("point of app")}-0` }]], [
    "protected-app LOST: point can't be restored: 2026-01-02 ({point of app}) [0→1 points] A-39",
  ]),
  kind(
    "a point that was deleted through Cloud Backup",
    (ids) => [["DeleteSnapshot", { SnapshotId: ids("point of app"), SourceType: "UDM_ECS" }]],
    ["protected-app LOST: point deleted: 2026-01-02 ({point of app}) [0→1 points] A-42"],
  ),
  kind(
    "another disk",
    (ids) => [["AttachDisk", { ...onApp(ids), Category: "cloud_essd", Size: "100", fileSystem: "xfs" }]],
    ["protected-app STRONGER: covered disks 2 → 3 [2→3 disks] "],
    { exitCode: 3 },
  ),
  kind(
    "a VM that was stopped",
    (ids) => [["VirtualMachines_Deallocate", onVm(ids)]],
    ["vm-db WEAKENED: APPLICATION → CRASH [3→1 levels of consistency] Z-07"],
    { causes: ["vm-db"] },
  ),
  kind(
    "the framework's config",
    (ids) => [["editScriptPluginConfig", { ...onVm(ids), text: '{"hunter2-edited":1}' }]],
    ["vm-db WEAKENED: APPLICATION → FILE_SYSTEM [3→2 levels of consistency] Z-10"],
    { causes: ["vm-db"] },
  ),
  kind(
    "protection that was stopped",
    (ids) => [
      [
        "ProtectedItems_CreateOrUpdate",
        { itemId: ids("recoveryservices:ProtectedItem vm-db"), protectionState: "ProtectionStopped" },
      ],
    ],
    ["vm-db LOST: Protected → ProtectionStopped [1→0 runs] Z-33"],
  ),
  kind(
    "an Azure policy",
    (ids) => [
      [
        "ProtectionPolicies_CreateOrUpdate",
        {
          vaultId: ids("recoveryservices:Vault vault"),
          policyName: ids("recoveryservices:ProtectionPolicy nightly").split("/").at(-1) ?? "",
          properties: JSON.stringify({
            retentionPolicy: {
              retentionPolicyType: "LongTermRetentionPolicy",
              dailySchedule: { retentionDuration: { count: 7, durationType: "Days" } },
            },
          }),
        },
      ],
    ],
    ["nightly WEAKENED: retention 30 → 7 days [30→7 days of retention] Z-27"],
  ),
  kind(
    "a vault's soft delete",
    (ids) => [
      [
        "Vaults_CreateOrUpdate",
        {
          ...{ resourceGroupName: "prod", vaultName: ids("recoveryservices:Vault vault").split("/").at(-1) ?? "" },
          softDeleteState: "Disabled",
        },
      ],
    ],
    ["vault WEAKENED: soft delete Enabled → Disabled [1→0 lock] Z-29"],
  ),
  kind("a point of the vault", (ids) => [["deleteRecoveryPoint", { recoveryPointId: ids("point of vm-db") }]], [
    "vm-db LOST: point can't be restored: 2026-01-02 ({point of vm-db}) [0→1 points] Z-37",
  ]),
];
