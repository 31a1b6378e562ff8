import { diffInputs, diffOutputs } from "../definition/diff";
import { formatFinding } from "../definition/finding";
import { markedNames } from "../definition/mark";
import { covers, parsePath } from "../definition/path";
import { fromPlain, toPlain } from "../definition/plain";
import { allReplacing, type Differences } from "../definition/property-diff";
import type { ResourceDefinition } from "../definition/resource";
import { isSame } from "../definition/same";
import { containsUnknown, type PropertyMap } from "../definition/value";
import type { DiffRequest, DiffResult } from "./contract";
import { parseInputs } from "./inputs";
import { redact, secretTexts } from "./redact";
import { tellWhyReplaced, warnOfOldCopy } from "./replacement";
import type { Workspace } from "./workspace";

/**
 * What an update would change: inputs that differ, and live outputs (an achieved level, its reasons) that are not any
 * more what the state says. The second kind makes drift of a prerequisite visible on what rests on it.
 */
export async function diff(
  workspace: Workspace,
  definition: ResourceDefinition,
  request: DiffRequest,
): Promise<DiffResult> {
  workspace.hold(definition, request.id, request.urn);
  const refreshed = workspace.takeRefresh(request.urn, request.id);
  if (refreshed === undefined) {
    await workspace.assume({ definition, urn: request.urn, id: request.id, inputs: request.oldInputs });
  }
  const comparable = definition.comparable ?? ((inputs: PropertyMap) => inputs);
  // Most resources of most runs: what is the same to the letter needs no comparison by meaning.
  const ofInputs =
    isSame(request.oldInputs, request.news) && !containsUnknown(request.news)
      ? none
      : diffInputs(definition.inputs, comparable(request.oldInputs), comparable(request.news), request.ignoreChanges);
  const differences = definition.update === undefined ? allReplacing(ofInputs) : ofInputs;
  const isReplaced = differences.replaces.length > 0;
  // After a refresh the request holds the fresh outputs only; what the state said before is compared here.
  const ofOutputs = isReplaced
    ? none
    : refreshed !== undefined
      ? diffOutputs(refreshed.after, refreshed.before, markedNames(definition.outputs, "live"))
      : await diffLive(workspace, definition, request);
  const patterns = request.ignoreChanges.map(parsePath);
  const kept = Object.entries(ofOutputs.detailedDiff).filter(
    ([path]) => !patterns.some((pattern) => covers(pattern, parsePath(path))),
  );
  const detailedDiff = { ...Object.fromEntries(kept), ...differences.detailedDiff };
  if (isReplaced && refreshed === undefined) {
    workspace.replacing.set(request.urn, request.id);
    tellWhyReplaced(workspace, request, differences.replacements);
    await warnOfOldCopy(workspace, definition, request);
  }
  return {
    changes: Object.keys(detailedDiff).length > 0 ? "some" : "none",
    detailedDiff,
    replaces: differences.replaces,
    stables: isReplaced ? [] : [...definition.stables],
    deleteBeforeReplace: isReplaced && definition.deleteBeforeReplace === true,
  };
}

const none: Differences = { detailedDiff: {}, replaces: [], replacements: [] };

async function diffLive(
  workspace: Workspace,
  definition: ResourceDefinition,
  request: DiffRequest,
): Promise<Differences> {
  const names = markedNames(definition.outputs, "live");
  if (names.length === 0 || containsUnknown(request.news)) return none;
  const old = parseInputs(definition, request.oldInputs);
  const found = await workspace.view.ask((context) => definition.read(context, request.id, old), undefined);
  if (found === undefined) return none;
  tellLive(workspace, definition, request, found.outputs);
  return diffOutputs(request.olds, fromPlain(found.outputs, [], definition.outputs), names);
}

function tellLive(
  workspace: Workspace,
  definition: ResourceDefinition,
  { urn, olds, news }: DiffRequest,
  after: Record<string, unknown>,
): void {
  if (definition.liveFindings === undefined) return;
  const inputs = parseInputs(definition, news);
  if (inputs === undefined) return;
  const secrets = secretTexts(news);
  for (const finding of definition.liveFindings({ before: toPlain(olds).value, after, inputs })) {
    workspace.tell(finding.severity, redact(formatFinding(finding), secrets), urn);
  }
}
