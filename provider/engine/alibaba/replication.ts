import type { Row } from "../../store/tables";
import { secondsPerDay } from "../core/time";
import { isImmutable, type RecoveryPoint } from "./backup";
import type { Disk } from "./fact";
import { type Fault, isFaulty } from "./fault";
import { type KeyProblem, type KmsKey, keyProblem } from "./kms-key";
import { type Reason, reason } from "./rule";

export type Replica = Row<"replica">;

/** ENGINE: how fast a copy goes to another region. */
const bytesPerSecond = 50 * 1024 ** 2;
/** ENGINE: no copy is done sooner. */
const shortestCopySeconds = 60;
/** What encrypts the copy of an encrypted disk when no key is named. */
export const defaultServiceKey = "Default Service CMK";

/** How copies are encrypted. */
export interface ReplicationEncryption {
  readonly mode: "AUTO" | "KMS";
  readonly kmsKeyId: string | null;
}

/** What copies have in common. */
export interface CopyTerms {
  readonly regionId: string;
  /** Days from the point's creation; null: as long as the point. */
  readonly retentionDays: number | null;
  /** UNIX seconds; takes the place of days where months and years count. */
  readonly expireTime?: number | null;
  readonly encryption: ReplicationEncryption;
  readonly keys: ReadonlyMap<string, KmsKey>;
  readonly faults: readonly Fault[];
}

/** What is to be copied, and from when on it can be. */
interface CopiedPoint {
  readonly point: Pick<RecoveryPoint, "createTime" | "expireTime" | "bytesTotal">;
  /** When the point's own job is done. */
  readonly completeTime: number;
  /** When the machine's previous copy is done: copies go one after another. */
  readonly previousCopyTime: number | null;
}

export interface CopyRequest extends CopyTerms, CopiedPoint {
  readonly point: RecoveryPoint;
  readonly disks: readonly Disk[];
}

/** What becomes of a copy. */
export type CopyOutcome = Pick<
  Replica,
  "regionId" | "status" | "startTime" | "completeTime" | "expireTime" | "createTime" | "errorCode" | "errorMessage"
>;

/** A copy's end, decided at its start. */
export function timeCopy(terms: CopyTerms, copied: CopiedPoint): CopyOutcome {
  const { regionId } = terms;
  const { point, completeTime, previousCopyTime } = copied;
  const startTime = Math.max(completeTime, previousCopyTime ?? completeTime);
  const failure = copyFailure(terms, startTime);
  const seconds = Math.max(shortestCopySeconds, Math.ceil(point.bytesTotal / bytesPerSecond));
  return {
    regionId,
    status: failure === undefined ? "COMPLETE" : "FAILED",
    startTime,
    completeTime: failure === undefined ? startTime + seconds : startTime,
    expireTime: failure === undefined ? expireTimeOf(terms, copied) : point.expireTime,
    createTime: point.createTime,
    errorCode: failure?.code ?? null,
    errorMessage: failure?.why.message ?? null,
  };
}

/** The row of a point's copy. */
export function decideCopy(request: CopyRequest): Replica {
  const { point } = request;
  return {
    id: replicaIdOf(point.id),
    account: point.account,
    recoveryPointId: point.id,
    instanceId: point.instanceId,
    protectionId: point.protectionId,
    jobId: point.jobId,
    ...timeCopy(request, request),
    kmsKeyId: keyOf(request),
    level: point.level,
    groupKind: point.groupKind,
    diskIds: point.diskIds,
    bytesTotal: point.bytesTotal,
    immutable: isImmutable(point),
  };
}

/** The id of a point's copy. */
export function replicaIdOf(pointId: string): string {
  return `${pointId}r`;
}

function expireTimeOf({ retentionDays, expireTime }: CopyTerms, { point }: CopiedPoint): number | null {
  if (expireTime !== undefined) return expireTime;
  return retentionDays === null ? point.expireTime : point.createTime + retentionDays * secondsPerDay;
}

function keyOf({ encryption, disks }: CopyRequest): string | null {
  if (encryption.mode === "KMS") return encryption.kmsKeyId;
  return disks.some((disk) => disk.encrypted) ? defaultServiceKey : null;
}

function copyFailure({ regionId, encryption, keys, faults }: CopyTerms, startTime: number): KeyProblem | undefined {
  if (isFaulty(faults, "METADATA_SYNC", startTime, regionId)) {
    return { code: "Engine.MetadataSyncFailed", why: metadataReason(regionId) };
  }
  if (encryption.mode !== "KMS" || encryption.kmsKeyId === null) return undefined;
  return keyProblem(encryption.kmsKeyId, keys.get(encryption.kmsKeyId), regionId);
}

function metadataReason(regionId: string): Reason {
  return reason(
    "A-74",
    `the metadata of the destination region ${regionId} couldn't be synchronised (network jitter); there is no copy`,
    "the point itself stays usable (A-57): retry, or change the destination region, and run the plan again",
  );
}

/** Why a copy failed, with remedy and source. */
export function copyFailureReason(
  replica: Pick<Replica, "status" | "regionId" | "errorCode" | "errorMessage">,
): Reason | undefined {
  if (replica.status !== "FAILED") return undefined;
  if (replica.errorCode === "Engine.MetadataSyncFailed") return metadataReason(replica.regionId);
  const remedy = "make the key usable in the destination region; the next run copies anew";
  return reason("A-78", replica.errorMessage ?? "", remedy, replica.errorCode);
}

/** What a copy is doing at a moment; the words are the API's. */
export function copyStatusAt(replica: Replica, now: number): "CREATED" | "RUNNING" | "COMPLETE" | "FAILED" {
  if (now < replica.startTime) return "CREATED";
  if (now < replica.completeTime) return "RUNNING";
  return replica.status === "FAILED" ? "FAILED" : "COMPLETE";
}
