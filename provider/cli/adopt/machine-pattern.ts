import { documents } from "../../engine/core/document";
import { apiRefusal } from "../../engine/core/reason";
import type { Query } from "../../engine/engine";

/** The machines that patterns mean, by id or name; a pattern that means none is refused. Azure's ids in lower case. */
export const machinesMeant: Query<readonly string[], ReadonlySet<string>> = async ({ store, settings }, patterns) => {
  const { account } = settings;
  const machines = [
    ...(await store.find("machine", { account })).map(({ id, instanceName }) => ({ id, names: [id, instanceName] })),
    ...(await store.find("virtualMachine", { account })).map(({ id, armId, vmName }) => ({
      id,
      names: [armId, vmName],
    })),
  ];
  const meant = patterns.map((pattern) => {
    const expression = new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`, "is");
    const found = machines.filter(({ names }) => names.some((name) => expression.test(name)));
    if (found.length > 0) return found.map(({ id }) => id);
    const remedy = "give an id or a name, * for any text; list them: cloudbackup call DescribeInstances";
    throw apiRefusal(documents.engine, "Engine.NoSuchMachine", "only", `no machine is called ${pattern}`, remedy);
  });
  return new Set(meant.flat());
};
