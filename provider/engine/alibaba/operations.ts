import { canonicalJson } from "../core/json";
import { nearest } from "../core/nearest";
import type { Engine, QueryContext } from "../engine";
import { requireCapacity } from "./fault";
import { type Answer, isOwnOperation, type Operation, requestIdOf } from "./operation";
import { decodeArguments } from "./operation-argument";
import { assistantOperations } from "./operation-assistant";
import { bindingOperations } from "./operation-binding";
import { diskOperations } from "./operation-disk";
import { executeOperations } from "./operation-execute";
import { groupOperations } from "./operation-group";
import { instanceOperations } from "./operation-instance";
import { instanceRoleOperations } from "./operation-instance-role";
import { jobOperations } from "./operation-job";
import { keyOperations } from "./operation-key";
import { planOperations } from "./operation-plan";
import { pointOperations } from "./operation-point";
import { policyOperations } from "./operation-policy";
import { ramPolicyOperations } from "./operation-ram-policy";
import { ramRoleOperations } from "./operation-ram-role";
import { restoreOperations } from "./operation-restore";
import { serviceOperations } from "./operation-service";
import { snapshotOperations } from "./operation-snapshot";
import { tagOperations } from "./operation-tag";
import { apiRefusal } from "./rule";

/** The simulated cloud's operations by their real names: what can happen behind a program's back. */
export const operations: readonly Operation[] = [
  ...instanceOperations,
  ...instanceRoleOperations,
  ...tagOperations,
  ...diskOperations,
  ...snapshotOperations,
  ...assistantOperations,
  ...ramRoleOperations,
  ...ramPolicyOperations,
  ...keyOperations,
  ...serviceOperations,
  ...policyOperations,
  ...bindingOperations,
  ...groupOperations,
  ...planOperations,
  ...executeOperations,
  ...jobOperations,
  ...pointOperations,
  ...restoreOperations,
];

export function requireOperation(name: string): Operation {
  const operation = operations.find((each) => each.name === name);
  if (operation !== undefined) return operation;
  const names = operations.map((each) => each.name);
  const meant = nearest(name, names);
  throw apiRefusal(
    "InvalidAction.NotFound",
    "Action",
    `there is no operation ${name}`,
    meant === undefined ? `use one of: ${names.join(", ")}` : `did you mean ${meant}?`,
  );
}

/** Calls an operation with parameters as texts; answers as the API does, envelope and all, or is throttled as it. */
export async function callOperation(
  engine: Engine,
  operation: Operation,
  given: ReadonlyMap<string, string>,
): Promise<Answer> {
  const values = decodeArguments(operation, given);
  const request = canonicalJson(Object.fromEntries(given));
  const envelop = (context: QueryContext, answer: Answer): Answer => ({
    ...(operation.product === "hbr" ? { Success: true, Code: "200", Message: "successful" } : {}),
    RequestId: requestIdOf(context, operation.name, request),
    ...answer,
  });
  const throttle = async (context: QueryContext): Promise<void> => {
    if (!isOwnOperation(operation)) await requireCapacity(context);
  };
  if (operation.kind === "query") {
    return engine.ask(async (context) => {
      await throttle(context);
      return envelop(context, await operation.call(context, values));
    }, undefined);
  }
  return engine.run(async (context) => {
    await throttle(context);
    return envelop(context, await operation.call(context, values));
  }, undefined);
}
