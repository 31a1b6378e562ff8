import { ruleSources } from "../../engine/alibaba/rule";
import type { ScriptFinding } from "../../engine/alibaba/script";
import { documents } from "../../engine/core/document";
import { shortLived, unlimitedFreeze, unreleased } from "./script-freeze";
import { passwordsIn } from "./script-password";
import { parseShell, type ShellScript } from "./shell-script";

export type ScriptName = "preScript" | "postScript";

/** A script as it is to be sent. */
export interface ScriptToLint {
  /** Undefined when only its hash is known: nothing is found then. */
  readonly text: string | undefined;
  /** Octal. */
  readonly fileMode: string;
}

export interface LintRequest {
  readonly scripts: Readonly<Record<ScriptName, ScriptToLint>>;
  readonly transport: "CLOUD_ASSISTANT" | "FTP";
}

export type LintFindings = Readonly<Record<ScriptName, readonly ScriptFinding[]>>;

/** Looks at the two scripts of a deployment before they are sent. No finding quotes a script. */
export async function lintScripts({ scripts, transport }: LintRequest): Promise<LintFindings> {
  const { preScript, postScript } = scripts;
  const [pre, post] = [await readShell(preScript.text), await readShell(postScript.text)];
  const ofPre = [...lintFile(preScript, transport), ...lintShell(pre)];
  const ofPost = [...lintFile(postScript, transport), ...lintShell(post)];
  if (pre !== undefined) ofPre.push(...lintFreeze(pre));
  if (pre !== undefined && post !== undefined) ofPre.push(...lintPair(pre, post));
  return { preScript: inOrder(ofPre), postScript: inOrder(ofPost) };
}

/** Where a finding is written. */
export function sourceOfFinding({ rule, severity }: ScriptFinding): string {
  return rule === "A-66" && severity === "error" ? documents.api : ruleSources[rule];
}

function inOrder(findings: readonly ScriptFinding[]): readonly ScriptFinding[] {
  return [...findings].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

/** The most bytes whose base64 SendFile takes: 32 KB of it, four characters for three bytes. */
const sendFileLimitBytes = (32 * 1024 * 3) / 4;

const ownerExecutes = 0o100;

/** What the file is, whatever language it is in. */
function lintFile({ text, fileMode }: ScriptToLint, transport: string): ScriptFinding[] {
  if (text === undefined) return [];
  const findings: ScriptFinding[] = [];
  const bytes = Buffer.byteLength(text);
  if (transport === "CLOUD_ASSISTANT" && bytes > sendFileLimitBytes) {
    const message = `the script has ${bytes} bytes; SendFile takes ${sendFileLimitBytes} (32 KB in base64)`;
    findings.push({ ...error("A-66"), message, remedy: "make it shorter, or send it by FTP" });
  }
  if ((Number.parseInt(fileMode, 8) & ownerExecutes) === 0) {
    const message = `mode ${fileMode} does not let the owner execute the script`;
    findings.push({ ...warning("A-13"), message, remedy: 'set fileMode to "0700"' });
  }
  if (!text.startsWith("#!")) {
    const isMarked = text.startsWith("\uFEFF#!");
    const message = isMarked
      ? "a byte order mark stands before the shebang, so that no interpreter is found"
      : "the first line is no shebang: which shell reads the script is left to chance";
    const remedy = isMarked ? "save the file without a byte order mark" : "begin with #!/bin/sh or #!/bin/bash";
    findings.push({ ...warning("A-14", 1), message, remedy });
  }
  const carriageReturn = text.indexOf("\r\n");
  if (carriageReturn >= 0) {
    const line = text.slice(0, carriageReturn).split("\n").length;
    const message = "lines end as on Windows (CR LF): the interpreter and the commands are not found under such names";
    findings.push({ ...warning("A-14", line), message, remedy: "save the file with LF line ends (dos2unix)" });
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

function lintShell(read: ShellText | undefined): ScriptFinding[] {
  if (read === undefined) return [];
  const { script, isCertain } = read;
  const findings: ScriptFinding[] = [];
  // How deep a script may nest is the parser's matter; and after the first error the others are guesses.
  const first = script.errors.find(({ message }) => !message.startsWith("maximum"));
  if (first !== undefined) {
    const severity = isCertain ? ("error" as const) : ("warning" as const);
    const message = `the shell can't read the script: ${withoutText(first.message)}`;
    findings.push({ severity, rule: "A-14", line: first.line, message, remedy: "mend it; try it with bash -n" });
  }
  for (const line of script.openDocuments) {
    const message = "a here-document that begins here never ends: it takes the rest of the script with it";
    findings.push({ ...warning("A-14", line), message, remedy: "write its end word on a line by itself" });
  }
  const passwords = new Map(passwordsIn(script).map(({ line, isAssignment }) => [line, isAssignment]));
  for (const [line, isAssignment] of passwords) {
    const message = isAssignment
      ? "a password is written into the script: it travels with it, and whoever may read the script has it"
      : "a password is written into a command: it travels with the script, and the list of processes shows it";
    const remedy = "keep it in a file that only root may read (an option file, a wallet), and name the file";
    findings.push({ ...warning("A-66", line), message, remedy });
  }
  return findings;
}

/** The parser's message; what it quotes is shown only where it is a word of the language. */
function withoutText(message: string): string {
  const known = /^([{}()[\]<>|&;!]+|newline|if|then|elif|else|fi|for|select|while|until|do|done|case|in|esac|coproc)$/;
  return message.replace(/'([^']*)'/g, (quoted, token: string) => (known.test(token) ? quoted : "a word"));
}

function lintFreeze({ script }: ShellText): ScriptFinding[] {
  const findings: ScriptFinding[] = [];
  for (const { line } of shortLived(script)) {
    const message = "the lock ends with the client that takes it, which is before the snapshot";
    const remedy = "keep the client's session open in the background until the post-script (ecs:getScriptTemplate)";
    findings.push({ ...warning("A-14", line), message, remedy });
  }
  const unlimited = unlimitedFreeze(script);
  if (unlimited !== undefined) {
    const message = `this ${unlimited.kind}, and nothing in the script limits how long that may take or last`;
    const remedy =
      "put timeout before the command, set the database's lock time-out, or leave a guard that releases it";
    findings.push({ ...warning("A-75", unlimited.line), message, remedy });
  }
  return findings;
}

function lintPair(pre: ShellText, post: ShellText): ScriptFinding[] {
  return unreleased(pre.script, post.script).map(({ kind, line }) => ({
    ...warning("A-14", line),
    message: `this ${kind}, and the post-script does not undo it`,
    remedy: "undo it in the post-script, which runs whenever the pre-script ran",
  }));
}

function warning(rule: ScriptFinding["rule"], line: number | null = null) {
  return { severity: "warning" as const, rule, line };
}

function error(rule: ScriptFinding["rule"], line: number | null = null) {
  return { severity: "error" as const, rule, line };
}
