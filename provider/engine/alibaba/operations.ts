import { canonicalJson } from "../core/json";
import { nearest } from "../core/nearest";
import type { Engine, QueryContext } from "../engine";
import type { Answer, Operation } from "./operation";
import { requestIdOf } from "./operation";
import { decodeArguments } from "./operation-argument";
import { assistantOperations } from "./operation-assistant";
import { backupOperations } from "./operation-backup";
import { bindingOperations } from "./operation-binding";
import { diskOperations } from "./operation-disk";
import { instanceOperations } from "./operation-instance";
import { instanceRoleOperations } from "./operation-instance-role";
import { policyOperations } from "./operation-policy";
import { ramPolicyOperations } from "./operation-ram-policy";
import { ramRoleOperations } from "./operation-ram-role";
import { apiRefusal } from "./rule";

/** The simulated cloud's operations by their real names: what can happen behind a program's back. */
export const operations: readonly Operation[] = [
  ...instanceOperations,
  ...instanceRoleOperations,
  ...diskOperations,
  ...assistantOperations,
  ...ramRoleOperations,
  ...ramPolicyOperations,
  ...policyOperations,
  ...bindingOperations,
  ...backupOperations,
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

/** Calls an operation with parameters as texts; answers as the API does, envelope and all. */
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
  return operation.kind === "query"
    ? engine.ask(async (context) => envelop(context, await operation.call(context, values)), undefined)
    : engine.run(async (context) => envelop(context, await operation.call(context, values)), undefined);
}
