import { type Change, changes, numberOf, type Properties, recordOf, recordsOf, shown, textOf } from "./drift-change";
import { type Amount, type AmountUnit, type DriftFinding, found } from "./drift-finding";

/** A setting whose values are worth more or less, the least first. */
interface Ladder {
  readonly property: string;
  readonly name: string;
  readonly of: (vault: Properties) => string;
  readonly rungs: readonly string[];
  readonly unit: AmountUnit;
  readonly rule: string;
}

const ladders: readonly Ladder[] = [
  {
    ...{ property: "softDelete", name: "soft delete", unit: "lock", rule: "Z-29" },
    of: ({ softDelete }) => String(recordOf(softDelete).state),
    rungs: ["Disabled", "Enabled", "AlwaysON"],
  },
  {
    ...{ property: "immutability", name: "immutability", unit: "lock", rule: "Z-30" },
    of: ({ immutability }) => String(immutability),
    rungs: ["Disabled", "Unlocked", "Locked"],
  },
  {
    ...{ property: "redundancy", name: "redundancy", unit: "redundancy", rule: "Z-31" },
    of: ({ redundancy }) => String(redundancy),
    rungs: ["LocallyRedundant", "ZoneRedundant", "GeoRedundant"],
  },
  {
    ...{ property: "crossRegionRestore", name: "cross-region restore", unit: "redundancy", rule: "Z-31" },
    of: ({ crossRegionRestore }) => (crossRegionRestore === true ? "on" : "off"),
    rungs: ["off", "on"],
  },
  {
    ...{ property: "publicNetworkAccess", name: "public network access", unit: "lock", rule: "Z-20" },
    of: ({ publicNetworkAccess }) => String(publicNetworkAccess),
    rungs: ["Enabled", "Disabled"],
  },
];

/** What somebody did to the settings of a vault. */
export function vaultFindings(change: Change): readonly DriftFinding[] {
  return [
    ...ladders.flatMap((ladder) => climb(change, ladder)),
    ...softDeleteDays(change),
    ...keyFindings(change),
    ...accessFindings(change),
  ];
}

function climb(change: Change, { property, name, of, rungs, unit, rule }: Ladder): readonly DriftFinding[] {
  const [old, live] = [of(change.before), of(change.after)];
  if (!changes(change, property) || old === live) return [];
  const [before, after] = [rungs.indexOf(old), rungs.indexOf(live)];
  // A value that is not on the ladder is not known to be as good.
  const isWorse = after < before || after === -1;
  const amount: Amount = { unit, before, after };
  return [
    found({ class: isWorse ? "WEAKENED" : "STRONGER", property, what: `${name} ${old} → ${live}`, rule, amount }),
  ];
}

function softDeleteDays({ before, after }: Change): readonly DriftFinding[] {
  const [old, live] = [recordOf(before.softDelete).retentionDays, recordOf(after.softDelete).retentionDays];
  const [oldDays, liveDays] = [numberOf(old), numberOf(live)];
  if (oldDays === undefined || liveDays === undefined || oldDays === liveDays) return [];
  const amount: Amount = { unit: "days of soft delete", before: oldDays, after: liveDays };
  const what = `soft delete keeps ${oldDays} → ${liveDays} days`;
  const told = { property: "softDelete", what, rule: "Z-29", amount };
  return [found({ ...told, class: liveDays < oldDays ? "WEAKENED" : "STRONGER" })];
}

function keyFindings(change: Change): readonly DriftFinding[] {
  if (!changes(change, "encryption")) return [];
  const keyIn = ({ encryption }: Properties) => textOf(recordOf(encryption).keyUri);
  const [old, live] = [keyIn(change.before), keyIn(change.after)];
  const told = { property: "encryption", rule: "Z-28" };
  if (old === live) return [];
  if (old === undefined) return [found({ ...told, class: "STRONGER", what: `encrypted with ${live}` })];
  const what = live === undefined ? "with the platform's keys" : `with ${live}`;
  return [found({ ...told, class: "WEAKENED", what: `encrypted ${what}, no longer with ${old}` })];
}

/** Reading changes no outcome; who may back up, restore and configure does. */
const harmless = "Backup Reader";

function accessFindings(change: Change): readonly DriftFinding[] {
  if (!changes(change, "roleAssignments")) return [];
  const assignmentsOf = ({ roleAssignments }: Properties) =>
    recordsOf(roleAssignments).map(({ principalId, roleDefinitionName }) => ({
      role: shown(roleDefinitionName),
      who: shown(principalId),
    }));
  const [old, live] = [assignmentsOf(change.before), assignmentsOf(change.after)];
  const isIn = (list: typeof old) => (one: (typeof old)[number]) =>
    list.some(({ role, who }) => role === one.role && who.toLowerCase() === one.who.toLowerCase());
  const told = { property: "roleAssignments", rule: "Z-20" };
  const classOf = (role: string) => (role === harmless ? "COSMETIC" : "WEAKENED");
  return [
    ...old
      .filter((one) => !isIn(live)(one))
      .map(({ role, who }) => found({ ...told, class: classOf(role), what: `${who} is no longer ${role}` })),
    ...live
      .filter((one) => !isIn(old)(one))
      .map(({ role, who }) => found({ ...told, class: classOf(role), what: `${who} is ${role}, not by the program` })),
  ];
}
