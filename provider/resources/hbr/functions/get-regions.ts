import { z } from "zod";
import { defineFunction } from "../../../definition/resource";
import { findRegion, policyCenterIn, regionIds } from "../../../engine/alibaba/catalogue";
import { defaultPolicyOf } from "../../../engine/alibaba/default-policy";
import { regionSources } from "../../../engine/alibaba/region-source";
import { refusal } from "../../../engine/alibaba/rule";
import { nearest } from "../../../engine/core/nearest";
import type { QueryContext } from "../../../engine/engine";

const inputs = z.strictObject({
  regionId: z.string().min(1).optional().meta({ description: "Only this region. Default: all that there are." }),
});

const sources = z
  .object({
    instanceBackup: z.string().meta({ description: "Who says whether machines can be backed up there." }),
    appConsistent: z.string().meta({ description: "Who says whether that can be application-consistent." }),
    policyCenter: z.string().meta({ description: "Who says whether it has the Policy Center." }),
    groupDiskLimit: z.string().meta({ description: "Who says how many disks a group holds." }),
  })
  .meta({ typeName: "RegionSources", description: "The document behind each mark of a region; ENGINE: none speaks." });

const region = z
  .object({
    regionId: z.string().meta({ description: "Id of the region." }),
    localName: z.string().meta({ description: "Its name for people." }),
    instanceBackup: z.boolean().meta({ description: "Whether machines can be backed up there." }),
    appConsistent: z.boolean().meta({ description: "Whether that can be application-consistent (A-01, A-60)." }),
    policyCenter: z
      .boolean()
      .meta({ description: "Whether machines are bound to policies there; otherwise use hbr:BackupPlan (A-31)." }),
    defaultPolicyId: z
      .string()
      .optional()
      .meta({ description: "The built-in policy there, po-…; absent without a Policy Center (A-67)." }),
    groupDiskLimit: z.int().meta({ description: "Disks in one snapshot-consistent group (A-20)." }),
    sources: sources.meta({ description: "The document behind each mark." }),
  })
  .meta({ typeName: "Region", description: "What a region offers to ECS instance backup (A-63)." });

const outputs = z.object({ regions: z.array(region).meta({ description: "The regions, in the catalogue's order." }) });

async function describe(context: QueryContext, regionId: string): Promise<z.output<typeof region>> {
  const { edition } = context.settings;
  const found = findRegion(regionId, edition);
  if (found === undefined) {
    const meant = nearest(regionId, regionIds);
    const remedy = meant === undefined ? `use one of: ${regionIds.join(", ")}` : `did you mean ${meant}?`;
    throw refusal("A-63", "InvalidRegionId.NotFound", "regionId", `there is no region ${regionId}`, remedy);
  }
  const { source: _source, ...marks } = found;
  const builtIn = await defaultPolicyOf(context, regionId);
  return {
    ...marks,
    policyCenter: await policyCenterIn(context, regionId),
    ...(builtIn === undefined ? {} : { defaultPolicyId: builtIn.id }),
    sources: { ...regionSources(found, edition) },
  };
}

export const getRegionsFunction = defineFunction({
  token: "cloudbackup:hbr:getRegions",
  source: "HBR DescribeRegions; ENGINE",
  description: "The catalogue of regions: what each offers to ECS instance backup, and which document says so (A-63).",
  inputs,
  outputs,
  call: async (context, { regionId }) => {
    const regions: z.output<typeof region>[] = [];
    for (const id of regionId === undefined ? regionIds : [regionId]) regions.push(await describe(context, id));
    return { regions };
  },
});
