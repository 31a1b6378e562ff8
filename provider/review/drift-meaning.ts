/** What a change of a property means, where nothing more is known of it. */
export type Meaning =
  /** It changes no outcome: names, descriptions, tags, what only forecasts use. */
  | { readonly kind: "cosmetic" }
  /** Its effect is told by findings of these properties of the resource; where there is none, nothing comes of it. */
  | { readonly kind: "told"; readonly by: readonly string[] }
  /** Backups rest on it: whose level falls by one of these rules tells so. */
  | { readonly kind: "needed"; readonly rules: readonly string[] };

const cosmetic: Meaning = { kind: "cosmetic" };
const told = (...by: readonly string[]): Meaning => ({ kind: "told", by });
const needed = (...rules: readonly string[]): Meaning => ({ kind: "needed", rules });

type Meanings = Readonly<Record<string, Meaning>>;

function each(names: readonly string[], meaning: Meaning): Meanings {
  return Object.fromEntries(names.map((name) => [name, meaning]));
}

/** Of what decides the level, and of the level itself. */
const level = told("achievedLevel", "groupKind", "protectionState");
const disks = told("coveredDisks", "uncoveredDisks", "excludedDisks", "allDisks", "diskExclusionProperties");

const consistency: Meanings = {
  ...each(["appConsistent", "snapshotGroup", "enableFsFreeze", "enableWriters", "preScriptPath"], level),
  ...each(["postScriptPath", "timeoutInSeconds", "ramRoleName", "scriptDeploymentId", "requireConsistency"], level),
  ...each(["allDisks", "diskIdList", "excludeDiskIdList"], disks),
};

const protection: Meanings = {
  ...each(["achievedLevel", "requestedLevel", "groupKind"], level),
  ...each(["coveredDisks", "uncoveredDisks", "excludedDisks"], told(...disksAndEnd())),
  reasons: told("reasons", "achievedLevel", "protectionState", "groupKind", "uncoveredDisks"),
  damagedPoints: told("damagedPoints"),
  copyProblem: told("copyProblem"),
  replicationEncryption: told("replicationEncryption"),
  policyId: told("policyId", "protectionState"),
  disabled: told("disabled"),
  onDestroy: cosmetic,
};

/** Where no backup runs any more, no disk is covered either. */
function disksAndEnd(): readonly string[] {
  return [...(disks.kind === "told" ? disks.by : []), "achievedLevel", "protectionState"];
}

/** What a manual backup, a clone or a restore was made with: it is done, so nothing comes of it. */
const done = [
  ...["appConsistent", "destinationRegionId", "destinationRetention", "diskIdList", "doCopy", "enableFsFreeze"],
  ...["enableWriters", "excludeDiskIdList", "groupId", "instanceId", "onDestroy", "postScriptPath", "preScriptPath"],
  ...["ramRoleName", "replicationEncryption", "scriptDeploymentId", "snapshotGroup", "timeoutInSeconds", "jobId"],
  ...["level", "reasons", "recoveryPointId", "createdTime", "allocatePublicIp", "bootAfterRestore", "diskCategory"],
  ...["diskPerformanceLevel", "instanceType", "privateIpAddress", "restoredHostName", "restoredName", "cloneId"],
  ...["restoredNetwork", "securityGroup", "instanceChargeType", "newDiskIds", "newInstanceIds", "snapshotIds"],
  ...["diskId", "forceRestore", "regionId", "restoreType", "sourceInstanceId", "targetInstanceId", "achievedLevel"],
  ...["restoreId", "restoredRegionId", "itemId", "recoveryPointType", "recoveryType", "region", "diskIds", "vmId"],
  ...["rehydrationPriority", "restoreDiskLunList", "storageAccountId", "subnetId", "targetResourceGroupId"],
  ...["targetVirtualMachineId", "virtualNetworkId", "durationSeconds", "restoredDisks", "tier"],
];

const madeOnce: Meanings = {
  ...each(done, cosmetic),
  ...each(["retention", "expireTime", "recoveryPointExpiryTimeInUTC"], told("expireTime")),
  replicaIds: told("replicaIds"),
};

const diskFacts: Meanings = {
  ...each(["performanceLevel", "sizeGiB", "usedGiB", "device", "kmsKeyId", "diskId", "regionId"], cosmetic),
  category: needed("A-05", "A-20", "A-21", "A-24"),
  fileSystem: needed("A-06"),
  multiAttach: needed("A-20"),
  encrypted: told("encrypted"),
  instanceId: needed("coverage"),
};

/** By resource and property, inputs and outputs alike; a property that is not here has an unknown meaning. */
const meanings: Readonly<Record<string, Meanings>> = {
  "cloudbackup:ram:Role": {
    ...each(["roleName", "description", "maxSessionDuration", "tags", "arn", "createDate", "roleId"], cosmetic),
    assumeRolePolicyDocument: needed("A-09"),
  },
  "cloudbackup:ram:Policy": {
    ...each(["policyName", "description", "rotateStrategy", "createDate", "policyType"], cosmetic),
    policyDocument: needed("A-10"),
    ...each(["defaultVersion", "versions"], told("policyDocument")),
  },
  "cloudbackup:ram:RolePolicyAttachment": {
    ...each(["policyName", "policyType", "roleName"], needed("A-10")),
    attachDate: cosmetic,
  },
  "cloudbackup:ecs:Instance": {
    ...each(["instanceName", "instanceType", "changeRatePercentPerDay", "instanceId", "regionId", "zoneId"], cosmetic),
    ...each(["systemDiskId"], cosmetic),
    ...each(["osName", "platform", "osType"], needed("A-04")),
    status: needed("A-07", "A-20"),
    publicIpAddress: needed("A-61"),
    cloudAssistant: needed("A-11"),
    vssWritersHealthy: needed("A-12"),
    systemDisk: needed("A-05", "A-06", "A-20", "A-24"),
    tags: told("tags"),
  },
  "cloudbackup:ecs:Disk": diskFacts,
  "cloudbackup:ecs:RamRoleAttachment": {
    instanceIds: told("instanceIds"),
    attachInstanceRamRoleResults: told("instanceIds"),
    ramRoleName: needed("A-08"),
  },
  "cloudbackup:ecs:ScriptDeployment": {
    ...each(["application", "transport", "lintFindings"], cosmetic),
    preScript: told("preScript", "results"),
    postScript: told("postScript", "results"),
    ...each(["preScriptSha256", "preScriptSizeBytes"], told("preScript")),
    ...each(["postScriptSha256", "postScriptSizeBytes"], told("postScript")),
    ...each(["instanceIds", "results"], told("results", "preScript", "postScript")),
  },
  "cloudbackup:hbr:Policy": {
    ...each(["policyName", "policyDescription", "policyId", "createdTime"], cosmetic),
    policyType: needed("A-67"),
    ...each(["rules", "ruleIds", "firstSlotTime", "outcome"], told("rules")),
  },
  "cloudbackup:hbr:InstanceProtection": {
    ...consistency,
    ...protection,
    ...each(["instanceId", "groupId", "protectionId"], cosmetic),
  },
  "cloudbackup:hbr:BackupPlan": {
    ...consistency,
    ...protection,
    ...each(["planName", "instanceId", "planId", "convertedPolicyId"], cosmetic),
    ...each(["rules", "retention", "doCopy", "destinationRegionId", "destinationRetention"], told("rules")),
    ...each(["firstSlotTime", "outcome"], told("rules")),
  },
  "cloudbackup:hbr:Backup": madeOnce,
  "cloudbackup:hbr:ConsistencyGroup": {
    groupName: cosmetic,
    groupId: cosmetic,
    instanceIds: told("instanceIds"),
  },
  "cloudbackup:hbr:RetentionOverride": {
    ...each(["dimension", "target", "previousExpireTime"], cosmetic),
    ...each(["retentionDays", "neverExpire", "expireTime"], told("expireTime")),
    recoveryPointIds: told("recoveryPointIds"),
  },
  "cloudbackup:hbr:Restore": madeOnce,
  "cloudbackup:hbr:Clone": madeOnce,
  "cloudbackup:hbr:AppConsistentProtection": each(
    [
      ...["application", "diskIdLists", "enableFsFreeze", "enableWriters", "excludeDiskIdLists", "instanceIds"],
      ...["onDestroy", "policyDescription", "policyId", "policyName", "postScript", "preScript", "ramPolicyName"],
      ...["ramRoleName", "replicationEncryption", "requireConsistency", "rules", "timeoutInSeconds", "transport"],
      ...["achievedLevels", "protectionIds", "roleName", "scriptDeploymentIds"],
    ],
    cosmetic,
  ),
  "cloudbackup:compute:VirtualMachine": {
    ...each(["vmName", "resourceGroupName", "location", "managedDisks", "changeRatePercentPerDay", "tags"], cosmetic),
    ...each(["osDisk", "vmId"], cosmetic),
    ...each(["osName", "osType"], needed("Z-14", "Z-04")),
    deploymentModel: needed("Z-09"),
    powerState: needed("Z-07"),
    guestAgent: needed("Z-14"),
    vssHealthy: needed("Z-02"),
    dataDisks: told("dataDisks"),
  },
  "cloudbackup:compute:ScriptFramework": {
    ...each(["vmId", "lintFindings"], cosmetic),
    ...each(["config", "configFile", "configMode", "configOwner", "configJson", "configSha256"], told("config")),
    ...each(["preScript", "preScriptSha256", "preScriptSizeBytes"], told("preScript")),
    ...each(["postScript", "postScriptSha256", "postScriptSizeBytes"], told("postScript")),
    files: told("config", "preScript", "postScript"),
  },
  "cloudbackup:recoveryservices:Vault": {
    ...each(["vaultName", "resourceGroupName", "location", "sku", "tags", "vaultId", "provisioningState"], cosmetic),
    identity: needed("Z-28"),
    encryption: told("encryption"),
    ...each(["softDelete"], told("softDelete")),
    immutability: told("immutability"),
    redundancy: told("redundancy"),
    crossRegionRestore: told("crossRegionRestore"),
    publicNetworkAccess: told("publicNetworkAccess"),
    roleAssignments: told("roleAssignments"),
  },
  "cloudbackup:recoveryservices:ProtectionPolicy": {
    ...each(["policyName", "vaultId", "policyId", "policyType", "timeZone"], cosmetic),
    ...each(["schedulePolicy", "retentionPolicy", "tieringPolicy", "summary", "outcome"], told("retentionPolicy")),
    instantRpRetentionRangeInDays: told("retentionPolicy"),
    snapshotConsistencyType: told("snapshotConsistencyType"),
  },
  "cloudbackup:recoveryservices:ProtectedItem": {
    ...protection,
    ...each(["vaultId", "sourceResourceId", "createMode", "itemId"], cosmetic),
    protectionState: told("protectionState"),
    diskExclusionProperties: disks,
    ...each(["recoveryPointType", "extension"], told("achievedLevel", "protectionState")),
    requireConsistency: level,
  },
  "cloudbackup:recoveryservices:Backup": madeOnce,
  "cloudbackup:recoveryservices:Restore": madeOnce,
};

/** Undefined for a resource, or a property, that this version knows nothing of. */
export function meaningOf(type: string, property: string): Meaning | undefined {
  return meanings[type]?.[property];
}
