import { hole, type ShellAssignment, type ShellCommand, type ShellScript } from "./shell-script";
import { invocationOf } from "./shell-tool";

/** Where a password is written out, and what is wrong with that place. Never the password. */
export interface PasswordPlace {
  readonly line: number;
  readonly isAssignment: boolean;
}

/** Passwords that stand in a script as they are; variables and outputs of commands are none. */
export function passwordsIn(script: ShellScript): readonly PasswordPlace[] {
  return [
    ...script.assignments.filter(holdsPassword).map(({ line }) => ({ line, isAssignment: true })),
    ...script.commands.flatMap(passwordLines).map((line) => ({ line, isAssignment: false })),
  ];
}

/** Programs whose short option takes the password: in the same word (`-pSECRET`), or in the next one. */
const joined: Readonly<Record<string, string>> = {
  mysql: "-p",
  mysqladmin: "-p",
  mysqldump: "-p",
  mysqlsh: "-p",
  mariadb: "-p",
  "mariadb-admin": "-p",
  "mariadb-dump": "-p",
  xtrabackup: "-p",
  sshpass: "-p",
  sqlcmd: "-P",
  isql: "-P",
  hdbsql: "-p",
};
const apart: Readonly<Record<string, readonly string[]>> = {
  mongo: ["-p", "--password"],
  mongosh: ["-p", "--password"],
  mongodump: ["-p", "--password"],
  "redis-cli": ["-a", "--pass"],
  sqlcmd: ["-P"],
  sshpass: ["-p"],
  isql: ["-P"],
  hdbsql: ["-p"],
};

/** Oracle's programs take `user/password@database`. */
const oracle: ReadonlySet<string> = new Set(["sqlplus", "rman", "sqlcl", "expdp", "impdp", "exp", "imp", "sqlldr"]);

function passwordLines(command: ShellCommand): number[] {
  const invocation = invocationOf(command);
  const first = command.words.length - (invocation?.args.length ?? 0);
  return command.words.flatMap(({ text, line }, index, words) => {
    // What stands before a program's own arguments (`env NAME=value`) is none of its options.
    const tool = index < first ? "" : (invocation?.tool ?? "");
    return isPasswordWord(tool, text, words[index - 1]?.text ?? "") ? [line] : [];
  });
}

function isPasswordWord(tool: string, text: string, before: string): boolean {
  const short = joined[tool];
  if (short !== undefined && text.startsWith(short)) return isWritten(text.slice(short.length));
  if (apart[tool]?.includes(before) === true) return isWritten(text);
  if (oracle.has(tool) && isOracleLogin(text)) return true;
  if (tool === "curl" && /^(-u|--user)$/.test(before)) return isWritten(text.slice(`${text}:`.indexOf(":") + 1));
  const [name = "", ...value] = text.split("=");
  if (value.length > 0 && /^(--?)?(password|passwd|pwd|pass)$/i.test(name)) return isWritten(value.join("="));
  if (value.length > 0 && /^\w+$/.test(name)) return holdsPassword({ name, text: value.join("=") });
  return isWritten(/^[a-z][a-z0-9+.-]*:\/\/[^/:@\s]*:([^@\s]+)@/i.exec(text)?.[1] ?? "");
}

/** `user/password`, with or without `@database`; a path, and a login by the operating system (`/`), are none. */
function isOracleLogin(text: string): boolean {
  const login = /^"?([^/@\s"]+)\/([^/@\s"]+)"?(@|\s|$)/.exec(text);
  return login !== null && login[1] !== "." && login[1] !== ".." && isWritten(login[2] ?? "");
}

/** How names end whose value says something about a password. */
const aboutPassword = new RegExp(
  "(file|path|dir|folder|store|command|cmd|prompt|policy|hash|name|id|url|env|var|key|field|hint|regex|days|age|min" +
    "|max|count|length|size|timeout|rotation|retention|expiry|expires)$",
  "i",
);

/** Names that say what the value is: a password, and not the file or the question where it comes from. */
function holdsPassword({ name, text }: Pick<ShellAssignment, "name" | "text">): boolean {
  const isPassword = /(passw(or)?d|passphrase|_pwd|_pass$|redis_?cli_?auth)/i.test(name);
  const isAbout = aboutPassword.test(name);
  return isPassword && !isAbout && !/^(yes|no|true|false|on|off|0|1)$/i.test(text) && isWritten(text);
}

/** A password that is there as it is: no part of it comes at run time, and it is no path to it. */
function isWritten(text: string): boolean {
  return text !== "" && !text.includes(hole) && !text.startsWith("/");
}
