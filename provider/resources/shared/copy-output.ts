import { z } from "zod";
import { copyFailureReason, copyStatusAt, type Replica } from "../../engine/alibaba/replication";
import { isoTime } from "../../engine/core/time";
import { reasonOutput, toReasonOutput } from "./consistency";
import { momentOf } from "./listing";

/** A point's copy in another region, as functions show it. */
export const copyOutput = z
  .object({
    recoveryPointId: z.string().meta({ description: "Id of the copy, with which it is restored in its region." }),
    regionId: z.string().meta({ description: "Where the copy is." }),
    status: z
      .enum(["CREATED", "RUNNING", "COMPLETE", "FAILED"])
      .meta({
        typeName: "CopyStatus",
        valueDescriptions: {
          CREATED: "It waits for the point's own job, or for the copy before it.",
          RUNNING: "It is on its way.",
          COMPLETE: "It can be restored (A-65).",
          FAILED: "There is no copy; the point itself stays usable (A-57).",
        },
      })
      .meta({ description: "What the copy is doing now." }),
    startTime: z.string().meta({ description: "When the copying starts, ISO 8601 in UTC." }),
    completeTime: z
      .string()
      .optional()
      .meta({ description: "When the copy was done, ISO 8601 in UTC; absent until then, and for a failed one." }),
    expireTime: z.string().optional().meta({ description: "When it expires, ISO 8601 in UTC; absent: never." }),
    lagInSeconds: z.int().optional().meta({
      description:
        "How far the copy lags behind its point, seconds: until it was done, or until now; absent for a failed one.",
      units: "seconds",
    }),
    kmsKeyId: z
      .string()
      .optional()
      .meta({ description: "The key that encrypts it; absent: it is not encrypted (A-44)." }),
    immutable: z.boolean().meta({ description: "Whether nobody can delete it before its expiry (A-43)." }),
    bytesTotal: z.number().meta({ description: "Its size, bytes.", units: "bytes" }),
    errorCode: z.string().optional().meta({ description: "Why it failed: the API's code, or the engine's own." }),
    reason: reasonOutput.optional().meta({ description: "Why it failed, with remedy and source (A-74, A-78)." }),
  })
  .meta({ typeName: "PointCopy", description: "A recovery point's copy in another region." });

export function toCopyOutput(replica: Replica, now: number): z.output<typeof copyOutput> {
  const status = copyStatusAt(replica, now);
  const failure = status === "FAILED" ? copyFailureReason(replica) : undefined;
  const end = status === "COMPLETE" ? replica.completeTime : now;
  return {
    recoveryPointId: replica.id,
    regionId: replica.regionId,
    status,
    startTime: isoTime(replica.startTime),
    ...(status === "COMPLETE" ? momentOf("completeTime", replica.completeTime) : {}),
    ...momentOf("expireTime", replica.expireTime),
    ...(status === "FAILED" ? {} : { lagInSeconds: Math.max(0, end - replica.createTime) }),
    ...(replica.kmsKeyId === null ? {} : { kmsKeyId: replica.kmsKeyId }),
    immutable: replica.immutable,
    bytesTotal: replica.bytesTotal,
    ...(failure === undefined ? {} : { errorCode: replica.errorCode ?? failure.rule }),
    ...(failure === undefined ? {} : { reason: toReasonOutput(failure) }),
  };
}
