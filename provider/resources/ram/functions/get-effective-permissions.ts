import { z } from "zod";
import { defineFunction } from "../../../definition/resource";
import { requireFacts } from "../../../engine/alibaba/machine";
import { type ActionPermission, effectivePermissions } from "../../../engine/alibaba/permission";
import { apiRefusal } from "../../../engine/alibaba/rule";
import type { QueryContext } from "../../../engine/engine";
import { requireOne } from "../../shared/listing";

const inputs = z.strictObject({
  roleName: z.string().min(1).optional().meta({ description: "The RAM role. Either this or instanceId." }),
  instanceId: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "The machine whose role is meant. Either this or roleName." }),
  actions: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .meta({
      description:
        "Actions, also with the wildcards * and ?: all that they may ever mean must be allowed. Default: the four of " +
        "application-consistent snapshots (A-10). Source: seed 000, step 1.3.",
    }),
  resource: z
    .string()
    .min(1)
    .optional()
    .meta({
      description:
        "What the actions are on, acs:ecs:<region>:<account>:disk/<disk>; * is everything. Default: the machine's " +
        "disks, with roleName everything. Source: A-10.",
    }),
});

const statement = z
  .object({
    policyName: z.string().meta({ description: "The policy." }),
    policyType: z.string().meta({ description: "Custom or System." }),
    version: z.string().meta({ description: "Its default version, v1." }),
    statementIndex: z.int().meta({ description: "The statement's place in the document, from 0." }),
  })
  .meta({ typeName: "DecidingStatement", description: "The statement of a policy that decides about an action." });

const permission = z
  .object({
    action: z.string().meta({ description: "The action, as it was asked for." }),
    decision: z
      .enum(["allowed", "denied", "notGranted"])
      .meta({
        typeName: "PermissionDecision",
        valueDescriptions: {
          allowed: "A policy allows it without a condition, and none denies it.",
          denied: "A policy denies it: that wins, also with a condition (A-10).",
          notGranted: "No policy allows it, or only with a condition, which does not count (A-10).",
        },
      })
      .meta({ description: "What the policies say together." }),
    statement: statement.optional().meta({
      description:
        "The statement that decides; of what is not granted the one whose condition keeps it from counting. Absent: " +
        "none.",
    }),
  })
  .meta({ typeName: "EffectivePermission", description: "What a role's policies say about one action." });

const outputs = z.object({
  roleName: z.string().meta({ description: "The role that was looked at." }),
  resources: z.array(z.string()).meta({ description: "What the actions are on; each must allow them." }),
  permissions: z.array(permission).meta({ description: "What is said about each action." }),
  allAllowed: z
    .boolean()
    .meta({ description: "Whether every action is allowed: with the defaults, whether A-10 is met." }),
  ecsMayAssume: z.boolean().meta({ description: "Whether the role trusts ecs.aliyuncs.com (A-09)." }),
  policies: z.array(z.string()).meta({ description: "Names of the policies that are attached to the role." }),
});

interface Question {
  readonly roleName: string;
  readonly resources: readonly string[];
}

/** The role of a machine, and its disks as A-10 names them. */
async function questionOf(context: QueryContext, instanceId: string): Promise<Question> {
  const { machine, disks } = await requireFacts(context, instanceId, "instanceId");
  if (machine.ramRoleName === null) {
    const [message, remedy] = machine.roleKnown
      ? [`machine ${instanceId} carries no RAM role (A-08)`, "attach one: ecs:RamRoleAttachment"]
      : [`the RAM role of machine ${instanceId} is unknown (A-53)`, "unknown: add ramRoleName to the inventory"];
    throw apiRefusal("HBR.NoRamRoleBound", "instanceId", message, remedy);
  }
  const { account } = context.settings;
  const resources = disks.map(({ id }) => `acs:ecs:${machine.regionId}:${account}:disk/${id}`);
  return { roleName: machine.ramRoleName, resources };
}

function toPermission({ action, decision, statement: place }: ActionPermission): z.output<typeof permission> {
  if (place === undefined) return { action, decision };
  const { policyName, policyType, version } = place.policy;
  return { action, decision, statement: { policyName, policyType, version, statementIndex: place.index } };
}

export const getEffectivePermissionsFunction = defineFunction({
  token: "cloudbackup:ram:getEffectivePermissions",
  source: "RAM policy evaluation; ENGINE",
  description:
    "Tells what a RAM role may do and which statement decides, judged as the consistency of backups judges it (A-09, " +
    "A-10): Deny wins; an Allow with a condition doesn't count, a Deny with one does.",
  inputs,
  outputs,
  call: async (context, { roleName, instanceId, actions, resource }) => {
    requireOne({ roleName, instanceId }, { isNeeded: true });
    const question =
      instanceId === undefined ? { roleName: roleName ?? "", resources: ["*"] } : await questionOf(context, instanceId);
    const resources = resource === undefined ? question.resources : [resource];
    const found = await effectivePermissions(context, {
      roleName: question.roleName,
      actions: actions ?? null,
      resources,
    });
    return {
      roleName: question.roleName,
      resources: [...resources],
      permissions: found.actions.map(toPermission),
      allAllowed: found.actions.every(({ decision }) => decision === "allowed"),
      ecsMayAssume: found.ecsMayAssume,
      policies: found.policies.map(({ policyName }) => policyName),
    };
  },
});
