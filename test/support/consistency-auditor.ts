import type { Disk, MachineFacts, Script } from "../../provider/engine/alibaba/fact";
import type { ProtectionSettings } from "../../provider/engine/alibaba/protection-settings";

type Level = "APPLICATION" | "FILE_SYSTEM" | "CRASH";

/** What the documents say about one machine: which rules it breaks, what was asked for and what is left of it. */
export interface Audit {
  readonly requested: Level;
  readonly achieved: Level;
  /** Ids of the prerequisites that are not met, each once. */
  readonly broken: ReadonlySet<string>;
}

const seed = {
  // Seed 000, prerequisites: "Windows Server 2019, 2016, 2012", "CentOS 7.6 and later, Ubuntu 18.04 and later,
  // Alibaba Cloud Linux 2 (64-bit 2.1903 LTS)"; "every attached disk is an ESSD, with EXT3, EXT4, XFS or NTFS".
  windows: [2012, 2016, 2019],
  centOs: 7.06,
  ubuntu: 18.04,
  fileSystems: ["EXT3", "EXT4", "XFS", "NTFS"],
  scripts: { pre: "/tmp/prescript.sh", post: "/tmp/postscript.sh" },
};

/** `7.9` as 7.09, so that versions compare as numbers. */
function versionIn(name: string): number {
  const [, major = "0", minor = "0"] = /(\d+)(?:\.(\d+))?/.exec(name) ?? [];
  return Number(major) + Number(minor) / 100;
}

function isSupported(osName: string): boolean {
  if (osName.includes("Windows Server")) return seed.windows.includes(Math.floor(versionIn(osName)));
  if (osName.startsWith("CentOS")) return versionIn(osName) >= seed.centOs;
  if (osName.startsWith("Ubuntu")) return versionIn(osName) >= seed.ubuntu;
  return osName.startsWith("Alibaba Cloud Linux") && osName.includes("2.1903") && osName.includes("64");
}

function isWindows({ machine }: MachineFacts): boolean {
  return (machine.osName ?? "").includes("Windows");
}

const isSupportedDisk = (disk: Disk): boolean =>
  disk.fileSystem !== null && seed.fileSystems.includes(disk.fileSystem.toUpperCase());

/** Seed 000: the scripts are root's, only root may read, write and run them, and they lie at these two places. */
function isInPlace(script: Script | undefined, settings: ProtectionSettings): boolean {
  if (script === undefined || script.fileOwner !== "root") return false;
  if (!["700", "0700"].includes(script.fileMode ?? "")) return false;
  return settings.scriptDeploymentId === null || script.deploymentId === settings.scriptDeploymentId;
}

function endsWell(script: Script, settings: ProtectionSettings): boolean {
  if (script.exitCode !== 0) return false;
  const limit = Math.min(settings.timeoutInSeconds, script.timeoutInSeconds ?? Number.POSITIVE_INFINITY);
  return (script.durationSeconds ?? 0) <= limit;
}

function linuxRules(facts: MachineFacts, settings: ProtectionSettings): string[] {
  const at = (path: string) => facts.scripts.find((script) => script.path === path);
  const pairs = [
    { path: settings.preScriptPath, right: seed.scripts.pre },
    { path: settings.postScriptPath, right: seed.scripts.post },
  ];
  const broken = new Set<string>();
  for (const { path, right } of pairs) {
    const script = path === right ? at(path) : undefined;
    if (!isInPlace(script, settings)) broken.add("A-13");
    if (script !== undefined && !endsWell(script, settings)) broken.add("A-14");
  }
  if (!settings.enableFsFreeze) broken.add("A-15");
  return [...broken];
}

/** What the role may do; the generator gives its documents a meaning, so that nothing of the engine decides here. */
export interface Grants {
  readonly trustsEcs: boolean;
  readonly allowsAll: boolean;
}

function prerequisites(facts: MachineFacts, settings: ProtectionSettings, edition: string, grants: Grants): string[] {
  const { machine, disks } = facts;
  const regions2021 = ["us-east-1", "ap-southeast-1", "cn-hongkong"];
  const isAttached = machine.roleKnown && machine.ramRoleName === settings.ramRoleName && facts.role !== undefined;
  const rules: readonly (readonly [string, boolean])[] = [
    ["A-01", edition === "2021" || machine.regionId !== "me-central-1"],
    ["A-60", edition !== "2021" || regions2021.includes(machine.regionId)],
    ["A-04", machine.osName !== null && isSupported(machine.osName)],
    ["A-05", disks.length > 0 && disks.every(({ category }) => category === "cloud_essd")],
    ["A-06", disks.every(isSupportedDisk)],
    ["A-07", machine.status === "Running"],
    ["A-08", isAttached],
    ["A-09", !isAttached || grants.trustsEcs],
    ["A-10", !isAttached || grants.allowsAll],
    [
      "A-11",
      edition === "2021" || (machine.cloudAssistantInstalled === true && machine.cloudAssistantRunning === true),
    ],
    ["A-61", edition !== "2021" || machine.publicIpAddress !== null],
  ];
  return rules.filter(([, isMet]) => !isMet).map(([rule]) => rule);
}

/** The table of the rules read again, without the engine: the ladder of A-20 from the top. */
export function audit(facts: MachineFacts, settings: ProtectionSettings, edition: string, grants: Grants): Audit {
  if (!settings.appConsistent) return { requested: "CRASH", achieved: "CRASH", broken: new Set() };
  const requested = isWindows(facts) && !settings.enableWriters ? "FILE_SYSTEM" : "APPLICATION";
  const above = prerequisites(facts, settings, edition, grants);
  const hasSystem = facts.machine.osName !== null;
  const vssFails = isWindows(facts) && settings.enableWriters && facts.machine.vssWritersHealthy !== true;
  const guest = !hasSystem ? [] : isWindows(facts) ? (vssFails ? ["A-12"] : []) : linuxRules(facts, settings);
  const broken = new Set([...above, ...guest]);
  if (above.length > 0 || broken.has("A-15")) return { requested, achieved: "CRASH", broken };
  return { requested, achieved: broken.size > 0 ? "FILE_SYSTEM" : requested, broken };
}

interface GuestAudit {
  readonly pre: string;
  readonly post: string;
  readonly isFrozen: boolean;
}

function howItEnds(script: Script, settings: ProtectionSettings): string {
  const limit = Math.min(settings.timeoutInSeconds, script.timeoutInSeconds ?? Number.POSITIVE_INFINITY);
  if ((script.durationSeconds ?? 0) > limit) return "TIMED_OUT";
  return script.exitCode === 0 ? "SUCCESS" : "FAILED";
}

/**
 * What runs in the guest, if anything: both scripts or none. A freeze is begun only where all that seed 000 asks for is
 * met and the script that ends it is in place too; it is then ended whatever the first script came to.
 */
export function auditGuest(
  facts: MachineFacts,
  settings: ProtectionSettings,
  edition: string,
  grants: Grants,
): GuestAudit | null {
  const isLinux = facts.machine.osName !== null && !isWindows(facts);
  if (!settings.appConsistent || !isLinux || prerequisites(facts, settings, edition, grants).length > 0) return null;
  const inPlace = (path: string, right: string) => {
    const script = path === right ? facts.scripts.find((each) => each.path === path) : undefined;
    return isInPlace(script, settings) ? script : undefined;
  };
  const pre = inPlace(settings.preScriptPath, seed.scripts.pre);
  const post = inPlace(settings.postScriptPath, seed.scripts.post);
  if (pre === undefined || post === undefined) return null;
  return { pre: howItEnds(pre, settings), post: howItEnds(post, settings), isFrozen: settings.enableFsFreeze };
}
