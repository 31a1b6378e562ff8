import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { parsePath } from "../definition/path";
import type { PropertyDiff } from "../definition/property-diff";
import { typeOfUrn } from "../engine/core/urn";
import type { Autonaming, CheckFailure, CheckResult, DiffResult } from "../session/contract";
import { encodeProperties } from "./encode";

/** A resource's type; engines that don't send it have it in the URN, behind the types of the parents. */
export function typeOf(request: { getType(): string; getUrn(): string }): string {
  if (request.getType() !== "") return request.getType();
  return typeOfUrn(request.getUrn());
}

const modes: Readonly<Record<messages.CheckRequest.AutonamingOptions.Mode, Autonaming["mode"]>> = {
  [messages.CheckRequest.AutonamingOptions.Mode.PROPOSE]: "propose",
  [messages.CheckRequest.AutonamingOptions.Mode.ENFORCE]: "enforce",
  [messages.CheckRequest.AutonamingOptions.Mode.DISABLE]: "disable",
};

export function autonamingOf(request: messages.CheckRequest): Autonaming | undefined {
  const autonaming = request.getAutonaming();
  if (autonaming === undefined) return undefined;
  return { proposedName: autonaming.getProposedName(), mode: modes[autonaming.getMode()] };
}

export function failuresOf(failures: readonly CheckFailure[]): messages.CheckFailure[] {
  return failures.map(({ property, reason }) => new messages.CheckFailure().setProperty(property).setReason(reason));
}

/** The inputs of a preview may hold unknowns; those of an update hold what the engine sent. */
export function checkResponse(result: CheckResult): messages.CheckResponse {
  return new messages.CheckResponse()
    .setInputs(encodeProperties(result.inputs, { keepUnknowns: true }))
    .setFailuresList(failuresOf(result.failures));
}

const kinds: Readonly<Record<PropertyDiff["kind"], messages.PropertyDiff.Kind>> = {
  add: messages.PropertyDiff.Kind.ADD,
  addReplace: messages.PropertyDiff.Kind.ADD_REPLACE,
  delete: messages.PropertyDiff.Kind.DELETE,
  deleteReplace: messages.PropertyDiff.Kind.DELETE_REPLACE,
  update: messages.PropertyDiff.Kind.UPDATE,
  updateReplace: messages.PropertyDiff.Kind.UPDATE_REPLACE,
};

const changes: Readonly<Record<DiffResult["changes"], messages.DiffResponse.DiffChanges>> = {
  none: messages.DiffResponse.DiffChanges.DIFF_NONE,
  some: messages.DiffResponse.DiffChanges.DIFF_SOME,
};

export function diffResponse(result: DiffResult): messages.DiffResponse {
  const paths = Object.keys(result.detailedDiff);
  const response = new messages.DiffResponse()
    .setChanges(changes[result.changes])
    .setReplacesList([...result.replaces])
    .setStablesList([...result.stables])
    .setDeletebeforereplace(result.deleteBeforeReplace)
    .setDiffsList([...new Set(paths.map((path) => String(parsePath(path)[0])))])
    .setHasdetaileddiff(true);
  const details = response.getDetaileddiffMap();
  for (const [path, { kind, inputDiff }] of Object.entries(result.detailedDiff)) {
    details.set(path, new messages.PropertyDiff().setKind(kinds[kind]).setInputdiff(inputDiff));
  }
  return response;
}
