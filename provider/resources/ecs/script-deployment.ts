import { z } from "zod";
import type { Finding } from "../../definition/finding";
import { type CheckScope, defineResource } from "../../definition/resource";
import { ruleSources } from "../../engine/alibaba/rule";
import {
  type Deployment,
  type DeploymentInput,
  deploymentRefusal,
  deployScripts,
  describeDeployment,
  effectiveMode,
  findDeployment,
  removeDeployment,
  type ScriptFinding,
  type ScriptSpecification,
  specificationOf,
} from "../../engine/alibaba/script";
import type { CommandContext, QueryContext } from "../../engine/engine";
import { refusalFinding } from "../shared/finding";
import { liveScript, type ScriptInputs, scriptInput, toSpecification } from "../shared/script";
import { type LintFindings, lintScripts, type ScriptName } from "../shared/script-lint";
import { comparableScripts, fullScriptText, sourceProblem } from "../shared/script-source";
import { scriptDialect, sourceOfFinding } from "./script-dialect";

const inputs = z.strictObject({
  instanceIds: z.array(z.string().min(1)).min(1).max(50).meta({
    description: "The machines that get the scripts, 1 to 50. Source: ECS SendFile; seed 000, step 2.",
    set: true,
  }),
  transport: z
    .enum(["CLOUD_ASSISTANT", "FTP"])
    .meta({
      typeName: "ScriptTransport",
      typeModule: "ecs",
      valueDescriptions: {
        CLOUD_ASSISTANT: "Sent by Cloud Assistant (SendFile): the agent must run; mode 0700 unless another is given.",
        FTP: "Copied by FTP: no agent needed; mode 0644 unless another is given.",
      },
    })
    .default("CLOUD_ASSISTANT")
    .meta({ description: "How the scripts travel (A-66). Default: CLOUD_ASSISTANT. Source: seed 000, step 2." }),
  application: z.string().min(1).optional().meta({
    description: "The application that the scripts freeze, for people: MySQL, Oracle, …",
  }),
  preScript: scriptInput("PreScript", "/tmp/prescript.sh").meta({
    description: "The script that freezes the application, run before the snapshot (A-13, A-14).",
  }),
  postScript: scriptInput("PostScript", "/tmp/postscript.sh").meta({
    description: "The script that thaws the application; it runs whenever the pre-script ran (A-13, A-14).",
  }),
});

const deployedScript = z
  .object({
    path: z.string().meta({ description: "Where the script lies." }),
    present: z.boolean().meta({ description: "Whether it lies there." }),
    sha256: z.string().optional().meta({ description: "SHA-256 of its content, hex." }),
    fileMode: z.string().optional().meta({ description: "Its mode, octal." }),
    fileOwner: z.string().optional().meta({ description: "Its owner." }),
    fileGroup: z.string().optional().meta({ description: "Its group." }),
  })
  .meta({ typeName: "DeployedScript", description: "How one script lies on one machine." });

const deploymentResult = z
  .object({
    instanceId: z.string().meta({ description: "The machine." }),
    success: z.boolean().meta({ description: "Whether the scripts were sent." }),
    code: z.string().meta({ description: '"200", or why not.' }),
    message: z.string().meta({ description: "The same for people." }),
    preScript: deployedScript.meta({ description: "The pre-script there." }),
    postScript: deployedScript.meta({ description: "The post-script there." }),
  })
  .meta({ typeName: "DeploymentResult", description: "What became of a deployment on one machine." });

const lintFinding = z
  .object({
    script: z.enum(["preScript", "postScript"]).meta({
      typeName: "LintedScript",
      description: "The script.",
      valueDescriptions: { preScript: "The one that freezes.", postScript: "The one that thaws." },
    }),
    severity: z.enum(["error", "warning"]).meta({
      typeName: "LintSeverity",
      description: "How bad it is.",
      valueDescriptions: { error: "The script can't be sent or run.", warning: "It may not do what it is for." },
    }),
    line: z.int().optional().meta({ description: "The line; absent for what concerns the whole file." }),
    rule: z.string().meta({ description: "The rule behind it." }),
    message: z.string().meta({ description: "What was noticed; never text of the script." }),
    remedy: z.string().meta({ description: "How to mend it." }),
  })
  .meta({ typeName: "LintFinding", description: "One thing that was noticed about a script before it was sent." });

const outputs = z.object({
  lintFindings: z.array(lintFinding).meta({
    description: "What was noticed about the scripts when they were sent, by script and line (A-13, A-14, A-66, A-75).",
  }),
  preScriptSha256: z.string().meta({ description: "SHA-256 of the pre-script, hex." }),
  preScriptSizeBytes: z.int().meta({ description: "Size of the pre-script, bytes." }),
  postScriptSha256: z.string().meta({ description: "SHA-256 of the post-script, hex." }),
  postScriptSizeBytes: z.int().meta({ description: "Size of the post-script, bytes." }),
  results: z.array(deploymentResult).meta({ description: "Per machine, in the order of instanceIds.", live: true }),
});

type Inputs = z.output<typeof inputs>;

function sourceFindings(which: ScriptName, script: ScriptInputs): Finding[] {
  const problem = sourceProblem(script);
  const base = { severity: "error" as const, rule: "A-66", source: ruleSources["A-66"] };
  if ((script.content === undefined) === (script.source === undefined)) {
    const message = "a script needs either content or source, and not both";
    return [{ ...base, path: which, message, remedy: "give content (text) or source (a FileAsset or StringAsset)" }];
  }
  if (problem === undefined) return [];
  return [{ ...base, path: `${which}.source`, message: problem, remedy: "give a file of the program" }];
}

function lint({ preScript, postScript, transport }: Inputs): Promise<LintFindings<ScriptFinding["rule"]>> {
  const toLint = (script: ScriptInputs) => {
    const fileMode = effectiveMode({ fileMode: script.fileMode ?? null }, transport);
    return { text: fullScriptText(script), fileMode };
  };
  const scripts = { preScript: toLint(preScript), postScript: toLint(postScript) };
  return lintScripts({ scripts, dialect: scriptDialect(transport) });
}

/** A lint finding as a finding of the check, at the property that it is about. */
function toFinding(which: ScriptName, script: ScriptInputs, found: ScriptFinding): Finding {
  const { severity, rule, line, message, remedy } = found;
  const property = rule === "A-13" ? "fileMode" : script.content === undefined ? "source" : "content";
  const text = line === null ? message : `line ${line}: ${message}`;
  return { severity, path: `${which}.${property}`, rule, message: text, remedy, source: sourceOfFinding(found) };
}

async function check(properties: Inputs, { context, ownIds, old }: CheckScope<Inputs>): Promise<Finding[]> {
  const findings = [
    ...sourceFindings("preScript", properties.preScript),
    ...sourceFindings("postScript", properties.postScript),
  ];
  if (findings.length === 0) {
    const found = await lint(properties);
    for (const which of scriptNames) {
      findings.push(...found[which].map((each) => toFinding(which, properties[which], each)));
    }
  }
  if (properties.preScript.path === properties.postScript.path) {
    const message = "both scripts have the same path";
    const remedy = "put them at /tmp/prescript.sh and /tmp/postscript.sh";
    findings.push({
      severity: "error",
      path: "postScript.path",
      rule: "A-13",
      message,
      remedy,
      source: ruleSources["A-13"],
    });
  }
  if (findings.some(({ severity }) => severity === "error")) return findings;
  const input = toDeployment(ownIds[0] ?? "", properties, noFindings);
  for (const [index, instanceId] of properties.instanceIds.entries()) {
    if (old?.instanceIds.includes(instanceId)) continue;
    const problem = await deploymentRefusal(context, input, index).catch((error: Error) => error);
    if (problem !== undefined) findings.push(refusalFinding(problem));
  }
  return findings;
}

const scriptNames = ["preScript", "postScript"] as const;

const noFindings: LintFindings<ScriptFinding["rule"]> = { preScript: [], postScript: [] };

function toDeployment(id: string, properties: Inputs, found: LintFindings<ScriptFinding["rule"]>): DeploymentInput {
  return {
    id,
    instanceIds: properties.instanceIds,
    transport: properties.transport,
    application: properties.application ?? null,
    preScript: toSpecification(properties.preScript, found.preScript),
    postScript: toSpecification(properties.postScript, found.postScript),
  };
}

async function describe(context: QueryContext, deployment: Deployment): Promise<z.output<typeof outputs>> {
  const [pre, post] = [specificationOf(deployment.preScript), specificationOf(deployment.postScript)];
  const results = await describeDeployment(context, deployment);
  return {
    lintFindings: [...toLintFindings("preScript", pre), ...toLintFindings("postScript", post)],
    preScriptSha256: pre.sha256,
    preScriptSizeBytes: pre.sizeBytes,
    postScriptSha256: post.sha256,
    postScriptSizeBytes: post.sizeBytes,
    results: results.map((result) => ({
      ...result,
      preScript: dropNulls(result.preScript),
      postScript: dropNulls(result.postScript),
    })),
  };
}

function toLintFindings(script: ScriptName, { lintFindings }: ScriptSpecification) {
  return lintFindings.map((finding) => ({ script, ...dropNulls(finding) }));
}

type WithoutNulls<T> = { [K in keyof T]: null extends T[K] ? Exclude<T[K], null> | undefined : T[K] };

function dropNulls<T extends object>(record: T): WithoutNulls<T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null)) as WithoutNulls<T>;
}

async function apply(context: CommandContext, id: string, properties: Inputs) {
  const old = await findDeployment(context, id);
  const input = toDeployment(id, properties, await lint(properties));
  const preScript = keepKnown(input.preScript, properties.preScript, old?.preScript);
  const postScript = keepKnown(input.postScript, properties.postScript, old?.postScript);
  await deployScripts(context, { ...input, preScript, postScript });
  return describe(context, (await findDeployment(context, id)) as Deployment);
}

/** Of a script that is given by its hash alone (after an import), what was known when it was sent still holds. */
function keepKnown(
  script: ScriptSpecification,
  given: ScriptInputs,
  old: Deployment[ScriptName] | undefined,
): ScriptSpecification {
  const before = old === undefined ? undefined : specificationOf(old);
  if (fullScriptText(given) !== undefined || before?.sha256 !== script.sha256) return script;
  return { ...script, sizeBytes: before.sizeBytes, lintFindings: before.lintFindings };
}

export const scriptDeploymentResource = defineResource({
  token: "cloudbackup:ecs:ScriptDeployment",
  source: "seed 000, step 2; ECS SendFile",
  description:
    "The freeze and thaw scripts of an application on its machines (seed 000, step 2). Contents are " +
    "secret: the engine " +
    "keeps hash, size and mode only. Destroying it deletes the files.",
  inputs,
  outputs,
  importId: { pattern: /^sd-[a-z2-7]{20}$/, example: "sd-abcdefghijklmnopqrst" },
  stables: [],
  id: (_inputs, hash) => `sd-${hash.slice(0, 20)}`,
  check,
  comparable: comparableScripts,
  create: (context, { id }, properties) => apply(context, id, properties),
  read: async (context, id, old) => {
    const deployment = await findDeployment(context, id);
    if (deployment === undefined) return undefined;
    const outputsNow = await describe(context, deployment);
    return {
      inputs: {
        instanceIds: old?.instanceIds ?? [...deployment.instanceIds],
        transport: inputs.shape.transport.parse(deployment.transport),
        ...(deployment.application === null ? {} : { application: deployment.application }),
        preScript: liveScript(deployment, "preScript", outputsNow.results, old?.preScript),
        postScript: liveScript(deployment, "postScript", outputsNow.results, old?.postScript),
      },
      outputs: outputsNow,
    };
  },
  update: (context, { id }, properties) => apply(context, id, properties),
  delete: (context, id) => removeDeployment(context, id),
});
