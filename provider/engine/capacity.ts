import { requireCapacity } from "./alibaba/fault";
import type { Operation } from "./core/operation";
import type { QueryContext } from "./engine";

/** Which cloud answers for what: by the module of a resource, or the product of an operation. */
const clouds: Readonly<Record<Operation["product"], "alibaba" | "azure">> = {
  ecs: "alibaba",
  ram: "alibaba",
  hbr: "alibaba",
  kms: "alibaba",
  compute: "azure",
  recoveryservices: "azure",
  authorization: "azure",
};

export function cloudOf(module: string): "alibaba" | "azure" | undefined {
  return Object.hasOwn(clouds, module) ? clouds[module as Operation["product"]] : undefined;
}

/** Refuses a request that the cloud of a module throttles now: that is Alibaba Cloud only. */
export async function requireCapacityOf(context: QueryContext, module: string): Promise<void> {
  if (cloudOf(module) === "alibaba") await requireCapacity(context);
}
