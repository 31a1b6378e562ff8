import type { Json, Row } from "../../store/tables";
import type { Command, CommandContext, Query, QueryContext } from "../engine";
import { loadFacts, type MachineFacts, type Script } from "./fact";
import { permissionBits } from "./guest-consistency";
import { requireMachine } from "./machine";
import { apiRefusal, type RuleId, refusal } from "./rule";

/** What was noticed about a script before it was sent; never holds text of the script. */
export interface ScriptFinding {
  readonly severity: "error" | "warning";
  /** Z-36 is of Azure's document, and speaks of scripts on both clouds. */
  readonly rule: RuleId | "Z-36";
  /** Null for what concerns the whole file. */
  readonly line: number | null;
  readonly message: string;
  readonly remedy: string;
}

/** A script as it is to lie on the machines: all but its content, which the engine never sees. */
export interface ScriptSpecification {
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Octal; null takes the transport's own: 0700 with Cloud Assistant, 0644 with FTP. */
  readonly fileMode: string | null;
  readonly fileOwner: string;
  readonly fileGroup: string;
  readonly timeoutInSeconds: number;
  /** How the script ends when the simulated machine runs it. */
  readonly exitCode: number;
  readonly durationSeconds: number;
  readonly lintFindings: readonly ScriptFinding[];
}

export interface DeploymentInput {
  readonly id: string;
  readonly instanceIds: readonly string[];
  readonly transport: "CLOUD_ASSISTANT" | "FTP";
  readonly application: string | null;
  readonly preScript: ScriptSpecification;
  readonly postScript: ScriptSpecification;
}

export type Deployment = Row<"scriptDeployment">;

/** How one script lies on one machine now. */
export interface DeployedScript {
  readonly path: string;
  readonly present: boolean;
  readonly sha256: string | null;
  readonly fileMode: string | null;
  readonly fileOwner: string | null;
  readonly fileGroup: string | null;
}

/** What became of a deployment on one machine. */
export interface DeploymentResult {
  readonly instanceId: string;
  readonly success: boolean;
  readonly code: string;
  readonly message: string;
  readonly preScript: DeployedScript;
  readonly postScript: DeployedScript;
}

export const findDeployment: Query<string, Deployment | undefined> = async ({ store, settings }, id) => {
  const row = await store.get("scriptDeployment", id);
  return row?.account === settings.account ? row : undefined;
};

export function specificationOf(script: Json): ScriptSpecification {
  // A deployment that an older version stored has no findings.
  return { lintFindings: [], ...(script as object) } as unknown as ScriptSpecification;
}

/** The mode a script gets: `0700` in the deployment's own notation. */
export function effectiveMode(script: Pick<ScriptSpecification, "fileMode">, transport: string): string {
  return script.fileMode ?? (transport === "FTP" ? "0644" : "0700");
}

/** Another deployment's script at the same place would be overwritten: refused, naming it. */
export async function deploymentRefusal(
  context: QueryContext,
  input: Pick<DeploymentInput, "id" | "instanceIds" | "preScript" | "postScript">,
  index: number,
): Promise<Error | undefined> {
  const instanceId = input.instanceIds[index] ?? "";
  await requireMachine(context, instanceId, `instanceIds[${index}]`);
  const ids = [input.preScript.path, input.postScript.path].map((path) => `${instanceId}:${path}`);
  const taken = (await context.store.getMany("script", ids)).find(
    (script) => script.deploymentId !== null && script.deploymentId !== input.id,
  );
  if (taken === undefined) return undefined;
  return refusal(
    "A-66",
    "Engine.ScriptPathTaken",
    `instanceIds[${index}]`,
    `${taken.path} on ${instanceId} belongs to script deployment ${taken.deploymentId}`,
    "deploy to a machine from one ecs:ScriptDeployment only",
  );
}

/** Sends the scripts: machines whose agent doesn't run fail by themselves, the others go on. */
export const deployScripts: Command<DeploymentInput, void> = async (context, input) => {
  for (const index of input.instanceIds.keys()) {
    const problem = await deploymentRefusal(context, input, index);
    if (problem !== undefined) throw problem;
  }
  const old = await findDeployment(context, input.id);
  await context.store.removeWhere("script", { deploymentId: input.id });
  const facts = await loadFacts(context.store, context.settings.account, input.instanceIds);
  const rows = [...facts.values()]
    .filter((machine) => transportFailure(machine, input.transport, context.settings.edition) === undefined)
    .flatMap(({ machine }) =>
      [input.preScript, input.postScript].map((script) => scriptRow(context, input, machine.id, script)),
    );
  await context.store.put("script", rows);
  await context.store.put("scriptDeployment", [deploymentRow(context, input, old?.createTime ?? context.now)]);
};

function deploymentRow({ settings }: CommandContext, input: DeploymentInput, createTime: number): Deployment {
  return {
    id: input.id,
    account: settings.account,
    instanceIds: [...input.instanceIds],
    transport: input.transport,
    application: input.application,
    preScript: toJson(input.preScript),
    postScript: toJson(input.postScript),
    createTime,
  };
}

function toJson(script: ScriptSpecification): Json {
  return { ...script, lintFindings: script.lintFindings.map((finding) => ({ ...finding })) };
}

function scriptRow(
  { settings }: CommandContext,
  input: DeploymentInput,
  instanceId: string,
  script: ScriptSpecification,
): Script {
  return {
    id: `${instanceId}:${script.path}`,
    account: settings.account,
    instanceId,
    path: script.path,
    sha256: script.sha256,
    sizeBytes: script.sizeBytes,
    fileMode: effectiveMode(script, input.transport),
    fileOwner: script.fileOwner,
    fileGroup: script.fileGroup,
    timeoutInSeconds: script.timeoutInSeconds,
    exitCode: script.exitCode,
    durationSeconds: script.durationSeconds,
    deploymentId: input.id,
  };
}

/** Destroying a deployment deletes its files from the machines. */
export const removeDeployment: Command<string, void> = async (context, id) => {
  const old = await findDeployment(context, id);
  if (old === undefined) return;
  await context.store.removeWhere("script", { deploymentId: id });
  await context.store.remove("scriptDeployment", [id]);
};

export interface TransportFailure {
  readonly code: string;
  readonly message: string;
}

/** Why nothing can be sent to a machine this way, or undefined when it can. */
export function transportFailure(
  { machine }: MachineFacts,
  transport: string,
  edition: "2025-11" | "2021",
): TransportFailure | undefined {
  if (transport === "FTP") return undefined;
  if (machine.status !== "Running") {
    return {
      code: "IncorrectInstanceStatus",
      message: `the machine is ${machine.status ?? "in an unknown state"}, not Running`,
    };
  }
  if (edition === "2021") return undefined;
  if (machine.cloudAssistantInstalled !== true || machine.cloudAssistantRunning !== true) {
    return { code: "ClientNotRunning", message: "Cloud Assistant is not running on the machine" };
  }
  return undefined;
}

/** How the scripts of a deployment lie on its machines now. */
export const describeDeployment: Query<Deployment, DeploymentResult[]> = async (context, deployment) => {
  const facts = await loadFacts(context.store, context.settings.account, deployment.instanceIds);
  const [pre, post] = [specificationOf(deployment.preScript), specificationOf(deployment.postScript)];
  return deployment.instanceIds.map((instanceId) => {
    const machine = facts.get(instanceId);
    const scripts = { preScript: deployedScript(machine, pre.path), postScript: deployedScript(machine, post.path) };
    if (machine === undefined || machine.machine.released) {
      return {
        instanceId,
        success: false,
        code: "InvalidInstanceId.NotFound",
        message: "the machine was released",
        ...scripts,
      };
    }
    const own = machine.scripts.filter((script) => script.deploymentId === deployment.id);
    const failure =
      own.length > 0 ? undefined : transportFailure(machine, deployment.transport, context.settings.edition);
    const { code, message } = failure ?? { code: "200", message: "success" };
    return { instanceId, success: failure === undefined, code, message, ...scripts };
  });
};

function deployedScript(facts: MachineFacts | undefined, path: string): DeployedScript {
  const script = facts?.scripts.find((candidate) => candidate.path === path);
  return {
    path,
    present: script !== undefined,
    sha256: script?.sha256 ?? null,
    fileMode: script?.fileMode ?? null,
    fileOwner: script?.fileOwner ?? null,
    fileGroup: script?.fileGroup ?? null,
  };
}

/** What somebody does to a script in the guest: chmod, chown, edit, rm. */
export const changeScript: Command<
  { instanceId: string; path: string; change: Partial<Script> | "remove" },
  void
> = async (context, { instanceId, path, change }) => {
  await requireMachine(context, instanceId, "InstanceId");
  const script = await context.store.get("script", `${instanceId}:${path}`);
  if (script === undefined) {
    throw apiRefusal(
      "Engine.NoSuchFile",
      "CommandContent",
      `there is no script at ${path} on ${instanceId}`,
      "check the path",
    );
  }
  if (change === "remove") await context.store.remove("script", [script.id]);
  else await context.store.put("script", [{ ...script, ...change }]);
};

/** Whether two modes give the same permissions. */
export function isSameMode(a: string | null, b: string | null): boolean {
  return a === b || (a !== null && b !== null && permissionBits(a) === permissionBits(b));
}
