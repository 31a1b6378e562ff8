import { z } from "zod";
import { defineFunction } from "../../../definition/resource";
import { storageStatistics } from "../../../engine/alibaba/storage-statistics";
import { isoTime } from "../../../engine/core/time";
import { requireKnownMachine } from "../../shared/listing";

const inputs = z.strictObject({
  instanceId: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "Only this machine. Default: all machines that have points." }),
});

const points = z.int().meta({ description: "Recovery points that are counted." });
const bytesTotal = z.number().meta({
  description: "Size of the whole snapshot chains: the oldest point's blocks, and what changed since.",
  units: "bytes",
});

const chain = z
  .object({ instanceId: z.string().meta({ description: "The machine." }), points, bytesTotal })
  .meta({ typeName: "SnapshotChain", description: "The snapshot chains of one machine." });

const outputs = z.object({
  asOf: z.string().meta({
    description:
      "The moment that the figures are of, ISO 8601 in UTC: at most 24 hours ago (A-46). What was made since isn't " +
      "counted; what is gone since isn't any more.",
  }),
  machines: z.array(chain).meta({ description: "The machines that have points, in the order of their ids." }),
  points,
  bytesTotal,
});

export const getStorageStatisticsFunction = defineFunction({
  token: "cloudbackup:hbr:getStorageStatistics",
  source: "seed 001, total size of ECS snapshots",
  description:
    "Tells how much the snapshot chains of machines hold, counted once a day (seed 001, total size of ECS snapshots).",
  inputs,
  outputs,
  call: async (context, { instanceId }) => {
    await requireKnownMachine(context, instanceId);
    const { asOf, chains } = await storageStatistics(context, { instanceId: instanceId ?? null });
    return {
      asOf: isoTime(asOf),
      machines: chains.map((each) => ({ instanceId: each.instanceId, points: each.points, bytesTotal: each.bytes })),
      points: chains.reduce((sum, each) => sum + each.points, 0),
      bytesTotal: chains.reduce((sum, each) => sum + each.bytes, 0),
    };
  },
});
