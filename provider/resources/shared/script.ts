import { z } from "zod";
import type { Deployment, ScriptFinding, ScriptSpecification } from "../../engine/alibaba/script";
import { effectiveMode, isSameMode, specificationOf } from "../../engine/alibaba/script";
import { deletedScript, scriptHash, scriptText } from "./script-source";
import { scriptTextShape } from "./script-text";

const simulation = z
  .strictObject({
    exitCode: z
      .int()
      .min(0)
      .max(255)
      .default(0)
      .meta({ description: "How the script ends on the simulated machine. Default: 0." }),
    durationSeconds: z.number().min(0).default(1).meta({
      description: "How long it runs there, seconds. Default: 1.",
      units: "seconds",
    }),
  })
  .meta({
    typeName: "ScriptSimulation",
    typeModule: "ecs",
    description: "What the simulated machine does when it runs the script (A-14).",
  });

const octalMode = /^0?[0-7]{3,4}$/;

function scriptShape(typeName: string, path: string) {
  return z
    .strictObject({
      path: z
        .string()
        .regex(/^\/[^\0]+$/, "an absolute path")
        .default(path)
        .meta({
          description:
            `Where the script lies on the machine; the service runs it at ${path} only (A-13). Default:` +
            ` ${path}. Source: seed 000, step 2.`,
        }),
      ...scriptTextShape,
      fileMode: z
        .string()
        .regex(octalMode, 'an octal mode such as "0700"')
        .optional()
        .meta({
          description:
            'Mode, octal; only "0700" makes application-consistent backups (A-13). ' +
            "Default: 0700 by Cloud Assistant, 0644 by FTP (A-66). Source: seed 000, step 2; ECS SendFile.",
        }),
      fileOwner: z
        .string()
        .min(1)
        .default("root")
        .meta({ description: "Owner; must be root (A-13). Default: root. Source: ECS SendFile." }),
      fileGroup: z.string().min(1).default("root").meta({ description: "Group. Default: root. Source: ECS SendFile." }),
      timeoutInSeconds: z.int().min(1).max(1800).default(30).meta({
        description: "The longest the script may run, seconds, 1 to 1800. Default: 30. Source: HBR udmDetail.",
        units: "seconds",
      }),
      simulate: simulation
        .prefault({})
        .meta({ description: "What the simulated machine does. Default: exit code 0 after 1 second. Source: ENGINE." }),
    })
    .meta({ typeName, typeModule: "ecs", description: "One script of a deployment." });
}

/** The zod type of one script. */
export function scriptInput(typeName: "PreScript" | "PostScript", path: string) {
  return scriptShape(typeName, path);
}

export type ScriptInputs = z.output<ReturnType<typeof scriptShape>>;

/** What the engine gets to know of a script: not its content. */
export function toSpecification(script: ScriptInputs, lintFindings: readonly ScriptFinding[]): ScriptSpecification {
  return {
    path: script.path,
    sha256: scriptHash(script),
    sizeBytes: Buffer.byteLength(scriptText(script) ?? ""),
    fileMode: script.fileMode ?? null,
    fileOwner: script.fileOwner,
    fileGroup: script.fileGroup,
    timeoutInSeconds: script.timeoutInSeconds,
    exitCode: script.simulate.exitCode,
    durationSeconds: script.simulate.durationSeconds,
    lintFindings,
  };
}

interface LiveResult {
  readonly success: boolean;
  readonly preScript: LiveScript;
  readonly postScript: LiveScript;
}

interface LiveScript {
  readonly present: boolean;
  readonly sha256?: string | undefined;
  readonly fileMode?: string | undefined;
  readonly fileOwner?: string | undefined;
  readonly fileGroup?: string | undefined;
}

/**
 * The script as it lies on the machines, in the words of the inputs: of several machines the first that differs from
 * what was deployed. A changed or missing file shows in `content`, so that the next update deploys it anew.
 */
export function liveScript(
  deployment: Deployment,
  which: "preScript" | "postScript",
  results: readonly LiveResult[],
  old: ScriptInputs | undefined,
): ScriptInputs {
  const told = specificationOf(deployment[which]);
  const mode = effectiveMode(told, deployment.transport);
  const found = results.filter((result) => result.success).map((result) => result[which]);
  const otherMode = found.find((script) => script.present && !isSameMode(script.fileMode ?? null, mode));
  const otherOwner = found.find((script) => script.present && script.fileOwner !== told.fileOwner);
  const otherGroup = found.find((script) => script.present && script.fileGroup !== told.fileGroup);
  const otherContent = found.find((script) => !script.present || script.sha256 !== told.sha256);
  const fileMode = otherMode === undefined ? (old?.fileMode ?? told.fileMode ?? undefined) : otherMode.fileMode;
  return {
    path: told.path,
    ...liveContent(otherContent, told.sha256, old),
    ...(fileMode === undefined ? {} : { fileMode }),
    fileOwner: otherOwner?.fileOwner ?? told.fileOwner,
    fileGroup: otherGroup?.fileGroup ?? told.fileGroup,
    timeoutInSeconds: told.timeoutInSeconds,
    simulate: { exitCode: told.exitCode, durationSeconds: told.durationSeconds },
  };
}

/** The content is never kept: an import, and a script that was changed on a machine, are told by their hash. */
function liveContent(
  other: LiveScript | undefined,
  sha256: string,
  old: ScriptInputs | undefined,
): Pick<ScriptInputs, "content" | "source"> {
  if (other !== undefined) {
    return { content: other.present ? `sha256:${other.sha256 ?? "unknown"}` : deletedScript };
  }
  if (old?.content !== undefined) return { content: old.content };
  return old?.source === undefined ? { content: `sha256:${sha256}` } : { source: old.source };
}
