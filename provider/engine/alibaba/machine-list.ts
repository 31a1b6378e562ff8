import type { Filter } from "../../store/store";
import type { Query, QueryContext } from "../engine";
import type { ConsistencyGroup } from "./consistency-group";
import { loadFacts, type Machine, type MachineFacts } from "./fact";
import type { Protection } from "./protection-row";

export interface MachineSearch {
  readonly regionId: string | null;
  readonly status: string | null;
  /** Empty: whatever its name is. */
  readonly names: readonly string[];
  /** All of them must be there with these values. */
  readonly tags: Readonly<Record<string, string>>;
  readonly limit: number;
}

/** A machine with all that decides about its backups. */
export interface ListedMachine {
  readonly facts: MachineFacts;
  /** Its own bindings and plans, and those of its groups. */
  readonly protections: readonly Protection[];
  readonly groups: readonly ConsistencyGroup[];
}

export interface MachineList {
  /** By name, then by id. */
  readonly machines: readonly ListedMachine[];
  /** How many there are without the limit. */
  readonly total: number;
}

/** The machines that are there; released ones aren't. */
export const listMachines: Query<MachineSearch, MachineList> = async (context, search) => {
  const { store, settings } = context;
  const { machines, total } = await findMachines(context, search);
  const ids = machines.map(({ id }) => id);
  const facts = await loadFacts(store, settings.account, ids);
  const groups = ids.length === 0 ? [] : await store.find("consistencyGroup", { account: settings.account });
  const sources = [...ids, ...groups.map(({ id }) => id)];
  const protections = ids.length === 0 ? [] : await store.find("protection", { instanceId: { in: sources } });
  const listed = ids.flatMap((id) => {
    const own = groups.filter(({ instanceIds }) => instanceIds.includes(id));
    const covering = protections.filter(
      ({ account, instanceId }) =>
        account === settings.account && (instanceId === id || own.some((group) => group.id === instanceId)),
    );
    const found = facts.get(id);
    return found === undefined ? [] : [{ facts: found, protections: covering, groups: own }];
  });
  return { machines: listed, total };
};

async function findMachines({ store, settings }: QueryContext, search: MachineSearch) {
  const { regionId, status, names, tags, limit } = search;
  const filter: Filter<"machine"> = {
    account: settings.account,
    released: false,
    ...(regionId === null ? {} : { regionId }),
    ...(status === null ? {} : { status }),
    ...(names.length === 0 ? {} : { instanceName: { in: names } }),
  };
  const order = { column: "instanceName", direction: "ascending" } as const;
  const wanted = Object.entries(tags);
  if (wanted.length === 0) {
    return {
      machines: await store.find("machine", filter, { order, limit }),
      total: await store.count("machine", filter),
    };
  }
  // The store doesn't look into tags, so here the limit comes last.
  const hasTags = (machine: Machine) => wanted.every(([key, value]) => machine.tags[key] === value);
  const tagged = (await store.find("machine", filter, { order })).filter(hasTags);
  return { machines: tagged.slice(0, limit), total: tagged.length };
}
