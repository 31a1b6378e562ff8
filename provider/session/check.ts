import type { z } from "zod";
import { autoName } from "../definition/autoname";
import { type CheckResult as Checked, checkInputs } from "../definition/check";
import { failureOf, unprintedNames } from "../definition/failure";
import { type Finding, formatFinding } from "../definition/finding";
import { markOf } from "../definition/mark";
import type { ResourceDefinition } from "../definition/resource";
import { supposeRight } from "../definition/suppose";
import type { PropertyMap } from "../definition/value";
import { type Incarnation, incarnationHash, latestIncarnation } from "../engine/core/incarnation";
import type { QueryContext } from "../engine/engine";
import type { CheckRequest, CheckResult } from "./contract";
import { parseInputs } from "./inputs";
import { redact, secretTexts } from "./redact";
import type { Workspace } from "./workspace";

/** Checks the inputs of a resource: each by itself, then with each other and with what the engine knows. */
export async function check(
  workspace: Workspace,
  definition: ResourceDefinition,
  request: CheckRequest,
): Promise<CheckResult> {
  const { checked, findings } = await workspace.view.ask(
    (context) => judge(context, workspace, definition, request),
    undefined,
  );
  const secrets = secretTexts(checked.inputs);
  const unprinted = unprintedNames(checked.inputs, checked.secret);
  const failures = findings
    .filter((finding) => finding.severity === "error")
    .map((finding) => failureOf(finding, unprinted))
    .map(({ property, reason }) => ({ property, reason: redact(reason, secrets) }));
  if (failures.length === 0) {
    for (const finding of findings) {
      workspace.tell(
        finding.severity,
        redact(toldText(finding), secrets),
        finding.about ?? request.urn,
        finding.ofEach,
      );
    }
  }
  workspace.checked.add(request.urn);
  return { inputs: checked.inputs, failures };
}

interface Judged {
  readonly checked: Checked;
  readonly findings: readonly Finding[];
}

async function judge(
  context: QueryContext,
  workspace: Workspace,
  definition: ResourceDefinition,
  request: CheckRequest,
): Promise<Judged> {
  const latest = await latestIncarnation(context, request.urn);
  const named = nameInputs(workspace, definition, request, latest);
  const checked = checkInputs(definition.inputs, named.inputs);
  const findings = [...named.findings, ...checked.failures];
  if (findings.length > 0 || checked.value === undefined) {
    const supposed = checked.unknown.size > 0 ? undefined : supposeRight(definition.inputs, checked.inputs, findings);
    if (supposed === undefined) return { checked, findings };
    const further = await runRules(context, workspace, definition, request, supposed, latest);
    return { checked, findings: [...findings, ...errorsElsewhere(further, findings)] };
  }
  return { checked, findings: await runRules(context, workspace, definition, request, checked.value, latest) };
}

/** Errors of parts that nothing was said about yet: what was supposed there is no fault of the program's. */
function errorsElsewhere(further: readonly Finding[], told: readonly Finding[]): readonly Finding[] {
  return further.filter(
    ({ severity, path }) => severity === "error" && !told.some((each) => isWithin(path, each.path)),
  );
}

function isWithin(path: string, other: string): boolean {
  return path === other || path.startsWith(`${other}.`) || path.startsWith(`${other}[`);
}

function toldText(finding: Finding): string {
  return finding.path === "" ? formatFinding(finding) : `${finding.path}: ${formatFinding(finding)}`;
}

async function runRules(
  context: QueryContext,
  workspace: Workspace,
  definition: ResourceDefinition,
  request: CheckRequest,
  value: z.output<z.ZodObject>,
  latest: Incarnation | undefined,
): Promise<readonly Finding[]> {
  if (definition.check === undefined) return [];
  const hasOld = Object.keys(request.olds).length > 0;
  const before = hasOld ? request.olds : workspace.imported.get(request.urn);
  const old = before === undefined ? undefined : parseInputs(definition, before);
  const isOwn = latest?.live === true && !workspace.isHeldByAnother(definition, latest.resourceId, request.urn);
  const ownIds = isOwn ? [latest.resourceId] : [];
  const wasChecked = (urn: string) => workspace.checked.has(urn);
  return definition.check(value, { context, urn: request.urn, ownIds, old, wasChecked });
}

/**
 * Fills in what the program leaves to the provider, and names that it leaves to Pulumi. A replacement gets another name
 * than the copy it replaces.
 */
function nameInputs(
  workspace: Workspace,
  definition: ResourceDefinition,
  request: CheckRequest,
  latest: Incarnation | undefined,
): { inputs: PropertyMap; findings: Finding[] } {
  const findings: Finding[] = [];
  const names: Record<string, string> = {};
  const isNewLife = latest === undefined || !latest.live || workspace.replacing.get(request.urn) === latest.resourceId;
  const generation = (latest?.generation ?? 0) + (isNewLife ? 1 : 0);
  for (const property of Object.keys(definition.inputs.shape)) {
    const rule = markOf(definition.inputs.shape[property] as z.ZodType).autoName;
    const given = request.news[property];
    if (rule === undefined || (given !== undefined && given !== null)) continue;
    const old = request.olds[property];
    const named = autoName({
      property,
      urnName: request.name,
      hash: incarnationHash(workspace.engine.settings.account, request.urn, generation),
      given: undefined,
      old: typeof old === "string" ? old : undefined,
      autonaming: request.autonaming,
      rule,
    });
    if ("name" in named) names[property] = named.name;
    else findings.push(named);
  }
  const defaults = definition.defaults?.(request.news, workspace.engine.settings);
  return { inputs: { ...request.news, ...defaults, ...names }, findings };
}
