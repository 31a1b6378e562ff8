import type { Machine } from "../engine/alibaba/fact";
import { apiRefusal } from "../engine/alibaba/rule";
import { nearest } from "../engine/core/nearest";
import type { Query } from "../engine/engine";
import type { EngineError } from "../engine/error";

/** The machine that an operator means, by its id or by a name that only one has. Released ones go by their id. */
export const selectMachine: Query<string, Machine> = async ({ store, settings }, idOrName) => {
  const { account } = settings;
  const byId = await store.get("machine", idOrName);
  if (byId?.account === account) return byId;
  const machines = (await store.find("machine", { account })).filter((machine) => !machine.released);
  const named = machines.filter((machine) => machine.instanceName === idOrName);
  const [machine, ...others] = named;
  if (machine === undefined) throw unknownMachine(idOrName, machines, account);
  if (others.length === 0) return machine;
  const ids = named.map((each) => each.id).join(", ");
  throw apiRefusal(
    "Engine.AmbiguousName",
    "machine",
    `several machines are named ${idOrName}`,
    `name one by id: ${ids}`,
  );
};

function unknownMachine(idOrName: string, machines: readonly Machine[], account: string): EngineError {
  const meant = nearest(idOrName, [
    ...machines.map((machine) => machine.instanceName),
    ...machines.map((machine) => machine.id),
  ]);
  const known = machines.slice(0, 10).map((machine) => `${machine.instanceName} (${machine.id})`);
  const more = machines.length > known.length ? ` and ${machines.length - known.length} more` : "";
  const remedy =
    meant !== undefined
      ? `did you mean ${meant}?`
      : known.length === 0
        ? "the engine has no machines: give it an inventory (--inventory), or check --engine-url"
        : `there are: ${known.join(", ")}${more}`;
  return apiRefusal(
    "InvalidInstanceId.NotFound",
    "machine",
    `there is no machine ${idOrName} in account ${account}`,
    remedy,
  );
}
