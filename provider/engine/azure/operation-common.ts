import { text } from "../core/operation";
import type { QueryContext } from "../engine";
import { EngineError, invariant } from "../error";
import { armKey, guidOf, jobIdOf, machineIdOf, vaultOf } from "./arm-id";
import { apiRefusal } from "./rule";
import { findMachine, machineNotFound, type VirtualMachine } from "./virtual-machine";

/** The parameters by which an operation names a machine: its id, or its group and name. */
export const machineParameters = {
  vmId: text("The machine's ARM id. Either this, or resourceGroupName and vmName."),
  resourceGroupName: text("Its resource group in the provider's subscription."),
  vmName: text("Its name."),
};

interface NamedMachine {
  readonly vmId: string | undefined;
  readonly resourceGroupName: string | undefined;
  readonly vmName: string | undefined;
}

/** The machine that an operation names; a classic one too. */
export async function requireNamedMachine(context: QueryContext, named: NamedMachine): Promise<VirtualMachine> {
  const ids = machineIdsOf(context, named);
  for (const armId of ids) {
    const machine = await findMachine(context, armId);
    if (machine !== undefined) return machine;
  }
  throw machineNotFound(ids[0] ?? "", named.vmId === undefined ? "vmName" : "vmId");
}

function machineIdsOf({ settings }: QueryContext, { vmId, resourceGroupName, vmName }: NamedMachine): string[] {
  if (vmId !== undefined && resourceGroupName === undefined && vmName === undefined) return [vmId];
  if (vmId !== undefined) {
    throw refuseParameter("InvalidParameter", "vmId", "vmId and the machine's group and name exclude each other");
  }
  if (resourceGroupName === undefined || vmName === undefined) {
    const absent = resourceGroupName === undefined && vmName !== undefined ? "resourceGroupName" : "vmName";
    throw refuseParameter("MissingParameter", absent, "the machine is not named");
  }
  const scope = { subscriptionId: settings.subscriptionId, resourceGroupName };
  return [machineIdOf(scope, vmName), machineIdOf(scope, vmName, "Classic")];
}

function refuseParameter(code: string, property: string, message: string): EngineError {
  return apiRefusal(code, property, message, "give --vmId, or --resourceGroupName and --vmName");
}

/** An operation has one error: where several things speak against it, its message tells all of them. */
export function throwTogether(refusals: readonly Error[]): never {
  const [first, ...others] = refusals;
  invariant(first !== undefined, "an operation is refused for a reason");
  if (others.length === 0 || !(first instanceof EngineError)) throw first;
  const { code, rule, property, source } = first;
  const messages = refusals.map(({ message }) => message);
  const remedies = refusals.map((each) => (each instanceof EngineError ? each.remedy : ""));
  const unique = [...new Set(remedies)].filter((remedy) => remedy !== "");
  throw new EngineError({ code, rule, property, source, message: messages.join("; "), remedy: unique.join("; ") });
}

/** Id of a new job in the vault of an item or point: the same engine gives the same id, and never one that is taken. */
export async function freeJobId({ store, now }: QueryContext, armId: string): Promise<string> {
  for (let number = 0; ; number++) {
    const jobId = jobIdOf(vaultOf(armId), guidOf("operation", armKey(armId), now, number));
    if ((await store.get("vaultJob", armKey(jobId))) === undefined) return jobId;
  }
}
