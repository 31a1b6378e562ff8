import { z } from "zod";
import { defineFunction } from "../../../definition/resource";
import { evaluateConsistency } from "../../../engine/alibaba/consistency";
import { requireFacts } from "../../../engine/alibaba/machine";
import { findProtectionOf } from "../../../engine/alibaba/protection";
import { settingsOf } from "../../../engine/alibaba/protection-row";
import type { ProtectionSettings } from "../../../engine/alibaba/protection-settings";
import type { QueryContext } from "../../../engine/engine";
import {
  consistencyLevel,
  consistencyStep,
  reasonOutput,
  settingsShape,
  toReasonOutput,
  toSettings,
} from "../../shared/consistency";

const inputs = z.strictObject({
  instanceId: z.string().min(1).meta({ description: "The machine." }),
  useProtection: z
    .boolean()
    .default(true)
    .meta({
      description:
        "Take the settings of the machine's protection when it has one; the settings below then don't " +
        "count. Default: true.",
    }),
  ...settingsShape,
});

const outputs = z.object({
  instanceId: z.string().meta({ description: "The machine." }),
  requestedLevel: consistencyLevel.meta({ description: "The consistency that is asked for." }),
  achievedLevel: consistencyLevel.meta({ description: "The consistency that a backup would have now." }),
  groupKind: z.string().meta({ description: "GROUP, MIXED or DISK: how the snapshots belong together (A-20, A-24)." }),
  reasons: z.array(reasonOutput).meta({ description: "Every unmet rule, with remedy and source." }),
  steps: z.array(consistencyStep).meta({ description: "All that was looked at, met or not." }),
  protectionId: z.string().optional().meta({ description: "The protection whose settings were taken." }),
});

async function settingsFor(context: QueryContext, properties: z.output<typeof inputs>) {
  const protection = properties.useProtection ? await findProtectionOf(context, properties.instanceId) : undefined;
  const settings: ProtectionSettings = protection === undefined ? toSettings(properties) : settingsOf(protection);
  return { settings, protectionId: protection?.id };
}

export const getConsistencyFunction = defineFunction({
  token: "cloudbackup:hbr:getConsistency",
  source: "seed 000; HBR DescribeUdmSnapshots",
  description:
    "Explains what consistency a backup of one machine would have now: every rule that was looked at, met or not.",
  inputs,
  outputs,
  call: async (context, properties) => {
    const facts = await requireFacts(context, properties.instanceId, "instanceId");
    const { settings, protectionId } = await settingsFor(context, properties);
    const consistency = evaluateConsistency(facts, settings, context.settings);
    return {
      instanceId: facts.machine.id,
      requestedLevel: consistency.requested,
      achievedLevel: consistency.achieved,
      groupKind: consistency.groupKind,
      reasons: consistency.reasons.map(toReasonOutput),
      steps: consistency.steps.map(({ fact, rules, unmet }) => ({ met: unmet === undefined, fact, rules: [...rules] })),
      ...(protectionId === undefined ? {} : { protectionId }),
    };
  },
});
