import type { ComponentInputs } from "../../definition/component";
import type { Finding } from "../../definition/finding";
import { formatPath, type Path } from "../../definition/path";
import { isList } from "../../definition/plain";
import { type RuleId, ruleSources } from "../../engine/alibaba/rule";
import { nearest } from "../../engine/core/nearest";
import { machinesIn, machinesOf } from "./app-consistent-machines";

/** As many machines are added at once at most (A-49). */
const machinesMax = 99;

/** Rules between the inputs of one component. */
export function appConsistentFindings(properties: ComponentInputs): Finding[] {
  return [...machineFindings(properties), ...pairFindings(properties), ...diskFindings(properties)];
}

function refuse(path: Path, rule: RuleId, message: string, remedy: string): Finding {
  return { severity: "error", path: formatPath(path), rule, message, remedy, source: ruleSources[rule] };
}

/** What no document speaks of: it is a matter of this component's own properties. */
function decline(property: string, message: string, remedy: string): Finding {
  return { severity: "error", path: property, rule: "", message, remedy };
}

function machineFindings(properties: ComponentInputs): Finding[] {
  const { known } = machinesOf(properties);
  const count = isList(properties.instanceIds) ? (properties.instanceIds?.length ?? 0) : 0;
  const first = new Map<string, number>();
  const twice = known.filter(({ instanceId, index }) => {
    const earlier = first.get(instanceId);
    if (earlier === undefined) first.set(instanceId, index);
    return earlier !== undefined;
  });
  const repeated = twice.map(({ instanceId, index }) =>
    refuse(
      ["instanceIds", index],
      "A-30",
      `machine ${instanceId} is listed already, at instanceIds[${first.get(instanceId)}]; it has one protection`,
      "list it once",
    ),
  );
  if (count <= machinesMax) return repeated;
  const message = `${count} machines; at most ${machinesMax} can be added at once`;
  return [refuse(["instanceIds"], "A-49", message, "split them over several components"), ...repeated];
}

/** Properties of which exactly one, or both, must be there. */
function pairFindings({ preScript, postScript, policyId, rules, ...others }: ComponentInputs): Finding[] {
  const findings: Finding[] = [];
  if ((preScript === undefined) !== (postScript === undefined)) {
    const [given, missing] = preScript === undefined ? ["postScript", "preScript"] : ["preScript", "postScript"];
    const message = `${given} is given without ${missing}; Cloud Backup runs both or none`;
    findings.push(refuse([missing as string], "A-14", message, `set ${missing}, or leave both out`));
  }
  if (policyId === undefined && rules === undefined) {
    const message = "neither policyId nor rules is given: nothing says when backups run";
    findings.push(decline("policyId", message, "set policyId to an existing policy, or rules for a new one"));
  }
  if (policyId !== undefined && rules !== undefined) {
    const message = "policyId and rules are both given, and a machine has one policy";
    findings.push(refuse(["rules"], "A-30", message, "leave one of them out"));
  }
  for (const name of ["policyName", "policyDescription"]) {
    if (others[name] === undefined || rules !== undefined || policyId === undefined) continue;
    const message = `${name} describes a new policy, but policyId names an existing one`;
    findings.push(decline(name, message, `leave ${name} out, or give rules instead of policyId`));
  }
  return findings;
}

/** Disks are listed for machines of this component only, in one of the two lists. */
function diskFindings(properties: ComponentInputs): Finding[] {
  const { known, complete } = machinesOf(properties);
  const ids = known.map(({ instanceId }) => instanceId);
  const only = machinesIn(properties.diskIdLists);
  const without = machinesIn(properties.excludeDiskIdLists);
  const strangers = complete
    ? [
        ...only.map((instanceId) => ["diskIdLists", instanceId] as const),
        ...without.map((instanceId) => ["excludeDiskIdLists", instanceId] as const),
      ].filter(([, instanceId]) => !ids.includes(instanceId))
    : [];
  const both = only.filter((instanceId) => without.includes(instanceId));
  return [
    ...strangers.map(([property, instanceId]) => {
      const meant = nearest(instanceId, ids);
      const message = `machine ${instanceId} is not among instanceIds${meant ? `: did you mean ${meant}?` : ""}`;
      return refuse([property, instanceId], "A-22", message, "list disks by the ids of instanceIds");
    }),
    ...both.map((instanceId) => {
      const message = `machine ${instanceId} has a list of the only disks already`;
      return refuse(["excludeDiskIdLists", instanceId], "A-22", message, "name each machine in one of the two only");
    }),
  ];
}
