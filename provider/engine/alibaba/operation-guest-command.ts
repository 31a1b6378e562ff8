import { posix } from "node:path";
import { parse } from "shell-quote";
import { apiRefusal } from "./rule";

/** What an operator does in a guest, as far as it matters to backups. */
export type GuestAction =
  | { readonly kind: "chmod"; readonly path: string; readonly fileMode: string }
  | { readonly kind: "chown"; readonly path: string; readonly owner: string | null; readonly group: string | null }
  | { readonly kind: "rm"; readonly path: string; readonly force: boolean }
  | { readonly kind: "service"; readonly running: boolean };

const understood =
  "the engine understands: chmod <octal mode> <path>…, chown <owner>[:<group>] <path>…, rm [-f] <path>…, " +
  "systemctl stop|start aliyun.service (Windows: Stop-Service|Start-Service AliyunService), " +
  "joined by && or ; or line by line";

function refuse(message: string): never {
  throw apiRefusal("Engine.CommandNotUnderstood", "CommandContent", message, understood);
}

/** The actions of a command line; anything that isn't understood is refused as a whole. */
export function parseGuestCommand(content: string, workingDirectory: string): readonly GuestAction[] {
  const commands = content.split(/\r?\n/).flatMap(wordsOf);
  if (commands.length === 0) refuse("the command is empty");
  return commands.flatMap((words) => actionsOf(words, workingDirectory));
}

/** The simple commands of a line as words, quotes taken off. */
function wordsOf(line: string): string[][] {
  const commands: string[][] = [[]];
  for (const token of parse(line, (name) => ({ op: `$${name}` }))) {
    if (typeof token === "string") commands.at(-1)?.push(token);
    else if ("comment" in token) continue;
    else if (token.op === "&&" || token.op === ";") commands.push([]);
    else refuse(`${token.op === "glob" ? token.pattern : token.op} in "${line}" is not understood`);
  }
  return commands.filter((words) => words.length > 0);
}

function actionsOf(words: readonly string[], workingDirectory: string): readonly GuestAction[] {
  const [command = "", ...operands] = words[0] === "sudo" ? words.slice(1) : words;
  const resolve = (path: string): string => posix.resolve(workingDirectory, path);
  switch (command) {
    case "chmod":
      return chmod(operands, resolve);
    case "chown":
      return chown(operands, resolve);
    case "rm":
      return remove(operands, resolve);
    case "systemctl":
    case "Stop-Service":
    case "Start-Service":
      return [service(command, operands)];
    default:
      return refuse(`the command ${command || "sudo"} is not understood`);
  }
}

/** Paths after the options and the first operand. */
function pathsOf(command: string, paths: readonly string[], resolve: (path: string) => string): readonly string[] {
  const option = paths.find((path) => path.startsWith("-"));
  if (option !== undefined) refuse(`the option ${option} of ${command} is not understood`);
  if (paths.length === 0) refuse(`${command} names no path`);
  return paths.map(resolve);
}

function chmod([mode = "", ...rest]: readonly string[], resolve: (path: string) => string): readonly GuestAction[] {
  if (!/^0?[0-7]{3,4}$/.test(mode)) refuse(`"${mode}" is no octal mode such as 700`);
  const fileMode = mode.replace(/^0(?=[0-7]{4}$)/, "").padStart(4, "0");
  return pathsOf("chmod", rest, resolve).map((path) => ({ kind: "chmod", path, fileMode }));
}

function chown([who = "", ...rest]: readonly string[], resolve: (path: string) => string): readonly GuestAction[] {
  const [, owner, group] = /^([A-Za-z_][\w-]*)?(?::([A-Za-z_][\w-]*))?$/.exec(who) ?? [];
  if (owner === undefined && group === undefined) refuse(`"${who}" is no owner such as root or root:root`);
  return pathsOf("chown", rest, resolve).map((path) => ({
    kind: "chown",
    path,
    owner: owner ?? null,
    group: group ?? null,
  }));
}

function remove(operands: readonly string[], resolve: (path: string) => string): readonly GuestAction[] {
  const force = operands[0] === "-f";
  return pathsOf("rm", force ? operands.slice(1) : operands, resolve).map((path) => ({ kind: "rm", path, force }));
}

function service(command: string, operands: readonly string[]): GuestAction {
  const [verb, name, ...rest] =
    command === "systemctl" ? operands : [command === "Stop-Service" ? "stop" : "start", ...operands];
  const names = command === "systemctl" ? ["aliyun.service", "aliyun"] : ["AliyunService"];
  if (rest.length > 0 || (verb !== "stop" && verb !== "start") || !names.includes(name ?? "")) {
    refuse(`${[command, ...operands].join(" ")} is not understood`);
  }
  return { kind: "service", running: verb === "start" };
}
