import { shortLived, unlimitedFreeze, unreleased } from "./script-freeze";
import { passwordsIn } from "./script-password";
import { parseShell, type ShellScript } from "./shell-script";
import { invocationOf } from "./shell-tool";

export type ScriptName = "preScript" | "postScript";

/** A script as it is to be sent. */
export interface ScriptToLint {
  /** Undefined when only its hash is known: nothing is found then. */
  readonly text: string | undefined;
  /** Octal. */
  readonly fileMode: string;
}

/** What was noticed about a script; never holds text of it. `R`: the ids of the rules of a cloud. */
export interface LintFinding<R extends string> {
  readonly severity: "error" | "warning";
  readonly rule: R;
  /** Null for what concerns the whole file. */
  readonly line: number | null;
  readonly message: string;
  readonly remedy: string;
}

/** How a cloud sends and runs scripts: its rules, and the words of its resources. */
export interface LintDialect<R extends string> {
  /** About the file's mode; null where the mode is judged elsewhere. */
  readonly mode: { readonly rule: R; readonly remedy: string } | null;
  /** The most bytes that can be sent; null for any number. */
  readonly size: {
    readonly rule: R;
    readonly limitBytes: number;
    readonly tool: string;
    readonly remedy: string;
  } | null;
  readonly runRule: R;
  readonly passwordRule: R;
  readonly freezeRule: R;
  /** About scripts that keep no log. */
  readonly logRule: R;
  /** The function that gives ready scripts. */
  readonly template: string;
}

export interface LintRequest<R extends string> {
  readonly scripts: Readonly<Record<ScriptName, ScriptToLint>>;
  readonly dialect: LintDialect<R>;
}

export type LintFindings<R extends string> = Readonly<Record<ScriptName, readonly LintFinding<R>[]>>;

/** Looks at the two scripts of a deployment before they are sent. No finding quotes a script. */
export async function lintScripts<R extends string>({ scripts, dialect }: LintRequest<R>): Promise<LintFindings<R>> {
  const { preScript, postScript } = scripts;
  const [pre, post] = [await readShell(preScript.text), await readShell(postScript.text)];
  const ofPre = [...lintFile(preScript, dialect), ...lintShell(pre, dialect)];
  const ofPost = [...lintFile(postScript, dialect), ...lintShell(post, dialect)];
  if (pre !== undefined) ofPre.push(...lintFreeze(pre, dialect));
  if (pre !== undefined && post !== undefined) ofPre.push(...lintPair(pre, post, dialect));
  return { preScript: inOrder(ofPre), postScript: inOrder(ofPost) };
}

function inOrder<R extends string>(findings: readonly LintFinding<R>[]): readonly LintFinding<R>[] {
  return [...findings].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

const ownerExecutes = 0o100;

/** What the file is, whatever language it is in. */
function lintFile<R extends string>({ text, fileMode }: ScriptToLint, dialect: LintDialect<R>): LintFinding<R>[] {
  if (text === undefined) return [];
  const { mode, size, runRule } = dialect;
  const findings: LintFinding<R>[] = [];
  const bytes = Buffer.byteLength(text);
  if (size !== null && bytes > size.limitBytes) {
    const message = `the script has ${bytes} bytes; ${size.tool} takes ${size.limitBytes} (32 KB in base64)`;
    findings.push({ severity: "error", rule: size.rule, line: null, message, remedy: size.remedy });
  }
  if (mode !== null && (Number.parseInt(fileMode, 8) & ownerExecutes) === 0) {
    const message = `mode ${fileMode} does not let the owner execute the script`;
    findings.push({ ...warning(mode.rule), message, remedy: mode.remedy });
  }
  if (!text.startsWith("#!")) {
    const isMarked = text.startsWith("\uFEFF#!");
    const message = isMarked
      ? "a byte order mark stands before the shebang, so that no interpreter is found"
      : "the first line is no shebang: which shell reads the script is left to chance";
    const remedy = isMarked ? "save the file without a byte order mark" : "begin with #!/bin/sh or #!/bin/bash";
    findings.push({ ...warning(runRule, 1), message, remedy });
  }
  const carriageReturn = text.indexOf("\r\n");
  if (carriageReturn >= 0) {
    const line = text.slice(0, carriageReturn).split("\n").length;
    const message = "lines end as on Windows (CR LF): the interpreter and the commands are not found under such names";
    findings.push({ ...warning(runRule, line), message, remedy: "save the file with LF line ends (dos2unix)" });
  }
  return findings;
}

interface ShellText {
  readonly script: ShellScript;
  /** Its shell is the one whose grammar is known for certain. */
  readonly isCertain: boolean;
}

async function readShell(text: string | undefined): Promise<ShellText | undefined> {
  if (text === undefined) return undefined;
  const interpreter = /^\uFEFF?#!\s*(?:\S*\/env\s+(?:-S\s+)?)?(?:\S*\/)?([^\s/]+)/.exec(text)?.[1] ?? "sh";
  if (!/^(sh|bash|dash|ash|ksh|ksh93|mksh)$/.test(interpreter)) return undefined;
  const script = await parseShell(text.replace(/^\uFEFF/, " ").replaceAll("\r\n", "\n"));
  return { script, isCertain: !interpreter.includes("ksh") };
}

function lintShell<R extends string>(read: ShellText | undefined, dialect: LintDialect<R>): LintFinding<R>[] {
  if (read === undefined) return [];
  const { runRule, passwordRule } = dialect;
  const { script, isCertain } = read;
  const findings: LintFinding<R>[] = [];
  // How deep a script may nest is the parser's matter; and after the first error the others are guesses.
  const first = script.errors.find(({ message }) => !message.startsWith("maximum"));
  if (first !== undefined) {
    const severity = isCertain ? ("error" as const) : ("warning" as const);
    const message = `the shell can't read the script: ${withoutText(first.message)}`;
    findings.push({ severity, rule: runRule, line: first.line, message, remedy: "mend it; try it with bash -n" });
  }
  // Of a script that can't be read nobody knows what it logs.
  if (first === undefined) findings.push(...lintLog(script, dialect));
  for (const line of script.openDocuments) {
    const message = "a here-document that begins here never ends: it takes the rest of the script with it";
    findings.push({ ...warning(runRule, line), message, remedy: "write its end word on a line by itself" });
  }
  const passwords = new Map(passwordsIn(script).map(({ line, isAssignment }) => [line, isAssignment]));
  for (const [line, isAssignment] of passwords) {
    const message = isAssignment
      ? "a password is written into the script: it travels with it, and whoever may read the script has it"
      : "a password is written into a command: it travels with the script, and the list of processes shows it";
    const remedy = "keep it in a file that only root may read (an option file, a wallet), and name the file";
    findings.push({ ...warning(passwordRule, line), message, remedy });
  }
  return findings;
}

/** The parser's message; what it quotes is shown only where it is a word of the language. */
function withoutText(message: string): string {
  const known = /^([{}()[\]<>|&;!]+|newline|if|then|elif|else|fi|for|select|while|until|do|done|case|in|esac|coproc)$/;
  return message.replace(/'([^']*)'/g, (quoted, token: string) => (known.test(token) ? quoted : "a word"));
}

function lintFreeze<R extends string>({ script }: ShellText, dialect: LintDialect<R>): LintFinding<R>[] {
  const findings: LintFinding<R>[] = [];
  for (const { line } of shortLived(script)) {
    const message = "the lock ends with the client that takes it, which is before the snapshot";
    const remedy = `keep the client's session open in the background until the post-script (${dialect.template})`;
    findings.push({ ...warning(dialect.runRule, line), message, remedy });
  }
  const unlimited = unlimitedFreeze(script);
  if (unlimited !== undefined) {
    const message = `this ${unlimited.kind}, and nothing in the script limits how long that may take or last`;
    const remedy =
      "put timeout before the command, set the database's lock time-out, or leave a guard that releases it";
    findings.push({ ...warning(dialect.freezeRule, unlimited.line), message, remedy });
  }
  return findings;
}

function lintPair<R extends string>(pre: ShellText, post: ShellText, dialect: LintDialect<R>): LintFinding<R>[] {
  return unreleased(pre.script, post.script).map(({ kind, line }) => ({
    ...warning(dialect.runRule, line),
    message: `this ${kind}, and the post-script does not undo it`,
    remedy: "undo it in the post-script, which runs whenever the pre-script ran",
  }));
}

/** Programs that keep what they are given. */
const logTools: ReadonlySet<string> = new Set(["logger", "systemd-cat", "tee", "multilog", "svlogd"]);

/** Programs that can't fail, or tell nothing when they do. */
const silentTools: ReadonlySet<string> = new Set([":", "true", "false", "exit", "return", "set", "sleep", "umask"]);

/** A script that does something leaves a log of it, as the document on the Linux framework asks. */
function lintLog<R extends string>(script: ShellScript, { logRule, template }: LintDialect<R>): LintFinding<R>[] {
  if (script.writesLog) return [];
  const tools = script.commands.map((command) => invocationOf(command)?.tool);
  const isLogged = tools.some((tool) => tool !== undefined && logTools.has(tool));
  if (isLogged || tools.every((tool) => tool !== undefined && silentTools.has(tool))) return [];
  const message = "the script keeps no log: when it fails, nothing tells why";
  const remedy = `add logging (logger, or >>/var/log/…) and look there when a backup's scripts fail; see ${template}`;
  return [{ ...warning(logRule), message, remedy }];
}

function warning<R extends string>(rule: R, line: number | null = null) {
  return { severity: "warning" as const, rule, line };
}
