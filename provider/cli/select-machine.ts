import type { Machine } from "../engine/alibaba/fact";
import { armKey } from "../engine/azure/arm-id";
import type { VirtualMachine } from "../engine/azure/virtual-machine";
import { documents } from "../engine/core/document";
import { listed } from "../engine/core/listed";
import { nearest } from "../engine/core/nearest";
import { apiRefusal } from "../engine/core/reason";
import type { Query, QueryContext } from "../engine/engine";
import type { EngineError } from "../engine/error";

/** A machine of either cloud. */
export type AnyMachine =
  | { readonly cloud: "alibaba"; readonly id: string; readonly name: string; readonly machine: Machine }
  | { readonly cloud: "azure"; readonly id: string; readonly name: string; readonly machine: VirtualMachine };

function ofAlibaba(machine: Machine): AnyMachine {
  return { cloud: "alibaba", id: machine.id, name: machine.instanceName, machine };
}

function ofAzure(machine: VirtualMachine): AnyMachine {
  return { cloud: "azure", id: machine.armId, name: machine.vmName, machine };
}

async function byId({ store, settings }: QueryContext, id: string): Promise<AnyMachine | undefined> {
  const machine = await store.get("machine", id);
  if (machine?.account === settings.account) return ofAlibaba(machine);
  const virtualMachine = await store.get("virtualMachine", armKey(id));
  return virtualMachine?.account === settings.account ? ofAzure(virtualMachine) : undefined;
}

/** The machine that an operator means, by its id or by a name that only one has. Released ones go by their id. */
export const selectMachine: Query<string, AnyMachine> = async (context, idOrName) => {
  const { store, settings } = context;
  const { account } = settings;
  const meant = await byId(context, idOrName);
  if (meant !== undefined) return meant;
  const machines = [
    ...(await store.find("machine", { account, released: false })).map(ofAlibaba),
    ...(await store.find("virtualMachine", { account, released: false })).map(ofAzure),
  ];
  const named = machines.filter(({ name }) => name === idOrName);
  const [machine, ...others] = named;
  if (machine === undefined) throw unknownMachine(idOrName, machines, account);
  if (others.length === 0) return machine;
  const ids = named.map(({ id }) => id).join(", ");
  throw refusal("Engine.AmbiguousName", `several machines are named ${idOrName}`, `name one by id: ${ids}`);
};

function unknownMachine(idOrName: string, machines: readonly AnyMachine[], account: string): EngineError {
  const meant = nearest(idOrName, [...machines.map(({ name }) => name), ...machines.map(({ id }) => id)]);
  const known = listed(machines, 10, ({ name, id }) => `${name} (${id})`);
  const remedy =
    meant !== undefined
      ? `did you mean ${meant}?`
      : machines.length === 0
        ? "the engine has no machines: give it an inventory (--inventory), or check --engine-url"
        : `there are: ${known}`;
  return refusal("InvalidInstanceId.NotFound", `there is no machine ${idOrName} in account ${account}`, remedy);
}

function refusal(code: string, message: string, remedy: string): EngineError {
  return apiRefusal(documents.api, code, "machine", message, remedy);
}
