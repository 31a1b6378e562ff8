import type { Machine } from "./fact";

export type OsType = "linux" | "windows";

/** The kind of operating system, from what the API or the inventory says; undefined when neither tells. */
export function osTypeOf(machine: Machine): OsType | undefined {
  const told = machine.osType?.toLowerCase();
  if (told === "linux" || told === "windows") return told;
  const name = `${machine.osName ?? ""} ${machine.platform ?? ""}`.trim();
  if (name === "") return undefined;
  return /windows/i.test(name) ? "windows" : "linux";
}

interface SupportedSystem {
  readonly name: RegExp;
  readonly versions: string;
  isSupported(version: readonly number[], text: string): boolean;
}

function isAtLeast(version: readonly number[], minimum: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version;
  return major > minimum[0] || (major === minimum[0] && minor >= minimum[1]);
}

const supportedSystems: readonly SupportedSystem[] = [
  {
    name: /windows\s*server/i,
    versions: "Windows Server 2012, 2012 R2, 2016, 2019",
    isSupported: ([year]) => year === 2012 || year === 2016 || year === 2019,
  },
  { name: /centos/i, versions: "CentOS 7.6 or later", isSupported: (version) => isAtLeast(version, [7, 6]) },
  { name: /ubuntu/i, versions: "Ubuntu 18.04 or later", isSupported: (version) => isAtLeast(version, [18, 4]) },
  {
    name: /(alibaba\s*cloud\s*linux|aliyun\s*linux)/i,
    versions: "Alibaba Cloud Linux 2 (64-bit, 2.1903 LTS)",
    isSupported: ([major, minor], text) => major === 2 && (minor === undefined || minor >= 1903) && !/32/.test(text),
  },
];

/** The list of A-04, for messages. */
export const supportedSystemNames = supportedSystems.map((system) => system.versions).join("; ");

/** Whether A-04 holds for an operating system's name as the ECS API writes it (`CentOS  7.9 64 bit`). */
export function isSupportedSystem(osName: string): boolean {
  const system = supportedSystems.find((candidate) => candidate.name.test(osName));
  if (system === undefined) return false;
  const rest = osName.slice(osName.search(system.name)).replace(system.name, "");
  const digits = /(\d+)(?:\.(\d+))?/.exec(rest.replace(/\b(32|64)[- ]?bits?\b/i, ""));
  if (digits === null) return false;
  const version = [digits[1], digits[2]].filter((part) => part !== undefined).map(Number);
  return system.isSupported(version, /\b32[- ]?bit/i.test(osName) ? "32" : "");
}
