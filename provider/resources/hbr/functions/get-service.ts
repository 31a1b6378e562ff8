import { z } from "zod";
import { defineFunction } from "../../../definition/resource";
import { longestRetentionDays } from "../../../engine/alibaba/point-life";
import { jobHistoryDays } from "../../../engine/alibaba/protection-run";
import { findRole } from "../../../engine/alibaba/ram";
import { serviceRoleName, serviceState, snapshotServiceTime } from "../../../engine/alibaba/service";
import { snapshotsPerDisk } from "../../../engine/alibaba/snapshot-quota";
import { readClockMode } from "../../../engine/core/clock";
import { isoTime } from "../../../engine/core/time";

const inputs = z.strictObject({});

const serviceLinkedRole = z
  .object({
    roleName: z.string().meta({ description: "Its name." }),
    exists: z.boolean().meta({ description: "Whether the first plan or binding made it already." }),
    arn: z.string().optional().meta({ description: "Its name in RAM; absent while it isn't there." }),
  })
  .meta({ typeName: "ServiceLinkedRole", description: "The role that Cloud Backup makes for itself (A-32)." });

const clock = z
  .object({
    mode: z.string().meta({ description: "manual or wall: how the clock moves." }),
    now: z.string().meta({ description: "Where it stands, ISO 8601 in UTC." }),
  })
  .meta({ typeName: "EngineClock", description: "The engine's clock." });

const quotas = z
  .object({
    snapshotsPerDisk: z.int().meta({ description: "Manual snapshots that a disk can have (A-55)." }),
    longestExtensionInDays: z
      .int()
      .meta({ description: "The longest retention that a point can be extended to, days (A-38).", units: "days" }),
    jobHistoryInDays: z
      .int()
      .meta({ description: "How long scheduled jobs are remembered, days (ENGINE).", units: "days" }),
  })
  .meta({ typeName: "ServiceQuotas", description: "Limits of the service." });

const outputs = z.object({
  account: z.string().meta({ description: "Uid of the account." }),
  regionId: z.string().meta({ description: "Region of resources that name none." }),
  edition: z.string().meta({ description: "Whose rules apply, 2025-11 or 2021." }),
  activated: z
    .boolean()
    .meta({ description: "Whether Cloud Backup is activated, which is free; nothing can be protected before (A-32)." }),
  serviceLinkedRole: serviceLinkedRole.meta({ description: "The role that Cloud Backup makes for itself (A-32)." }),
  snapshotServiceSince: z
    .string()
    .optional()
    .meta({
      description:
        "When the first backup opened the snapshot service, from when on snapshots are billed, ISO 8601 in UTC; " +
        "absent: not yet (A-32).",
    }),
  clock: clock.meta({ description: "The engine's clock." }),
  quotas: quotas.meta({ description: "Limits of the service." }),
});

export const getServiceFunction = defineFunction({
  token: "cloudbackup:hbr:getService",
  source: "seed 001, usage notes; ENGINE",
  description:
    "Tells how the account stands with Cloud Backup: activation, service-linked role, billing, clock, quotas.",
  inputs,
  outputs,
  call: async (context) => {
    const state = await serviceState(context, undefined);
    const role = await findRole(context, serviceRoleName);
    const since = snapshotServiceTime(state);
    const { account, region, edition } = context.settings;
    return {
      account,
      regionId: region,
      edition,
      activated: state.isActivated,
      serviceLinkedRole: {
        roleName: serviceRoleName,
        exists: role !== undefined,
        ...(role === undefined ? {} : { arn: role.arn }),
      },
      ...(since === undefined ? {} : { snapshotServiceSince: since }),
      clock: { mode: await readClockMode(context, undefined), now: isoTime(context.now) },
      quotas: { snapshotsPerDisk, longestExtensionInDays: longestRetentionDays, jobHistoryInDays: jobHistoryDays },
    };
  },
});
