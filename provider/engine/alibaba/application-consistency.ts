import type { Settings } from "../engine";
import { findRegion } from "./catalogue";
import type { Step } from "./consistency";
import { isEssd } from "./disk-coverage";
import type { Disk, MachineFacts } from "./fact";
import { isSupportedSystem, osTypeOf, supportedSystemNames } from "./operating-system";
import type { ProtectionSettings } from "./protection-settings";
import { missingActions, trustsService } from "./ram-document";
import { type Reason, type RuleId, reason } from "./rule";

const fileSystems = new Set(["ext3", "ext4", "xfs", "ntfs"]);

function unmet(fact: string, rules: readonly RuleId[], reasons: readonly Reason[]): Step {
  return { fact, rules, unmet: reasons, leaves: "CRASH" };
}

/** A fact that nobody told the engine counts as not met, under the id of the rule that needs it. */
function unknown(rule: RuleId, what: string, key: string): Reason {
  return reason(rule, `${what} is unknown (A-53)`, `unknown: add ${key} to the inventory`);
}

/** The prerequisites of an application-consistent group, A-04 to A-11: each unmet one leaves CRASH. */
export function applicationSteps(
  facts: MachineFacts,
  settings: ProtectionSettings,
  engine: Pick<Settings, "edition" | "account">,
): Step[] {
  return [
    regionStep(facts, engine.edition),
    systemStep(facts),
    categoryStep(facts),
    fileSystemStep(facts),
    statusStep(facts),
    ...roleSteps(facts, settings, engine.account),
    ...(engine.edition === "2021" ? [publicAddressStep(facts)] : [cloudAssistantStep(facts)]),
  ];
}

function regionStep({ machine }: MachineFacts, edition: Settings["edition"]): Step {
  const region = findRegion(machine.regionId, edition);
  const rule = edition === "2021" ? "A-60" : "A-01";
  if (region?.appConsistent === true) return { fact: `region ${machine.regionId} supports it`, rules: [rule] };
  const message = `region ${machine.regionId} has no application-consistent backup`;
  return unmet(message, [rule], [reason(rule, message, "move the machine to a region that has it")]);
}

function systemStep({ machine }: MachineFacts): Step {
  if (machine.osName === null) {
    return unmet("operating system unknown", ["A-04"], [unknown("A-04", "the operating system", "OSName")]);
  }
  if (isSupportedSystem(machine.osName)) return { fact: `${machine.osName} is supported`, rules: ["A-04"] };
  const message = `operating system "${machine.osName}" is not supported`;
  return unmet(message, ["A-04"], [reason("A-04", message, `use one of: ${supportedSystemNames}`)]);
}

function categoryStep({ disks }: MachineFacts): Step {
  const others = disks.filter((disk) => !isEssd(disk));
  if (disks.length === 0) {
    return unmet("disks unknown", ["A-05"], [unknown("A-05", "which disks are attached", "the machine's disks")]);
  }
  if (others.length === 0) return { fact: `${disks.length} of ${disks.length} disks are ESSD`, rules: ["A-05"] };
  const reasons = others.map((disk) =>
    disk.category === null
      ? unknown("A-05", `the category of disk ${disk.id}`, "Category")
      : reason(
          "A-05",
          `disk ${disk.id} is ${disk.category}; every attached disk must be an ESSD (cloud_essd), also those left out`,
          `change disk ${disk.id} to cloud_essd, or detach it`,
        ),
  );
  return unmet(`${disks.length - others.length} of ${disks.length} disks are ESSD`, ["A-05"], reasons);
}

function fileSystemStep({ disks }: MachineFacts): Step {
  const wrong = disks.filter((disk) => disk.fileSystem === null || !fileSystems.has(disk.fileSystem.toLowerCase()));
  if (wrong.length === 0) {
    const names = [...new Set(disks.map((disk) => disk.fileSystem))].join(", ");
    return { fact: `file systems are supported (${names})`, rules: ["A-06"] };
  }
  return unmet("file systems are not all supported", ["A-06"], wrong.map(fileSystemReason));
}

function fileSystemReason(disk: Disk): Reason {
  if (disk.fileSystem === null) return unknown("A-06", `the file system of disk ${disk.id}`, "fileSystem");
  const message = `disk ${disk.id} has file system ${disk.fileSystem}; EXT3, EXT4, XFS and NTFS are supported`;
  return reason("A-06", message, `reformat disk ${disk.id} with a supported file system`);
}

function statusStep({ machine }: MachineFacts): Step {
  if (machine.status === "Running") return { fact: "the machine is running", rules: ["A-07"] };
  if (machine.status === null) {
    return unmet("status unknown", ["A-07"], [unknown("A-07", "the machine's status", "Status")]);
  }
  const message = `the machine is ${machine.status}; scripts and writers need it Running`;
  return unmet(message, ["A-07"], [reason("A-07", message, "start the machine")]);
}

/** The remedy of A-52: the program's data, not luck, must put the role on the machine first. */
function attachRemedy(roleName: string): string {
  return (
    `attach it with ecs:RamRoleAttachment and take ramRoleName of the protection from that resource's output (A-52), ` +
    `or call AttachInstanceRamRole --RamRoleName ${roleName}`
  );
}

function roleSteps(facts: MachineFacts, settings: ProtectionSettings, account: string): Step[] {
  const { machine, role } = facts;
  const wanted = settings.ramRoleName;
  if (wanted === null) {
    const message = "no RAM role is named that takes the snapshots";
    const remedy = "set ramRoleName, taken from the output of ecs:RamRoleAttachment (A-52)";
    return [unmet(message, ["A-08"], [reason("A-08", message, remedy, "HBR.NoRamRoleBound")])];
  }
  if (!machine.roleKnown) {
    return [unmet("RAM role unknown", ["A-08"], [unknown("A-08", "the machine's RAM role", "ramRoleName")])];
  }
  if (machine.ramRoleName === null || machine.ramRoleName !== wanted) {
    const message =
      machine.ramRoleName === null
        ? `RAM role ${wanted} is not attached to the machine`
        : `RAM role ${machine.ramRoleName} is attached to the machine, not ${wanted}`;
    return [unmet(message, ["A-08"], [reason("A-08", message, attachRemedy(wanted), "HBR.NoRamRoleBound")])];
  }
  if (role === undefined) {
    const why = unknown("A-08", `RAM role ${wanted}`, "the role (declare it as ram:Role)");
    return [unmet(`role ${wanted} is not known to RAM`, ["A-08"], [why])];
  }
  return [
    { fact: `role ${wanted} is attached`, rules: ["A-08"] },
    trustStep(facts, wanted),
    actionStep(facts, account),
  ];
}

function trustStep({ role }: MachineFacts, roleName: string): Step {
  if (role !== undefined && trustsService(role.assumeRolePolicyDocument, "ecs.aliyuncs.com")) {
    return { fact: `role ${roleName} trusts ecs.aliyuncs.com`, rules: ["A-09"] };
  }
  const message = `role ${roleName} does not trust ecs.aliyuncs.com`;
  const remedy = `allow sts:AssumeRole to Service ecs.aliyuncs.com in the role's assumeRolePolicyDocument`;
  return unmet(message, ["A-09"], [reason("A-09", message, remedy, "InvalidRamRole.NotEcsRole")]);
}

function actionStep({ machine, disks, role }: MachineFacts, account: string): Step {
  const resources = disks.map((disk) => `acs:ecs:${machine.regionId}:${account}:disk/${disk.id}`);
  const missing = missingActions(role?.policyDocuments ?? [], resources);
  if (missing.length === 0) return { fact: "4 of 4 snapshot actions are allowed", rules: ["A-10"] };
  const message = `role ${role?.roleName ?? ""} lacks ${missing.join(", ")} on the machine's disks`;
  const remedy = `allow ${missing.join(", ")} on the disks without a condition in a policy attached to the role`;
  return unmet(`${4 - missing.length} of 4 snapshot actions are allowed`, ["A-10"], [reason("A-10", message, remedy)]);
}

function cloudAssistantStep({ machine }: MachineFacts): Step {
  const service = osTypeOf(machine) === "windows" ? "AliyunService" : "aliyun.service";
  if (machine.cloudAssistantInstalled === null || machine.cloudAssistantRunning === null) {
    return unmet("Cloud Assistant unknown", ["A-11"], [unknown("A-11", "Cloud Assistant", "cloudAssistant")]);
  }
  if (machine.cloudAssistantInstalled && machine.cloudAssistantRunning) {
    return { fact: `Cloud Assistant (${service}) is running`, rules: ["A-11"] };
  }
  const message = machine.cloudAssistantInstalled
    ? `Cloud Assistant (${service}) is not running`
    : "Cloud Assistant is not installed";
  const remedy = machine.cloudAssistantInstalled ? `start ${service}` : "install the Cloud Assistant agent";
  return unmet(message, ["A-11"], [reason("A-11", message, remedy)]);
}

/** Edition 2021 needs the machine to reach the Internet; the agent installs itself then. */
function publicAddressStep({ machine }: MachineFacts): Step {
  if (machine.publicIpAddress !== null) return { fact: `public address ${machine.publicIpAddress}`, rules: ["A-61"] };
  const message = "the machine has neither a public IP address nor an EIP (edition 2021)";
  return unmet(message, ["A-61"], [reason("A-61", message, "bind an EIP, or use edition 2025-11")]);
}
