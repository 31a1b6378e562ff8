import type { Finding } from "./source";

/** Any text file that is in version control. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

interface WordRule {
  readonly pattern: RegExp;
  readonly appliesTo: (path: string) => boolean;
  readonly message: string;
}

const isLockFile = (path: string): boolean => path.endsWith("package-lock.json");
const isGenerated = (path: string): boolean => path.startsWith("sdk/") || path.endsWith("go.sum");

// Put together from parts, so that this file does not find itself.
const markers = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"];
const hosts = [
  "registry.npm" + "js.org",
  "proxy.go" + "lang.org",
  "files.python" + "hosted.org",
  "deb.deb" + "ian.org",
];
const folders = ["wo" + "rk", "ro" + "ot", "ho" + "me/[a-z]\\w*", "Us" + "ers/[A-Za-z]\\w*"];

const rules: readonly WordRule[] = [
  {
    pattern: new RegExp(`\\b(${markers.join("|")})\\b`),
    appliesTo: (path) => !isLockFile(path) && !isGenerated(path),
    message: "a marker for work left over: do it, or write an issue",
  },
  {
    pattern: new RegExp(`(${hosts.join("|").replaceAll(".", "\\.")})`),
    appliesTo: (path) => !isLockFile(path) && !isGenerated(path),
    message: "the host of a registry: which one is used is the reader's own configuration",
  },
  {
    pattern: new RegExp(`"resolved": "(?!https://${(hosts[0] ?? "").replaceAll(".", "\\.")}/)[a-z+]+:`),
    appliesTo: isLockFile,
    message: "a lock file entry from another host than the public registry works on one network only",
  },
  {
    pattern: new RegExp(`(^|[^\\w.~:/-])/(${folders.join("|")})/`),
    appliesTo: (path) => !isGenerated(path),
    message: "a path of one person's machine",
  },
];

export function findBannedWords(files: readonly TextFile[]): readonly Finding[] {
  return files.flatMap((file) =>
    file.text.split("\n").flatMap((line, index) =>
      rules
        .filter((rule) => rule.appliesTo(file.path) && rule.pattern.test(line))
        .map((rule) => ({
          path: file.path,
          line: index + 1,
          message: `${rule.message}: ${line.trim().slice(0, 100)}`,
        })),
    ),
  );
}
