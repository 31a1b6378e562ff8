import { requestIdOf } from "./alibaba/operation-common";
import { alibabaOperations } from "./alibaba/operations";
import { azureOperations } from "./azure/operations";
import { cloudOf, requireCapacityOf } from "./capacity";
import { documents } from "./core/document";
import { canonicalJson } from "./core/json";
import { nearest, related } from "./core/nearest";
import { type Answer, isOwnOperation, type Operation } from "./core/operation";
import { decodeArguments } from "./core/operation-argument";
import { apiRefusal } from "./core/reason";
import type { Engine, QueryContext } from "./engine";

/** The simulated clouds' operations by their real names: what can happen behind a program's back. */
export const operations: readonly Operation[] = [...alibabaOperations, ...azureOperations];

export function requireOperation(name: string): Operation {
  const operation = operations.find((each) => each.name === name);
  if (operation !== undefined) return operation;
  const names = operations.map((each) => each.name);
  throw apiRefusal(
    documents.operation,
    "InvalidAction.NotFound",
    "Action",
    `there is no operation ${name}`,
    operationRemedy(name, names),
  );
}

/** What was probably meant, or what sounds like it; all of them have a list of their own. */
function operationRemedy(name: string, names: readonly string[]): string {
  const meant = nearest(name, names);
  if (meant !== undefined) return `did you mean ${meant}?`;
  const some = related(name, names, 5);
  const all = "cloudbackup call --list shows all";
  return some.length === 0 ? all : `use one like ${some.join(", ")}; ${all}`;
}

/**
 * Calls an operation with parameters as texts; answers as the API does, or is throttled as it. Alibaba Cloud puts an
 * envelope around what it answers, ARM answers the bare resource.
 */
export async function callOperation(
  engine: Engine,
  operation: Operation,
  given: ReadonlyMap<string, string>,
): Promise<Answer> {
  const values = decodeArguments(operation, given);
  const request = canonicalJson(Object.fromEntries(given));
  const envelop = (context: QueryContext, answer: Answer): Answer => {
    if (cloudOf(operation.product) === "azure") return answer;
    return {
      ...(operation.product === "hbr" ? { Success: true, Code: "200", Message: "successful" } : {}),
      RequestId: requestIdOf(context, operation.name, request),
      ...answer,
    };
  };
  const throttle = async (context: QueryContext): Promise<void> => {
    if (!isOwnOperation(operation)) await requireCapacityOf(context, operation.product);
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
