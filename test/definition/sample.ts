import { z } from "zod";
import { languageSettings } from "../../provider/definition/language";
import type { PackageDefinition } from "../../provider/definition/schema";
import { Archive, Asset } from "../../provider/definition/value";

/** A made-up package that has each kind of property once. */
export const levelSchema = z.enum(["APPLICATION", "FILE_SYSTEM", "CRASH"]).meta({
  typeName: "Level",
  description: "A consistency level.",
  valueDescriptions: { APPLICATION: "The application too.", FILE_SYSTEM: "File systems.", CRASH: "Disks only." },
});

const tagRule = z
  .object({
    ruleType: z.literal("TAG").meta({ description: "Which kind of rule this is." }),
    key: z.string().meta({ description: "The tag's key." }),
  })
  .meta({ typeName: "TagRule", description: "Binds machines by tag." });

const backupRule = z
  .object({
    ruleType: z.literal("BACKUP").meta({ description: "Which kind of rule this is." }),
    retention: z.int().min(1).max(65536).meta({ description: "Days that points live." }),
    keepLast: z.boolean().default(false).meta({ description: "Whether the last point stays." }),
    token: z.string().optional().meta({ description: "A token.", secret: true }),
  })
  .refine((rule) => !(rule.keepLast && rule.retention > 1000), {
    message: "keepLast can't be had with more than 1000 days",
    params: { rule: "A-99", remedy: "turn keepLast off", source: "sample", path: "retention" },
  })
  .meta({ typeName: "BackupRule", description: "Makes points." });

const script = z
  .object({
    path: z
      .string()
      .regex(/^\//, "must be an absolute path")
      .meta({ description: "Where it lies.", replaceOnChanges: "a sample stays where and what it is" }),
    content: z.string().optional().meta({ description: "Its text.", secret: true }),
    source: z
      .union([z.instanceof(Asset), z.instanceof(Archive)])
      .optional()
      .meta({ description: "Its file.", asset: true }),
    timeoutInSeconds: z.int().min(10).max(600).default(60).meta({ description: "When it is given up." }),
  })
  .meta({ typeName: "Script", description: "A script." });

export const sampleInputs = z.object({
  sampleName: z
    .string()
    .min(3)
    .max(64)
    .meta({ description: "The name. 3 to 64 characters.", replaceOnChanges: "a sample stays where and what it is" }),
  note: z.string().nullable().optional().meta({ description: "A note." }),
  level: levelSchema.default("CRASH").meta({ description: "What is asked for." }),
  document: z
    .union([z.string(), z.record(z.string(), z.unknown())])
    .optional()
    .meta({ description: "A policy document.", document: true }),
  schedule: z.string().optional().meta({ description: "When.", schedule: true }),
  instanceIds: z.array(z.string()).max(3).optional().meta({ description: "Which machines.", set: true }),
  rules: z
    .array(z.discriminatedUnion("ruleType", [backupRule, tagRule]))
    .optional()
    .meta({ description: "The rules." }),
  preScript: script.optional().meta({ description: "Runs before." }),
  limits: z.record(z.string(), z.int()).optional().meta({ description: "Limits by name." }),
  size: z.union([z.string(), z.int()]).optional().meta({ description: "A size as text or number." }),
  members: z
    .array(
      z
        .object({
          id: z.string().meta({ description: "Id." }),
          weight: z.number().default(1).meta({ description: "Weight." }),
        })
        .meta({ typeName: "Member", description: "A member." }),
    )
    .optional()
    .meta({ description: "Members in no order.", set: true }),
  password: z.string().optional().meta({ description: "A password.", secret: true, writeOnly: true }),
});

export const sampleOutputs = z.object({
  sampleId: z.string().meta({ description: "Its id." }),
  achievedLevel: levelSchema.meta({ description: "What it gets.", live: true }),
  reasons: z.array(z.string()).meta({ description: "Why.", live: true }),
  convertedId: z.string().optional().meta({ description: "The id after conversion." }),
});

export const sampleConfig = z.object({
  engineUrl: z.string().optional().meta({ description: "Where the engine is." }),
  seed: z.int().min(0).default(1).meta({ description: "The seed." }),
  strict: z.boolean().optional().meta({ description: "Whether warnings fail." }),
  regions: z.array(z.string()).optional().meta({ description: "The regions." }),
  access: z
    .object({ token: z.string().meta({ description: "A token.", secret: true }) })
    .optional()
    .meta({ description: "Who calls.", typeName: "Access" }),
});

export const samplePackage: PackageDefinition = {
  name: "cloudbackup",
  version: "0.1.0",
  displayName: "Cloud Backup",
  description: "A sample.",
  config: sampleConfig,
  resources: [
    {
      token: "cloudbackup:hbr:Sample",
      source: "seed 000",
      description: "A sample resource.",
      inputs: sampleInputs,
      outputs: sampleOutputs,
    },
  ],
  functions: [
    {
      token: "cloudbackup:hbr:getSample",
      source: "seed 000",
      description: "Finds a sample.",
      inputs: z.object({ sampleId: z.string().meta({ description: "Which." }) }),
      outputs: z.object({
        level: levelSchema.meta({ description: "Its level." }),
        scripts: z.array(script).meta({ description: "Its scripts." }),
      }),
    },
  ],
  components: [
    {
      token: "cloudbackup:hbr:Group",
      source: "seed 000",
      description: "A sample component.",
      inputs: z.object({ instanceIds: z.array(z.string()).meta({ description: "Which machines." }) }),
      outputs: z.object({ level: levelSchema.meta({ description: "The lowest level." }) }),
    },
  ],
  language: languageSettings,
};
