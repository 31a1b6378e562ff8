import { PolicyPack, type StackValidationPolicy } from "@pulumi/policy";
import { consistency } from "./rules/consistency";
import { coverage } from "./rules/coverage";
import { crossRegionCopy } from "./rules/cross-region-copy";
import { frequency } from "./rules/frequency";
import { immutability } from "./rules/immutability";
import { retention } from "./rules/retention";
import { backupPolicy, type PropertySchema } from "./stack/backup-policy";

const days: PropertySchema = { type: "number", minimum: 0 };

/** What a team asks of its backups; every number and level can be configured (README.md). */
const policies: StackValidationPolicy[] = [
  backupPolicy({
    name: "backup-coverage",
    description: "Every machine and every disk is backed up.",
    enforcementLevel: "mandatory",
    defaults: {},
    properties: {},
    judge: coverage,
  }),
  backupPolicy({
    name: "backup-frequency",
    description: "No more time lies between two recovery points than may be lost.",
    enforcementLevel: "mandatory",
    // A day, and the hour by which clocks are put back.
    defaults: { maxGapInHours: 25 },
    properties: { maxGapInHours: { type: "number", minimum: 1 } },
    judge: (stack, config) => frequency(stack, config, new Date()),
  }),
  backupPolicy({
    name: "backup-retention",
    description: "Recovery points live long enough.",
    enforcementLevel: "mandatory",
    defaults: { minRetentionDays: 30, points: "every" as "every" | "onePerDay" },
    properties: { minRetentionDays: days, points: { enum: ["every", "onePerDay"] } },
    judge: retention,
  }),
  backupPolicy({
    name: "backup-consistency",
    description: "Backups are as consistent as they must be, whatever was asked for.",
    enforcementLevel: "mandatory",
    defaults: { requiredLevel: "APPLICATION" as "APPLICATION" | "FILE_SYSTEM" | "CRASH" },
    properties: { requiredLevel: { enum: ["APPLICATION", "FILE_SYSTEM", "CRASH"] } },
    judge: consistency,
  }),
  backupPolicy({
    name: "backup-immutability",
    description: "Nobody can delete a recovery point before it expires.",
    enforcementLevel: "advisory",
    defaults: { requireLocked: false },
    properties: { requireLocked: { type: "boolean" } },
    judge: immutability,
  }),
  backupPolicy({
    name: "backup-cross-region-copy",
    description: "Recovery points outlive their region: each has a copy in another one, and it can really be made.",
    enforcementLevel: "advisory",
    defaults: { minCopyRetentionDays: 0 },
    properties: { minCopyRetentionDays: days },
    judge: crossRegionCopy,
  }),
];

new PolicyPack("cloudbackup-controls", { policies });
