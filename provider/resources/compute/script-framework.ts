import { z } from "zod";
import { defineResource } from "../../definition/resource";
import type { RuleId } from "../../engine/azure/rule";
import {
  configOf,
  type FrameworkInput,
  filesOf,
  isSameMode,
  putFramework,
  removeFramework,
  type ScriptToWrite,
  type WrittenScript,
} from "../../engine/azure/script-deployment";
import { type FrameworkRow, findFrameworkRow, scriptsOf } from "../../engine/azure/script-framework";
import { findMachine } from "../../engine/azure/virtual-machine";
import type { CommandContext, QueryContext } from "../../engine/engine";
import type { LintFindings, ScriptName } from "../shared/script-lint";
import { deletedScript, fullScriptText, scriptHash } from "../shared/script-source";
import { checkFramework, lintFramework } from "./script-framework-check";
import { comparableFramework, configText, isConfigSecret, liveConfig, liveText } from "./script-framework-config";
import { type FrameworkInputs, type FrameworkScriptInputs, frameworkInputs } from "./script-framework-inputs";

const lintFinding = z
  .object({
    script: z.enum(["preScript", "postScript"]).meta({
      typeName: "LintedFrameworkScript",
      description: "The script.",
      valueDescriptions: { preScript: "The one that freezes.", postScript: "The one that thaws." },
    }),
    severity: z.enum(["error", "warning"]).meta({
      typeName: "FrameworkLintSeverity",
      description: "How bad it is.",
      valueDescriptions: { error: "The script can't be run.", warning: "It may not do what it is for." },
    }),
    line: z.int().optional().meta({ description: "The line; absent for what concerns the whole file." }),
    rule: z.string().meta({ description: "The rule behind it." }),
    message: z.string().meta({ description: "What was noticed; never text of the script." }),
    remedy: z.string().meta({ description: "How to mend it." }),
  })
  .meta({ typeName: "FrameworkLintFinding", description: "One thing that was noticed about a script (Z-36)." });

const file = z
  .object({
    path: z.string().meta({ description: "Where the file lies." }),
    present: z.boolean().meta({ description: "Whether it lies there." }),
    mode: z.string().optional().meta({ description: "Its mode, octal." }),
    owner: z.string().optional().meta({ description: "Its owner." }),
    sha256: z.string().optional().meta({ description: "SHA-256 of its content, hex." }),
  })
  .meta({ typeName: "FrameworkFile", description: "How one file of the framework lies on its machine." });

const outputs = z.object({
  configJson: z.string().meta({
    description:
      "The exact text of VMSnapshotScriptPluginConfig.json as it is written; a secret when it was given as a file or " +
      "when one of the parameters is one (Z-38). Its hash (sha256:…) where the text is not known after an import.",
  }),
  configSha256: z.string().meta({ description: "SHA-256 of the config file, hex." }),
  preScriptSha256: z.string().optional().meta({ description: "SHA-256 of the pre-script, hex; absent for none." }),
  preScriptSizeBytes: z.int().optional().meta({ description: "Size of the pre-script, bytes; absent for none." }),
  postScriptSha256: z.string().optional().meta({ description: "SHA-256 of the post-script, hex; absent for none." }),
  postScriptSizeBytes: z.int().optional().meta({ description: "Size of the post-script, bytes; absent for none." }),
  lintFindings: z.array(lintFinding).meta({
    description: "What was noticed about the scripts when they were written, by script and line (Z-36).",
  }),
  files: z.array(file).meta({
    description: "The files as they lie on the machine: the config file, then the scripts. A chmod there shows here.",
    live: true,
  }),
});

type Outputs = z.output<typeof outputs>;

const scriptNames = ["preScript", "postScript"] as const;

async function apply(context: CommandContext, urn: string, properties: FrameworkInputs): Promise<Outputs> {
  const old = await findFrameworkRow(context, properties.vmId);
  const lint = await lintFramework(properties);
  const { vmId, configMode, configOwner } = properties;
  const input: FrameworkInput = {
    ...{ machineId: vmId, urn, configMode, configOwner },
    configText: configText(properties) ?? null,
    preScript: toWrite("preScript", properties, lint, old),
    postScript: toWrite("postScript", properties, lint, old),
  };
  await putFramework(context, input);
  return describe((await findFrameworkRow(context, vmId)) as FrameworkRow, properties);
}

/** Of a script that is given by its hash alone (after an import), what was known when it was written still holds. */
function toWrite(
  which: ScriptName,
  properties: FrameworkInputs,
  lint: LintFindings<RuleId>,
  row: FrameworkRow | undefined,
): ScriptToWrite | null {
  const script = properties[which];
  if (script === undefined) return null;
  const text = fullScriptText(script);
  const sha256 = scriptHash(script);
  const before: WrittenScript | undefined = row === undefined ? undefined : scriptsOf(row)[which];
  const known = text === undefined && before?.sha256 === sha256 ? before : undefined;
  return {
    sha256,
    sizeBytes: known?.sizeBytes ?? Buffer.byteLength(text ?? ""),
    mode: script.mode,
    owner: script.owner,
    behaviour: script.simulate,
    lintFindings: known?.lintFindings ?? lint[which],
  };
}

function describe(row: FrameworkRow, given: FrameworkInputs | undefined): Outputs {
  const config = configOf(row);
  const { preScript, postScript } = scriptsOf(row);
  return {
    configJson: liveText(config, given),
    configSha256: config.sha256 ?? "",
    ...(preScript.sha256 === null ? {} : { preScriptSha256: preScript.sha256 }),
    ...(preScript.sizeBytes === null ? {} : { preScriptSizeBytes: preScript.sizeBytes }),
    ...(postScript.sha256 === null ? {} : { postScriptSha256: postScript.sha256 }),
    ...(postScript.sizeBytes === null ? {} : { postScriptSizeBytes: postScript.sizeBytes }),
    lintFindings: scriptNames.flatMap((script) => {
      const { lintFindings = [] }: WrittenScript = scriptsOf(row)[script];
      return lintFindings.map(({ line, ...finding }) => ({ script, ...finding, ...(line === null ? {} : { line }) }));
    }),
    files: filesOf(row).map(({ path, present, mode, owner, sha256 }) => ({
      ...{ path, present },
      ...(mode === null ? {} : { mode }),
      ...(owner === null ? {} : { owner }),
      ...(sha256 === null ? {} : { sha256 }),
    })),
  };
}

/** The script as it lies on the machine, in the words of the inputs; its content is told by its hash. */
function liveScript(live: WrittenScript, old: FrameworkScriptInputs | undefined): FrameworkScriptInputs | undefined {
  if (live.path === "" || (old === undefined && live.sha256 === null)) return undefined;
  const { exitCode, durationSeconds, failingTries } = live.behaviour;
  const mode = old !== undefined && isSameMode(old.mode, live.mode) ? old.mode : live.mode;
  return { ...liveContent(live, old), mode, owner: live.owner, simulate: { exitCode, durationSeconds, failingTries } };
}

function liveContent(
  { present, sha256 }: WrittenScript,
  old: FrameworkScriptInputs | undefined,
): Pick<FrameworkScriptInputs, "content" | "source"> {
  if (!present) return { content: deletedScript };
  if (old === undefined || scriptHash(old) !== sha256) return { content: `sha256:${sha256 ?? "unknown"}` };
  return old.content === undefined ? { source: old.source } : { content: old.content };
}

async function read(context: QueryContext, id: string, old: FrameworkInputs | undefined) {
  const row = await findFrameworkRow(context, id);
  const machine = row === undefined ? undefined : await findMachine(context, id);
  if (row === undefined || machine === undefined) return undefined;
  const config = configOf(row);
  const scripts = scriptsOf(row);
  const isSame = old !== undefined && isSameMode(old.configMode, config.mode);
  const preScript = liveScript(scripts.preScript, old?.preScript);
  const postScript = liveScript(scripts.postScript, old?.postScript);
  return {
    inputs: {
      vmId: old?.vmId ?? machine.armId,
      ...liveConfig(config, old),
      configMode: isSame ? old.configMode : config.mode,
      configOwner: config.owner,
      ...(preScript === undefined ? {} : { preScript }),
      ...(postScript === undefined ? {} : { postScript }),
    },
    outputs: describe(row, old),
  };
}

export const scriptFrameworkResource = defineResource({
  token: "cloudbackup:compute:ScriptFramework",
  source: "seed 003, steps 1 to 5",
  description:
    "The pre/post-script framework of a Linux VM: /etc/azure/VMSnapshotScriptPluginConfig.json and the scripts it " +
    "names, as VMSnapshotLinux runs them around a snapshot. Contents and parameters never reach the engine's store: " +
    "it keeps hash, size and mode. Destroying it deletes the files.",
  inputs: frameworkInputs,
  outputs,
  importId: {
    pattern: /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Compute\/virtualMachines\/[^/]+$/i,
    example: "/subscriptions/<id>/resourceGroups/<name>/providers/Microsoft.Compute/virtualMachines/<name>",
  },
  stables: [],
  id: ({ vmId }) => vmId,
  check: checkFramework,
  comparable: comparableFramework,
  secretOutputs: (inputs) => (isConfigSecret(inputs) ? ["configJson"] : []),
  create: (context, { urn }, properties) => apply(context, urn, properties),
  read,
  update: (context, { urn }, properties) => apply(context, urn, properties),
  delete: (context, id) => removeFramework(context, id),
});
