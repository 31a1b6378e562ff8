import { posix } from "node:path";
import { parse } from "shell-quote";
import type { EngineError } from "../error";

/** What an operator does in a guest, as far as it matters to backups. */
export type GuestAction =
  | { readonly kind: "chmod"; readonly path: string; readonly fileMode: string }
  | { readonly kind: "chown"; readonly path: string; readonly owner: string | null; readonly group: string | null }
  | { readonly kind: "rm"; readonly path: string; readonly force: boolean }
  | { readonly kind: "service"; readonly running: boolean };

/** What a cloud calls its agent in the guest, and how it refuses a command that isn't understood. */
export interface GuestDialect {
  /** Names of the agent's service to systemctl, the standard one first. */
  readonly units: readonly [string, ...string[]];
  /** Its name to Stop-Service and Start-Service. */
  readonly windowsService: string;
  refusal(message: string, understood: string): EngineError;
}

/** The actions of command lines; what isn't understood is refused as a whole. */
export function parseGuestCommand(
  dialect: GuestDialect,
  content: string,
  workingDirectory: string,
): readonly GuestAction[] {
  return new GuestShell(dialect, workingDirectory).actions(content);
}

class GuestShell {
  constructor(
    private readonly dialect: GuestDialect,
    private readonly workingDirectory: string,
  ) {}

  actions(content: string): readonly GuestAction[] {
    const commands = content.split(/\r?\n/).flatMap((line) => this.#wordsOf(line));
    if (commands.length === 0) this.#refuse("the command is empty");
    return commands.flatMap((words) => this.#actionsOf(words));
  }

  #refuse(message: string): never {
    const { units, windowsService } = this.dialect;
    throw this.dialect.refusal(
      message,
      "the engine understands: chmod <octal mode> <path>…, chown <owner>[:<group>] <path>…, rm [-f] <path>…, " +
        `systemctl stop|start ${units[0]} (Windows: Stop-Service|Start-Service ${windowsService}), ` +
        "joined by && or ; or line by line",
    );
  }

  /** The simple commands of a line as words, quotes taken off. */
  #wordsOf(line: string): string[][] {
    const commands: string[][] = [[]];
    for (const token of parse(line, (name) => ({ op: `$${name}` }))) {
      if (typeof token === "string") commands.at(-1)?.push(token);
      else if ("comment" in token) continue;
      else if (token.op === "&&" || token.op === ";") commands.push([]);
      else this.#refuse(`${token.op === "glob" ? token.pattern : token.op} in "${line}" is not understood`);
    }
    return commands.filter((words) => words.length > 0);
  }

  #actionsOf(words: readonly string[]): readonly GuestAction[] {
    const [command = "", ...operands] = words[0] === "sudo" ? words.slice(1) : words;
    switch (command) {
      case "chmod":
        return this.#chmod(operands);
      case "chown":
        return this.#chown(operands);
      case "rm":
        return this.#remove(operands);
      case "systemctl":
      case "Stop-Service":
      case "Start-Service":
        return [this.#service(command, operands)];
      default:
        return this.#refuse(`the command ${command || "sudo"} is not understood`);
    }
  }

  /** Paths after the options and the first operand. */
  #pathsOf(command: string, paths: readonly string[]): readonly string[] {
    const option = paths.find((path) => path.startsWith("-"));
    if (option !== undefined) this.#refuse(`the option ${option} of ${command} is not understood`);
    if (paths.length === 0) this.#refuse(`${command} names no path`);
    return paths.map((path) => posix.resolve(this.workingDirectory, path));
  }

  #chmod([mode = "", ...rest]: readonly string[]): readonly GuestAction[] {
    if (!/^0?[0-7]{3,4}$/.test(mode)) this.#refuse(`"${mode}" is no octal mode such as 700`);
    const fileMode = mode.replace(/^0(?=[0-7]{4}$)/, "").padStart(4, "0");
    return this.#pathsOf("chmod", rest).map((path) => ({ kind: "chmod", path, fileMode }));
  }

  #chown([who = "", ...rest]: readonly string[]): readonly GuestAction[] {
    const [, owner, group] = /^([A-Za-z_][\w-]*)?(?::([A-Za-z_][\w-]*))?$/.exec(who) ?? [];
    if (owner === undefined && group === undefined) this.#refuse(`"${who}" is no owner such as root or root:root`);
    const change = { owner: owner ?? null, group: group ?? null };
    return this.#pathsOf("chown", rest).map((path) => ({ kind: "chown", path, ...change }));
  }

  #remove(operands: readonly string[]): readonly GuestAction[] {
    const force = operands[0] === "-f";
    return this.#pathsOf("rm", force ? operands.slice(1) : operands).map((path) => ({ kind: "rm", path, force }));
  }

  #service(command: string, operands: readonly string[]): GuestAction {
    const [verb, name, ...rest] =
      command === "systemctl" ? operands : [command === "Stop-Service" ? "stop" : "start", ...operands];
    const names = command === "systemctl" ? this.dialect.units : [this.dialect.windowsService];
    if (rest.length > 0 || (verb !== "stop" && verb !== "start") || !names.includes(name ?? "")) {
      this.#refuse(`${[command, ...operands].join(" ")} is not understood`);
    }
    return { kind: "service", running: verb === "start" };
  }
}
