import path from "node:path";

/** An output of another resource, in the language of YAML programs. */
const of = (output: string): string => `\${${output}}`;

/** A program of both clouds as Pulumi.yaml, which takes JSON; `refused` asks for what can't be had. */
export function reviewStory(chapter: "base" | "edited" | "refused"): string {
  const isEdited = chapter === "edited";
  const days = isEdited ? 7 : 30;
  const place = { resourceGroupName: "mysql", location: "westeurope" };
  const resource = (type: string, properties: object) => ({ type: `cloudbackup:${type}`, properties });
  const cacheProtection = resource("hbr:InstanceProtection", {
    instanceId: of("cache.instanceId"),
    policyId: of("daily.policyId"),
    appConsistent: true,
    ramRoleName: "nobody",
    ...(chapter === "refused" ? { requireConsistency: "APPLICATION" } : {}),
  });
  const resources = {
    db: resource("ecs:Instance", isEdited ? { zoneId: "cn-hangzhou-b" } : {}),
    dbScratch: resource("ecs:Disk", { instanceId: of("db.instanceId"), sizeGiB: 20 }),
    cache: resource("ecs:Instance", {}),
    web: resource("ecs:Instance", {}),
    daily: resource("hbr:Policy", {
      policyDescription: { "fn::secret": "hunter2-in-clear" },
      rules: [{ ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention: days }],
    }),
    dbProtection: resource("hbr:InstanceProtection", {
      instanceId: of("dbScratch.instanceId"),
      policyId: of("daily.policyId"),
      excludeDiskIdList: [of("dbScratch.diskId")],
    }),
    ...(isEdited ? {} : { cacheProtection }),
    replica: resource("compute:VirtualMachine", { ...place, osName: "Ubuntu 22.04" }),
    spare: resource("compute:VirtualMachine", place),
    vault: resource("recoveryservices:Vault", place),
    nightly: resource("recoveryservices:ProtectionPolicy", {
      vaultId: of("vault.vaultId"),
      schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:00"] },
      retentionPolicy: { dailySchedule: { retentionDuration: { count: days } } },
    }),
    replicaItem: resource("recoveryservices:ProtectedItem", {
      vaultId: of("vault.vaultId"),
      sourceResourceId: of("replica.vmId"),
      policyId: of("nightly.policyId"),
    }),
  };
  const provider = path.resolve(__dirname, "../../provider/bin");
  const plugins = { providers: [{ name: "cloudbackup", path: provider }] };
  return `${JSON.stringify({ name: "two-clouds", runtime: "yaml", plugins, resources }, undefined, 2)}\n`;
}
