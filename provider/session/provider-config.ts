import { z } from "zod";
import { findRegion, regionIds } from "../engine/alibaba/catalogue";

/** The account that the engine plays when none is named. */
export const defaultAccount = "1000000000000001";

/** The Azure subscription that the engine plays when none is named. */
export const defaultSubscriptionId = "00000000-0000-0000-0000-000000000001";

/** The provider's configuration; every key may come as JSON text from stack configuration. */
export const providerConfig = z.strictObject({
  engineUrl: z
    .string()
    .min(1)
    .optional()
    .meta({
      description:
        "Where the engine keeps its state: a file path, sqlite://<path>, memory:, or " +
        "postgres://user:password@host:port/database?schema=name. Relative paths start at the Pulumi project. " +
        "Default: .cloudbackup/engine.db.",
      secret: true,
    }),
  account: z
    .string()
    .regex(/^\d{1,20}$/, "digits only")
    .default(defaultAccount)
    .meta({
      description: `Uid of the account; everything in the engine belongs to one. Default: ${defaultAccount}.`,
      replaceOnChanges: "what the engine holds belongs to one account",
    }),
  caller: z.string().min(1).optional().meta({
    description:
      "Who calls: a principal to whom vaults have assigned roles (Z-20). Default: the owner, who may do everything.",
  }),
  subscriptionId: z
    .guid()
    .default(defaultSubscriptionId)
    .meta({
      description: `The Azure subscription of vaults and virtual machines. Default: ${defaultSubscriptionId}.`,
      replaceOnChanges: "the subscription is a part of every ARM id",
    }),
  region: z
    .string()
    .refine((region) => findRegion(region, "2025-11") !== undefined, {
      message: `unknown region; use one of: ${regionIds.join(", ")}`,
      params: { rule: "A-63" },
    })
    .default("cn-hangzhou")
    .meta({ description: "Region of resources that name none. Default: cn-hangzhou." }),
  edition: z
    .enum(["2025-11", "2021"])
    .meta({
      typeName: "Edition",
      valueDescriptions: { "2025-11": "The current documents.", "2021": "The older Chinese document (seed 002)." },
    })
    .default("2025-11")
    .meta({ description: "Whose rules apply. Default: 2025-11." }),
  seed: z
    .int()
    .min(0)
    .default(0)
    .meta({ description: "Seed of a new engine; an existing one keeps its own. Default: 0." }),
  clock: z
    .enum(["manual", "wall"])
    .meta({
      typeName: "ClockMode",
      valueDescriptions: {
        manual: "Starts at 2026-01-01T00:00:00Z and moves only by `cloudbackup advance`.",
        wall: "Catches up with real time whenever the engine is opened.",
      },
    })
    .default("manual")
    .meta({ description: "Clock of a new engine; an existing one keeps its own. Default: manual." }),
  inventory: z
    .union([z.string().min(1), z.array(z.unknown()), z.record(z.string(), z.unknown())])
    .optional()
    .meta({
      description:
        "The machines: a path to a JSON file, or the JSON itself, in the shape of the ECS API's answers to " +
        "DescribeInstances and DescribeDisks (an array of both, or one object with Instances and Disks), with A-53's " +
        "extra keys, and of az vm list -d (in the same array, or as VirtualMachines); and the protection that is " +
        "there already: DescribePoliciesV2, DescribePolicyBindings, GetRole and so on, az backup vault, policy and " +
        "item list. " +
        "Default: no machines but those of ecs:Instance and compute:VirtualMachine.",
      document: true,
    }),
  requireConsistency: z
    .enum(["APPLICATION", "FILE_SYSTEM", "CRASH"])
    .meta({
      typeName: "RequiredConsistency",
      valueDescriptions: {
        APPLICATION: "Nothing below application consistency.",
        FILE_SYSTEM: "Nothing below file system consistency.",
        CRASH: "No gate.",
      },
    })
    .optional()
    .meta({
      description:
        "The merge gate of every protection that names none: preview and up fail below it. Default: no gate.",
    }),
  forecastDays: z.int().min(1).max(3650).default(30).meta({
    description: "How far the status of a protection looks ahead, days, 1 to 3650. Default: 30.",
    units: "days",
  }),
});

export type ProviderConfig = z.output<typeof providerConfig>;
