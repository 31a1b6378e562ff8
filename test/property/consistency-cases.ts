import * as fc from "fast-check";
import { evaluateConsistency } from "../../provider/engine/alibaba/consistency";
import type { Disk, Machine, MachineFacts, Script } from "../../provider/engine/alibaba/fact";
import { defaultSettings, type ProtectionSettings } from "../../provider/engine/alibaba/protection-settings";
import type { Json } from "../../provider/store/tables";
import { row } from "../store/rows";
import type { Grants } from "../support/consistency-auditor";

const account = "1000000000000001";
const usually = <T>(usual: T, ...others: readonly T[]) =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 12 }, fc.constantFrom(...others));

const machines: fc.Arbitrary<Machine> = fc
  .record({
    osName: fc.constantFrom<string | null>(
      "CentOS  7.9 64 bit",
      "CentOS  7.9 64 bit",
      "CentOS 7.6 64 bit",
      "CentOS  7.5 64 bit",
      "CentOS 8.0 64 bit",
      "Ubuntu 18.04 64 bit",
      "Ubuntu  16.04 64 bit",
      "Windows Server  2019",
      "Windows Server 2012 R2",
      "Windows Server 2022",
      "Alibaba Cloud Linux  2.1903 LTS 64 bit",
      "Debian  12.1 64 bit",
      null,
    ),
    regionId: usually("us-east-1", "cn-hangzhou", "me-central-1"),
    status: usually<string | null>("Running", "Stopped", "Starting", null),
    publicIpAddress: usually<string | null>("203.0.113.7", null),
    cloudAssistantInstalled: usually<boolean | null>(true, false, null),
    cloudAssistantRunning: usually<boolean | null>(true, false, null),
    vssWritersHealthy: usually<boolean | null>(true, false, null),
    ramRoleName: usually<string | null>("Snapshots", "Other", null),
    roleKnown: usually(true, false),
  })
  .map((facts) => row("machine", "i-1", { account, zoneId: "z", ...facts }));

const disks: fc.Arbitrary<Disk[]> = fc
  .array(
    fc.record({
      category: usually<string | null>("cloud_essd", "cloud_ssd", "local_ssd_pro", null),
      fileSystem: usually<string | null>("ext4", "XFS", "ntfs", "btrfs", null),
      multiAttach: usually<string | null>("Disabled", "Enabled"),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((list) =>
    list.map((disk, index) =>
      row("disk", `d-${index}`, {
        account,
        instanceId: "i-1",
        type: index === 0 ? "system" : "data",
        zoneId: "z",
        ...disk,
      }),
    ),
  );

const script = (path: string): fc.Arbitrary<Script | undefined> =>
  fc.option(
    fc
      .record({
        fileMode: usually<string | null>("0700", "700", "0755", "600", null),
        fileOwner: usually<string | null>("root", "mysql", null),
        exitCode: usually<number | null>(0, 1, null),
        durationSeconds: usually<number | null>(1, 31, 45.5, null),
        timeoutInSeconds: usually<number | null>(30, 60, null),
        deploymentId: usually<string | null>("sd-1", null, "sd-2"),
      })
      .map((facts) => row("script", `i-1:${path}`, { account, instanceId: "i-1", path, ...facts })),
    { nil: undefined, freq: 12 },
  );

const actions = ["ecs:DescribeSnapshot*", "ecs:CreateSnapshot*", "ecs:TagResources", "ecs:DescribeDisks"];

/** A role's documents with what they mean, so that the auditor need not read them. */
const roles = fc
  .record({
    trustsEcs: usually(true, false),
    allowed: fc.oneof({ arbitrary: fc.constant(actions), weight: 5 }, fc.subarray(actions)),
    denied: usually<string | undefined>(undefined, "ecs:CreateSnapshot", "*"),
    isConditional: usually(false, true),
  })
  .map(({ trustsEcs, allowed, denied, isConditional }) => {
    const condition: Json = isConditional ? { IpAddress: { "acs:SourceIp": "10.0.0.0/8" } } : {};
    const allow: Json = { Effect: "Allow", Action: allowed, Resource: ["*"], Condition: condition };
    const deny: Json[] = denied === undefined ? [] : [{ Effect: "Deny", Action: denied, Resource: "*" }];
    const service = trustsEcs ? "ecs.aliyuncs.com" : "fc.aliyuncs.com";
    const role = {
      roleName: "Snapshots",
      assumeRolePolicyDocument: {
        Version: "1",
        Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: [service] } }],
      },
      policyDocuments: [{ Version: "1", Statement: [allow, ...deny] }],
    };
    const allowsAll = allowed.length === actions.length && denied === undefined && !isConditional;
    return { role, grants: { trustsEcs, allowsAll } };
  });

const settings: fc.Arbitrary<ProtectionSettings> = fc
  .record({
    appConsistent: usually(true, false),
    enableFsFreeze: usually(true, false),
    enableWriters: usually(true, false),
    preScriptPath: usually("/tmp/prescript.sh", "/opt/pre.sh"),
    timeoutInSeconds: usually(30, 60),
    scriptDeploymentId: usually<string | null>("sd-1", null),
  })
  .map((chosen) => ({ ...defaultSettings, ramRoleName: "Snapshots", ...chosen }));

/** One machine, what is asked of it, and by which edition. */
export interface Case {
  readonly facts: MachineFacts;
  readonly settings: ProtectionSettings;
  readonly edition: "2025-11" | "2021";
  readonly grants: Grants;
}

export const cases: fc.Arbitrary<Case> = fc
  .record({
    machine: machines,
    disks,
    scripts: fc.tuple(script("/tmp/prescript.sh"), script("/tmp/postscript.sh")),
    role: roles,
    settings,
    edition: usually<"2025-11" | "2021">("2025-11", "2021"),
  })
  .map(({ machine, scripts, role, ...rest }) => ({
    ...rest,
    grants: role.grants,
    facts: {
      machine,
      disks: rest.disks,
      scripts: scripts.filter((item) => item !== undefined),
      role: machine.ramRoleName === "Snapshots" ? role.role : undefined,
    },
  }));

export function evaluate({ facts, settings: chosen, edition }: Case) {
  return evaluateConsistency(facts, chosen, { edition, account });
}
