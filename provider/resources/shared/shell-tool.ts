import { baseName, hole, type ShellCommand } from "./shell-script";

/** A program as a script calls it, without `sudo`, `timeout 10` and the like before it. */
export interface Invocation {
  readonly tool: string;
  readonly args: readonly string[];
}

/** What runs another program: the options that take a value, and how many words come before the program. */
const wrappers: Readonly<Record<string, { readonly values: string; readonly words: number }>> = {
  chroot: { values: "", words: 1 },
  doas: { values: "u", words: 0 },
  env: { values: "u", words: 0 },
  exec: { values: "a", words: 0 },
  ionice: { values: "cn", words: 0 },
  nice: { values: "n", words: 0 },
  nohup: { values: "", words: 0 },
  runuser: { values: "ug", words: 0 },
  setsid: { values: "", words: 0 },
  stdbuf: { values: "ioe", words: 0 },
  sudo: { values: "ugpC", words: 0 },
  time: { values: "", words: 0 },
  timeout: { values: "ks", words: 1 },
  xargs: { values: "nPI", words: 0 },
};

/** The program that a command calls; undefined when only the run will tell. */
export function invocationOf({ words }: ShellCommand): Invocation | undefined {
  let index = 0;
  const texts = words.map(({ text }) => text);
  for (;;) {
    const name = texts[index];
    if (name === undefined || name.includes(hole)) return undefined;
    const wrapper = wrappers[baseName(name)];
    if (wrapper === undefined) break;
    const next = skipOptions(texts, index + 1, wrapper.values) + wrapper.words;
    if (next >= texts.length) break;
    index = next;
  }
  const name = texts[index] ?? "";
  // An init script is a service by its own name.
  if (name.startsWith("/etc/init.d/")) return { tool: "service", args: [baseName(name), ...texts.slice(index + 1)] };
  return { tool: baseName(name), args: texts.slice(index + 1) };
}

/** Passes options with their values, and `NAME=value`. */
function skipOptions(texts: readonly string[], from: number, valued: string): number {
  let index = from;
  for (let text = texts[index]; text !== undefined; text = texts[index]) {
    if (text === "--") return index + 1;
    const isOption = text.startsWith("-");
    if (!isOption && !/^[A-Za-z_]\w*=/.test(text)) return index;
    const takesNext = isOption && text.length === 2 && valued.includes(text.charAt(1));
    index += takesNext ? 2 : 1;
  }
  return index;
}

/** Programs that run statements of a database. */
export const databaseClients: ReadonlySet<string> = new Set([
  ...["mysql", "mariadb", "mysqlsh", "mysqladmin", "mariadb-admin", "psql", "sqlplus", "rman", "sqlcl", "sql"],
  ...["mongo", "mongosh", "db2", "sqlcmd", "isql", "hdbsql", "redis-cli"],
]);

/** Programs that surely release nothing, whatever their arguments are. */
export const harmlessTools: ReadonlySet<string> = new Set([
  ...[":", "[", "awk", "basename", "break", "cat", "cd", "chmod", "chown", "command", "continue", "cp", "cut", "date"],
  ...[
    "declare",
    "df",
    "dirname",
    "du",
    "echo",
    "egrep",
    "exec",
    "exit",
    "export",
    "expr",
    "false",
    "fgrep",
    "find",
    "free",
  ],
  ...["getopts", "grep", "head", "hostname", "id", "let", "local", "logger", "ls", "lsblk", "mkdir", "mktemp", "mount"],
  ...["pgrep", "pidof", "printenv", "printf", "ps", "pwd", "read", "readlink", "readonly", "return", "sed", "seq"],
  ...["set", "shift", "shopt", "sleep", "sort", "stat", "sync", "tail", "tee", "test", "tr", "trap", "true", "type"],
  ...["typeset", "ulimit", "umask", "uname", "uniq", "unset", "uptime", "wait", "wc", "which", "who", "whoami"],
]);
