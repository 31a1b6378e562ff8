import * as fc from "fast-check";
import { Asset, type PropertyMap } from "../../provider/definition/value";
import type { MonthDays, PolicyProperties } from "../../provider/engine/azure/policy";
import { policiesOf } from "./azure-policies";
import { type Inputs, lastingPart, maybe, mostly, type Part, part, record, type Size } from "./part";

const location = fc.constant("westeurope");

const vaultInputs = record({
  vaultName: mostly<string | undefined>(undefined, "keeper"),
  identity: mostly<PropertyMap | undefined>(undefined, { type: "SystemAssigned" }),
  crossRegionRestore: mostly<boolean | undefined>(undefined, true),
  resourceGroupName: mostly("backup", "Backup"),
  location: mostly("westeurope", "West Europe"),
  sku: mostly<string | undefined>(undefined, "RS0"),
  softDelete: mostly<PropertyMap | undefined>(undefined, { state: "Disabled" }, { retentionDays: 30 }),
  redundancy: mostly<string | undefined>(undefined, "LocallyRedundant", "ZoneRedundant"),
  immutability: mostly<string | undefined>(undefined, undefined, "Unlocked"),
  publicNetworkAccess: mostly<string | undefined>(undefined, "Disabled"),
  roleAssignments: mostly<PropertyMap[] | undefined>(undefined, [
    { principalId: "operator", roleDefinitionName: "Backup Operator" },
  ]),
  tags: mostly<PropertyMap | undefined>(undefined, { team: "db" }),
});

/** Policies in the program's words. */
function toInputs(policy: PolicyProperties): Inputs {
  const { schedulePolicy, retentionPolicy, tieringPolicy, instantRpRetentionRangeInDays, policyType, timeZone } =
    policy;
  const { scheduleRunFrequency, scheduleRunTimes, scheduleRunDays, hourlySchedule } = schedulePolicy;
  const { daily, weekly, monthly, yearly } = retentionPolicy;
  const retentionDuration = ({ count }: { readonly count: number }) => ({ retentionDuration: { count } });
  return {
    policyType,
    timeZone,
    instantRpRetentionRangeInDays,
    schedulePolicy: {
      scheduleRunFrequency,
      ...(scheduleRunTimes.length === 0 ? {} : { scheduleRunTimes: [...scheduleRunTimes] }),
      ...(scheduleRunDays.length === 0 ? {} : { scheduleRunDays: [...scheduleRunDays] }),
      ...(hourlySchedule === null ? {} : { hourlySchedule: { ...hourlySchedule } }),
    },
    retentionPolicy: {
      ...(daily === null ? {} : { dailySchedule: retentionDuration(daily) }),
      ...(weekly === null
        ? {}
        : { weeklySchedule: { ...retentionDuration(weekly), daysOfTheWeek: [...weekly.daysOfTheWeek] } }),
      ...(monthly === null ? {} : { monthlySchedule: { ...retentionDuration(monthly), ...daysOf(monthly) } }),
      ...(yearly === null
        ? {}
        : {
            yearlySchedule: {
              ...retentionDuration(yearly),
              ...daysOf(yearly),
              monthsOfYear: [...yearly.monthsOfYear],
            },
          }),
    },
    ...(tieringPolicy === null ? {} : { tieringPolicy: { ArchivedRP: tieringOf(tieringPolicy) } }),
  };
}

function daysOf({ retentionScheduleFormatType, ...days }: MonthDays): PropertyMap {
  if (retentionScheduleFormatType === "Daily") {
    const daysOfTheMonth = days.daysOfTheMonth.map(
      ({ date, isLast }): PropertyMap => (isLast || date === null ? { isLast: true } : { date }),
    );
    return { retentionScheduleFormatType, retentionScheduleDaily: { daysOfTheMonth } };
  }
  const [daysOfTheWeek, weeksOfTheMonth] = [[...days.daysOfTheWeek], [...days.weeksOfTheMonth]];
  return { retentionScheduleFormatType, retentionScheduleWeekly: { daysOfTheWeek, weeksOfTheMonth } };
}

function tieringOf({ tieringMode, duration, durationType }: NonNullable<PolicyProperties["tieringPolicy"]>) {
  return {
    tieringMode,
    ...(duration === null ? {} : { duration }),
    ...(durationType === null ? {} : { durationType }),
  };
}

/** A machine can't go back from V2 to V1: the policies of a program are of one type. */
function policyParts(count: number): fc.Arbitrary<Part[]> {
  return fc
    .constantFrom("V2" as const, "V2" as const, "V1" as const)
    .chain((type) => fc.array(part(policiesOf(type).map(toInputs)), { minLength: count, maxLength: 2 }));
}

const disk = { sizeGiB: fc.constantFrom(8, 64, 1024), usedGiB: maybe(fc.constantFrom(0, 0.5, 4)) };

const machineInputs = record({
  vmName: mostly<string | undefined>(undefined, "mysql"),
  managedDisks: mostly<boolean | undefined>(undefined, true),
  tags: mostly<PropertyMap | undefined>(undefined, { team: "db" }),
  resourceGroupName: mostly("machines", "Machines"),
  location,
  osType: mostly<string | undefined>(undefined, "Linux", "Windows"),
  osName: maybe(fc.constant("ubuntu 22.04")),
  powerState: mostly<string | undefined>(undefined, "VM deallocated", "VM starting"),
  guestAgent: mostly<string | undefined>(undefined, undefined, "NotReady"),
  vssHealthy: mostly<boolean | undefined>(undefined, false),
  osDisk: maybe(record({ ...disk, encrypted: fc.boolean() }) as fc.Arbitrary<PropertyMap>),
  dataDisks: fc.uniqueArray(record({ lun: fc.nat({ max: 2 }), ...disk }) as fc.Arbitrary<PropertyMap>, {
    maxLength: 3,
    selector: ({ lun }) => lun,
  }),
  changeRatePercentPerDay: maybe(fc.constantFrom(0, 1.5, 100)),
});

const scriptInputs = record({
  content: maybe(fc.constantFrom("#!/bin/sh\nlogger freeze\n", "#!/bin/sh\nlogger hold\n")),
  mode: mostly<string | undefined>(undefined, "0700", "755"),
  owner: mostly<string | undefined>(undefined, "mysql"),
  simulate: mostly<PropertyMap | undefined>(undefined, { exitCode: 1 }, { durationSeconds: 45.5 }, { failingTries: 2 }),
}).map(
  (script): Inputs =>
    script.content === undefined ? { ...script, source: new Asset({ text: "#!/bin/sh\nlogger thaw\n" }) } : script,
);

const frameworkInputs = record({
  config: record({
    preScriptLocation: mostly("/opt/pre.sh", "/opt/freeze.sh"),
    postScriptLocation: fc.constant("/opt/post.sh"),
    preScriptParams: mostly<string[] | undefined>(undefined, ["fast", "x"]),
    preScriptNoOfRetries: maybe(fc.constantFrom(0, 1, 3)),
    timeoutInSeconds: maybe(fc.constantFrom(1, 60)),
    continueBackupOnFailure: maybe(fc.boolean()),
    fsFreezeEnabled: maybe(fc.boolean()),
    ScriptsExecutionPollTimeSeconds: maybe(fc.constantFrom(1, 5)),
  }) as fc.Arbitrary<PropertyMap>,
  configMode: mostly<string | undefined>(undefined, "0600", "644"),
  configOwner: mostly<string | undefined>(undefined, "azureuser"),
  preScript: scriptInputs as fc.Arbitrary<PropertyMap>,
  postScript: scriptInputs as fc.Arbitrary<PropertyMap>,
});

const itemInputs = record({
  // The gate: where it is not met, the preview and the update refuse alike.
  requireConsistency: mostly<string | undefined>(undefined, "CRASH", "CRASH", "FILE_SYSTEM"),
  protectionState: mostly<string | undefined>(undefined, "ProtectionStopped", "BackupsSuspended"),
  diskExclusionProperties: mostly<PropertyMap | undefined>(undefined, { diskLunList: [], isInclusionList: true }),
  onDestroy: mostly<string | undefined>(undefined, "delete"),
});

/** Later than any generated history comes. */
const backupInputs = record({ recoveryPointExpiryTimeInUTC: maybe(fc.constant("2027-06-30T12:00:00Z")) });

/** OriginalLocation gives a machine the point's disks back, and a program that has taken some away then differs. */
const restoreInputs = record({
  recoveryType: fc.constantFrom("AlternateLocation", "RestoreDisks"),
  onDestroy: mostly<string | undefined>(undefined, "delete"),
});

function azureMachineParts({ index, sometimes }: Size) {
  return fc.record({
    isInventory: mostly(false, true),
    machine: part(machineInputs),
    framework: fc.option(part(frameworkInputs), { freq: 3 }),
    policies: fc.tuple(index, index),
    item: part(itemInputs),
    backup: fc.option(part(backupInputs), { freq: 2 }),
    restore: sometimes(part(restoreInputs)),
  });
}

/** The Azure side of a program. Its vault stays: one that holds points can't go, of which no preview is told. */
export function azurePartsOf(size: Size) {
  return fc.record({
    vault: lastingPart(vaultInputs),
    policies: policyParts(size.machines),
    machines: fc.array(azureMachineParts(size), { minLength: 1, maxLength: size.machines }),
  });
}

type Of<A> = A extends fc.Arbitrary<infer T> ? T : never;
export type AzureParts = Of<ReturnType<typeof azurePartsOf>>;
export type AzureMachineParts = Of<ReturnType<typeof azureMachineParts>>;
