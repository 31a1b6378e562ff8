import { formatFinding } from "../definition/finding";
import { type Replacement, replacementSentence } from "../definition/replacement";
import type { ResourceDefinition } from "../definition/resource";
import { documents } from "../engine/core/document";
import type { Holding } from "../engine/core/holding";
import type { Engine } from "../engine/engine";
import { EngineError } from "../engine/error";
import { holdingsOf, machinesConcerned } from "../engine/holding";
import type { DiffRequest } from "./contract";
import { deleteFrom } from "./delete";
import { redact, secretTexts } from "./redact";
import type { Workspace } from "./workspace";

/** Says of a resource that is to be replaced why it is, a sentence for each property whose change does it. */
export function tellWhyReplaced(
  workspace: Workspace,
  { urn, oldInputs, news }: DiffRequest,
  replacements: readonly Replacement[],
): void {
  const secrets = [...secretTexts(oldInputs), ...secretTexts(news)];
  const text = replacements.map(replacementSentence).join("\n");
  workspace.tell("info", redact(text, secrets), urn, true);
}

/**
 * Deletes the copy that is to be replaced on a branch that is thrown away, and warns when time or locks would not let
 * it go, or when recovery points would go with it. What merely still depends on it is replaced or changed before.
 */
export async function warnOfOldCopy(
  workspace: Workspace,
  definition: ResourceDefinition,
  { urn, id, oldInputs, olds }: DiffRequest,
): Promise<void> {
  const branch = workspace.view.branch();
  const warn = (message: string, rest: { rule: string; remedy: string; source: string }) => {
    const text = formatFinding({ severity: "warning", path: "", message, ...rest });
    workspace.tell("warning", redact(text, secretTexts(oldInputs)), urn);
  };
  const machines = await branch.ask(machinesConcerned, [id]);
  const before = await branch.ask(holdingsOf, machines);
  try {
    await deleteFrom(branch, definition, { id, oldInputs, properties: olds });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const { rule, code, message, remedy, source, until } = error;
    if (until === undefined || before.length === 0) return;
    warn(`once it is replaced, the old copy can't be deleted: ${message}`, { rule: rule || code, remedy, source });
    return;
  }
  if (definition.tellsOfPoints !== true) await warnOfLosses(branch, machines, before, warn);
}

async function warnOfLosses(
  branch: Engine,
  machines: Parameters<typeof holdingsOf>[1],
  before: readonly Holding[],
  warn: (message: string, rest: { rule: string; remedy: string; source: string }) => void,
): Promise<void> {
  const after = await branch.ask(holdingsOf, machines);
  const pointsOf = (holdings: readonly Holding[]) =>
    holdings.filter(({ kind }) => kind === "POINTS").reduce((sum, { count }) => sum + count, 0);
  const lost = pointsOf(before) - pointsOf(after);
  if (lost === 0) return;
  const names = [...new Set(before.map(({ machineName }) => machineName))].join(", ");
  const points = lost === 1 ? "1 recovery point" : `${lost} recovery points`;
  const remedy = 'set onDestroy to "retain" and apply that before the replacement, so that they stay';
  warn(`its replacement deletes ${points} of ${names}`, { rule: "", remedy, source: documents.engine });
}
