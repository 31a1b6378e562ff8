import { checkInputs } from "../definition/check";
import { failureOf, unprintedNames } from "../definition/failure";
import { fromPlain } from "../definition/plain";
import type { FunctionDefinition } from "../definition/resource";
import { EngineError } from "../engine/error";
import type { InvokeRequest, InvokeResult } from "./contract";
import { redact, secretTexts, wrapDerived } from "./redact";
import type { Workspace } from "./workspace";

/** Calls a function: reads only, in a preview from the branch. */
export async function invoke(
  workspace: Workspace,
  definition: FunctionDefinition,
  request: InvokeRequest,
): Promise<InvokeResult> {
  const checked = checkInputs(definition.inputs, request.args);
  const secrets = secretTexts(checked.inputs);
  if (checked.value === undefined) {
    const unprinted = unprintedNames(checked.inputs, checked.secret);
    const failures = checked.failures.map((finding) => failureOf(finding, unprinted));
    return { result: undefined, failures: failures.map((each) => ({ ...each, reason: redact(each.reason, secrets) })) };
  }
  const { value } = checked;
  try {
    const outputs = await workspace.view.ask((context) => definition.call(context, value), undefined);
    return { result: wrapDerived(fromPlain(outputs, [], definition.outputs), secrets), failures: [] };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const reason = `${error.code}: ${error.message}\n  fix: ${error.remedy}\n  source: ${error.source}`;
    return { result: undefined, failures: [{ property: error.property, reason: redact(reason, secrets) }] };
  }
}
