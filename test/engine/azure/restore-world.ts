import { expect } from "chai";
import { armKey, guidOf, jobIdOf, machineIdOf } from "../../../provider/engine/azure/arm-id";
import type { PointDisk } from "../../../provider/engine/azure/recovery-point";
import {
  assessRestore,
  createRestore,
  type RestorePlan,
  type VaultRestore,
} from "../../../provider/engine/azure/restore";
import type { RestoreInput } from "../../../provider/engine/azure/restore-request";
import type { VaultSettings } from "../../../provider/engine/azure/vault";
import { createVault, type VaultInput } from "../../../provider/engine/azure/vault-change";
import { putMachine } from "../../../provider/engine/azure/virtual-machine";
import { EngineError } from "../../../provider/engine/error";
import type { Row, TableName } from "../../../provider/store/tables";
import { TestEngine, testSettings } from "../../support/test-engine";
import { itemRow, pointRow, vaultId, vaultWith } from "./vault-rows";

const scope = { subscriptionId: testSettings.subscriptionId, resourceGroupName: "machines" };
const group = `/subscriptions/${scope.subscriptionId}/resourceGroups/machines`;
const network = `${group}/providers/Microsoft.Network/virtualNetworks/net`;

export const vmId = machineIdOf(scope, "web");
export const newVmId = machineIdOf(scope, "again");

function disk(lun: number, name: string, sizeGiB: number | null): PointDisk {
  return { lun, name, sizeGiB, encrypted: false, bytes: 1024 ** 3 };
}

export const osDisk = disk(-1, "os", 30);
export const dataDisk = disk(0, "data", 100);
export const logDisk = disk(3, "logs", null);

/** A point of `web` that is in the vault after an hour; `number` tells it from others. */
export function webPoint(number = 1, change: Partial<Row<"vaultPoint">> = {}): Row<"vaultPoint"> {
  return pointRow("web", number, { disks: [osDisk, dataDisk, logDisk] as never, level: "APPLICATION", ...change });
}

export const pointId = webPoint().armId;

const nothing = {
  restoreDiskLunList: null,
  region: null,
  targetVirtualMachineId: null,
  targetResourceGroupId: null,
  virtualNetworkId: null,
  subnetId: null,
  rehydrationPriority: null,
} as const;

function request(change: Partial<RestoreInput>): RestoreInput {
  return {
    ...nothing,
    id: jobIdOf(vaultId, guidOf("restore")),
    recoveryPointId: pointId,
    recoveryType: "OriginalLocation",
    storageAccountId: `${group}/providers/Microsoft.Storage/storageAccounts/staging`,
    ...change,
  };
}

export const toOriginal = (change: Partial<RestoreInput> = {}) => request(change);
export const toDisks = (change: Partial<RestoreInput> = {}) =>
  request({ recoveryType: "RestoreDisks", targetResourceGroupId: group, ...change });
export const toAlternate = (change: Partial<RestoreInput> = {}) =>
  request({
    recoveryType: "AlternateLocation",
    targetVirtualMachineId: newVmId,
    virtualNetworkId: network,
    subnetId: `${network}/subnets/default`,
    ...change,
  });

/** A vault that protects `web`, which has a point; a row of a test spoils one thing. */
export class RestoreWorld {
  private constructor(readonly engine: TestEngine) {}

  static async make(
    settings: Partial<VaultSettings> = {},
    rest: Partial<VaultInput> = {},
    points: readonly Row<"vaultPoint">[] = [webPoint()],
  ): Promise<RestoreWorld> {
    const world = new RestoreWorld(await TestEngine.inMemory());
    await world.engine.run(createVault, vaultWith(settings, rest));
    const { armId } = { armId: vmId };
    const machine = {
      ...{ armId, vmName: "web", resourceGroupName: "machines", location: "westeurope", osType: "Linux" },
      ...{ osName: null, deploymentModel: "Arm", powerState: "VM running", managedDisks: true, tags: {} },
      ...{ guestAgent: "Ready", vssHealthy: null, changeRatePercentPerDay: 5 },
      disks: [osDisk, dataDisk].map(({ lun, name, sizeGiB, encrypted }) => {
        return { lun, name: `web-${name}`, sizeGiB, usedGiB: 10, encrypted };
      }),
    };
    await world.engine.run(putMachine, { machine, origin: "PROGRAM" });
    await world.put("protectedItem", [itemRow("web")]);
    await world.put("vaultPoint", points);
    return world;
  }

  put<T extends TableName>(table: T, rows: readonly Row<T>[]): Promise<void> {
    return this.engine.run(({ store }) => store.put(table, rows), undefined);
  }

  get<T extends TableName>(table: T, id: string): Promise<Row<T> | undefined> {
    return this.engine.ask(({ store }) => store.get(table, armKey(id)), undefined);
  }

  /** Another row in the place of one that is there. */
  async change<T extends TableName>(table: T, id: string, change: Partial<Row<T>>): Promise<void> {
    const row = await this.get(table, id);
    expect(row).to.not.equal(undefined);
    await this.put(table, [{ ...(row as Row<T>), ...change }]);
  }

  /** Moves the clock and nothing else: rows stay as a test put them. */
  setClock(now: number): TestEngine["ask"] {
    return (query, input) => this.engine.ask((context, given) => query({ ...context, now }, given), input);
  }

  /** What speaks against a restore: property, rule or code, message and remedy in a line each. */
  async refusals(input: RestoreInput, now?: number): Promise<string[]> {
    const ask: TestEngine["ask"] =
      now === undefined ? (query, given) => this.engine.ask(query, given) : this.setClock(now);
    const { refusals } = await ask(assessRestore, input);
    return refusals.map((error) => {
      if (!(error instanceof EngineError)) throw error;
      return `${error.property} ${error.rule || error.code}: ${error.message}; ${error.remedy}`;
    });
  }

  async plan(input: RestoreInput, now: number): Promise<RestorePlan> {
    expect(await this.refusals(input, now)).to.deep.equal([]);
    const { plan } = await this.setClock(now)(assessRestore, input);
    return plan as RestorePlan;
  }

  restore(input: RestoreInput): Promise<VaultRestore> {
    return this.engine.run(createRestore, input);
  }
}
