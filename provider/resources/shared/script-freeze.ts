import { hole, type ShellCommand, type ShellScript, type ShellText } from "./shell-script";
import { databaseClients, harmlessTools, type Invocation, invocationOf } from "./shell-tool";

/** One thing that a script freezes or releases. */
interface Hold {
  readonly kind: string;
  /** Which one of its kind; undefined when the text does not tell. */
  readonly target: string | undefined;
  readonly line: number;
  readonly command: ShellCommand | undefined;
}

/** A way to freeze by a program, and the way back. */
interface ToolPair {
  readonly kind: string;
  readonly tools: readonly string[];
  /** Words of which one must come among the arguments. */
  readonly freeze: readonly string[];
  readonly release: readonly string[];
  /** The arguments after that word name what is frozen; a service stands before it too. */
  readonly isNamed?: true;
}

const systemService = "stops a service";

const toolPairs: readonly ToolPair[] = [
  {
    kind: "freezes a file system",
    tools: ["fsfreeze", "xfs_freeze"],
    freeze: ["-f", "--freeze"],
    release: ["-u", "--unfreeze"],
    isNamed: true,
  },
  {
    kind: "pauses a container",
    tools: ["docker", "podman", "nerdctl", "docker-compose"],
    freeze: ["pause"],
    release: ["unpause"],
    isNamed: true,
  },
  {
    kind: "stops a container",
    tools: ["docker", "podman", "nerdctl", "docker-compose"],
    freeze: ["stop"],
    release: ["start", "restart", "up", "run"],
    isNamed: true,
  },
  {
    kind: systemService,
    tools: ["systemctl", "service", "supervisorctl", "rc-service"],
    freeze: ["stop"],
    release: ["start", "restart", "reload-or-restart", "try-restart", "isolate"],
    isNamed: true,
  },
  {
    kind: "stops a process",
    tools: ["kill", "pkill", "killall"],
    freeze: ["-STOP", "-SIGSTOP", "-19"],
    release: ["-CONT", "-SIGCONT", "-18"],
  },
  { kind: "suspends a device", tools: ["dmsetup"], freeze: ["suspend"], release: ["resume"] },
  { kind: "suspends a machine", tools: ["virsh"], freeze: ["suspend"], release: ["resume"] },
  { kind: "stops a database", tools: ["pg_ctl", "pg_ctlcluster", "srvctl"], freeze: ["stop"], release: ["start"] },
];

/** A way to freeze by a statement: runs of words that stand in one statement, in this order. */
interface StatementPair {
  readonly kind: string;
  readonly freeze: readonly (readonly string[])[];
  readonly release: readonly string[];
}

/** A lock that lasts as long as the session that took it. */
const sessionLock = "takes a lock of MySQL";

const statementPairs: readonly StatementPair[] = [
  {
    kind: sessionLock,
    freeze: [["FLUSH", "* WITH READ LOCK"], ["FLUSH", "* FOR EXPORT"], ["LOCK TABLES"], ["LOCK INSTANCE FOR BACKUP"]],
    release: ["UNLOCK TABLES", "UNLOCK INSTANCE", "KILL"],
  },
  {
    kind: "makes MySQL read-only",
    freeze: [["READ_ONLY ON"], ["READ_ONLY 1"], ["SUPER_READ_ONLY ON"], ["SUPER_READ_ONLY 1"]],
    release: ["READ_ONLY OFF", "READ_ONLY 0", "SUPER_READ_ONLY OFF", "SUPER_READ_ONLY 0"],
  },
  { kind: "puts Oracle into backup mode", freeze: [["BEGIN BACKUP"]], release: ["END BACKUP"] },
  {
    kind: "suspends a database",
    freeze: [["SYSTEM SUSPEND"], ["DATABASE SUSPEND"], ["WRITE SUSPEND"], ["SUSPEND_FOR_SNAPSHOT_BACKUP ON"]],
    release: ["SYSTEM RESUME", "DATABASE RESUME", "WRITE RESUME", "SUSPEND_FOR_SNAPSHOT_BACKUP OFF"],
  },
  { kind: "quiesces Oracle", freeze: [["QUIESCE RESTRICTED"]], release: ["UNQUIESCE"] },
  {
    kind: "puts PostgreSQL into backup mode",
    freeze: [["PG_START_BACKUP"], ["PG_BACKUP_START"]],
    release: ["PG_STOP_BACKUP", "PG_BACKUP_STOP"],
  },
  { kind: "locks MongoDB", freeze: [["FSYNCLOCK"]], release: ["FSYNCUNLOCK"] },
];

/** One of the words that every run above has; most texts of a script have none. */
const mayBeStatement = /lock|export|read_only|backup|suspend|resume|quiesce|kill/i;

/** What a script freezes. */
export function freezesOf(script: ShellScript): readonly Hold[] {
  return [
    ...toolHolds(script, "freeze"),
    ...statementHolds(script, (words, pair) => pair.freeze.some((runs) => containsAll(words, runs))),
  ];
}

function releasesOf(script: ShellScript): readonly Hold[] {
  return [
    ...toolHolds(script, "release"),
    ...statementHolds(script, (words, pair) => pair.release.some((run) => indexOfRun(words, run, 0) >= 0)),
  ];
}

function toolHolds(script: ShellScript, direction: "freeze" | "release"): readonly Hold[] {
  return script.commands.flatMap((command) => {
    const invocation = invocationOf(command);
    if (invocation === undefined) return [];
    return toolPairs.flatMap((pair) => {
      if (!pair.tools.includes(invocation.tool)) return [];
      const at = invocation.args.findIndex((argument) => pair[direction].includes(argument));
      if (at < 0) return [];
      const targets = pair.isNamed === true ? targetsOf(invocation, at) : [undefined];
      return targets.map((target) => ({ kind: pair.kind, target, line: command.line, command }));
    });
  });
}

/** What is named beside the verb; options and their numbers are no names. */
function targetsOf({ tool, args }: Invocation, verb: number): readonly (string | undefined)[] {
  const from = /^(service|rc-service)$/.test(tool) ? 0 : verb + 1;
  const names = args.filter((text, index) => index >= from && index !== verb && !/^(-.*|\d+)$/.test(text));
  if (names.length === 0) return [undefined];
  // A service goes by the name of its program, too: mysql is mysqld.
  return names.map((text) =>
    /[\uFFFC*?[{]/.test(text) ? undefined : text.replace(/(\.service|d\.service|d|\/)$/, ""),
  );
}

function statementHolds(
  script: ShellScript,
  isSaid: (words: readonly string[], pair: StatementPair) => boolean,
): readonly Hold[] {
  const texts = textsOf(script).filter(({ text }) => mayBeStatement.test(text));
  return texts.flatMap(({ text, line, command }) =>
    text.split(";").flatMap((statement) => {
      const words = statement.toUpperCase().match(/[A-Z0-9_-]+/g) ?? [];
      return statementPairs
        .filter((pair) => isSaid(words, pair))
        .map(({ kind }) => ({ kind, target: undefined, line, command }));
    }),
  );
}

interface SaidText extends ShellText {
  readonly command: ShellCommand | undefined;
}

/** Every text that may reach a database; what `echo` shows to people is none. */
function textsOf({ commands, assignments }: ShellScript): readonly SaidText[] {
  const ofCommands = commands.flatMap((command) => {
    const isShown = /^(echo|printf|logger)$/.test(command.words[0]?.text ?? "") && !command.piped && !command.deferred;
    if (isShown) return [];
    const fromInputs = command.inputs.flatMap((input) => statementsOf(input).map((each) => ({ ...each, command })));
    return [...command.words.map((word) => ({ ...word, command })), ...fromInputs];
  });
  return [...ofCommands, ...assignments.map(({ text, line }) => ({ text, line, command: undefined }))];
}

/** The statements of a here-document, each with its own line. */
function statementsOf(input: ShellText): readonly ShellText[] {
  // The body begins on the line after the operator.
  let line = input.line + 1;
  return input.text.split(";").map((text) => {
    const first = line + newLines(/^\s*/.exec(text)?.[0] ?? "");
    line += newLines(text);
    return { text, line: first };
  });
}

function newLines(text: string): number {
  return text.split("\n").length - 1;
}

/** The runs in their order; `*` before a run lets other words stand between it and the one before. */
function containsAll(words: readonly string[], runs: readonly string[]): boolean {
  let from = 0;
  for (const run of runs) {
    const at = indexOfRun(words, run.replace(/^\* /, ""), from);
    if (at < 0) return false;
    from = at + 1;
  }
  return true;
}

function indexOfRun(words: readonly string[], run: string, from: number): number {
  const wanted = run.split(" ");
  return words.findIndex((_, index) => index >= from && wanted.every((word, offset) => words[index + offset] === word));
}

/** What the pre-script freezes and nothing releases, as far as the texts tell; in doubt it counts as released. */
export function unreleased(pre: ShellScript, post: ShellScript): readonly Hold[] {
  if (post.commands.some((command) => mayReleaseUnseen(command, post.functions))) return [];
  const inPre = releasesOf(pre).filter(({ command }) => command?.background === false && !command.deferred);
  const releases = [...releasesOf(post), ...inPre];
  const endsSessions = post.commands.some(mayEndSession);
  return freezesOf(pre).filter(
    ({ kind, target }) =>
      !(kind === sessionLock && endsSessions) &&
      !releases.some(
        (each) => each.kind === kind && (each.target === undefined || target === undefined || each.target === target),
      ),
  );
}

/** The command calls what this text does not show: another script, a program of the application, a file of SQL. */
function mayReleaseUnseen(command: ShellCommand, functions: ReadonlySet<string>): boolean {
  if (command.words.length === 0) return false;
  const invocation = invocationOf(command);
  if (invocation === undefined) return true;
  const { tool, args } = invocation;
  if (harmlessTools.has(tool) || functions.has(tool)) return false;
  if (databaseClients.has(tool)) {
    return command.readsFile || command.piped || args.some(isUnseenStatement);
  }
  const isShell = /^(sh|bash|dash|ksh|su|eval)$/.test(tool) && !args.some((argument) => argument.includes(hole));
  if (isShell) return !args.some((argument) => /^-[a-z]*c$/.test(argument)) && command.inputs.length === 0;
  return !toolPairs.some(({ tools }) => tools.includes(tool)) && !sessionEnders.has(tool);
}

/** A file of statements, or statements that only the run will tell; other options say how to connect. */
function isUnseenStatement(argument: string): boolean {
  if (/^(@|-f|--file|source )/i.test(argument)) return true;
  return argument.includes(hole) && !/^-(?!e|c|-exec|-eval|-command)/.test(argument);
}

/** A session's end releases its lock: killed, or told by a file that goes or comes. */
const sessionEnders: ReadonlySet<string> = new Set([
  "kill",
  "pkill",
  "killall",
  "fuser",
  "rm",
  "unlink",
  "mv",
  "touch",
]);

function mayEndSession(command: ShellCommand): boolean {
  if (command.writesFile) return true;
  const invocation = invocationOf(command);
  if (invocation === undefined) return false;
  const { tool, args } = invocation;
  const restarts = tool === "systemctl" || tool === "service";
  return sessionEnders.has(tool) || (restarts && args.some((argument) => /stop|restart/.test(argument)));
}

/** Locks that are gone when the pre-script ends: their session is a client that ends before. */
export function shortLived(pre: ShellScript): readonly Hold[] {
  return freezesOf(pre).filter(({ kind, command }) => {
    if (kind !== sessionLock || command === undefined) return false;
    if (command.background || command.deferred || command.piped) return false;
    const tool = invocationOf(command)?.tool ?? "";
    if (!/^(mysql|mariadb)$/.test(tool)) return false;
    const said = [...command.words, ...command.inputs].filter(({ text }) => /lock|export/i.test(text));
    // The session itself may wait, or start what waits.
    return !said.some(({ text }) => /\bsleep\b|\bsystem\b|\\!|\bsource\b|\uFFFC/i.test(text));
  });
}

/** Programs that limit how long something runs, or that a guard waits with. */
const limiters: ReadonlySet<string> = new Set([
  "timeout",
  "ulimit",
  "sleep",
  "date",
  "at",
  "systemd-run",
  ".",
  "source",
]);

/** The first freeze of a script in which nothing limits time; systemd limits by itself how long a service stops. */
export function unlimitedFreeze(script: ShellScript): Hold | undefined {
  const freeze = freezesOf(script).find(({ kind }) => kind !== systemService);
  const texts = script.commands.flatMap(({ words, inputs }) => [...words, ...inputs]);
  const isLimited =
    script.commands.some(({ words }) => words.some(({ text }) => limiters.has(text))) ||
    [...texts, ...script.assignments].some(({ text }) => /time_?-?(out|limit)|max_statement_time/i.test(text));
  return isLimited ? undefined : freeze;
}
