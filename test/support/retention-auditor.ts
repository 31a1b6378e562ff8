import { expiryAfter, periodOf } from "./retention-calendar";
import { type End, endOf, isSooner, type Life, type PointLife, RetentionLedger, type Rows } from "./retention-ledger";
import {
  acceptedAt,
  type BackupSettings,
  coveredDisks,
  daysAt,
  isAlive,
  isKeyUsable,
  isMetadataLost,
  isOtherLife,
  membersOf,
  type Protection,
  type Rules,
  rulesOf,
  slotsOf,
} from "./retention-rules";

const day = 86_400;
/** */
const snapshotsPerDisk = 256;
/** How fast copies go, and how long the shortest takes. */
const copy = { bytesPerSecond: 50 * 1024 ** 2, shortestSeconds: 60 };

type Job = Rows["job"][number];

/** What a backup by hand was asked for. */
export interface ManualWish {
  readonly value: number;
  readonly unit: string;
  readonly copy: { readonly regionId: string; readonly months: number | null } | null;
}

/** What the auditor remembers of a protection between two looks. */
interface Watched {
  since: number;
  /** When its newest point was made, its newest job ends and its newest copy is done. */
  pointTime: number | undefined;
  jobEnd: number | undefined;
  copyEnd: number | undefined;
}

/** When a copy of so many bytes is done; one that fails, of none, ends as it begins. */
function copyDone(start: number, bytes: number | undefined): number {
  if (bytes === undefined) return start;
  return start + Math.max(copy.shortestSeconds, Math.ceil(bytes / copy.bytesPerSecond));
}

function copyOutcome(hasFailed: boolean, done: number): string {
  return `${hasFailed ? "FAILED" : "COMPLETE"} at ${done}`;
}

/** One run of a protection. */
interface Run {
  readonly protection: Protection;
  readonly rules: Rules;
  readonly watched: Watched;
  /** The slot, and how long its point lives by the rules for every point. */
  readonly time: number;
  readonly days: number;
  readonly before: Rows;
  readonly after: Rows;
}

/** Who is meant by an override. */
export interface Meant {
  readonly dimension: "GROUP" | "INSTANCE" | "DISK";
  readonly ids: readonly string[];
}

/**
 * Keeps its own book of every point, copy and snapshot, by the seeds and the table of rules alone, and says where the
 * engine's rows differ from it. Of the engine it reads rows: policies, protections, machines, and how long jobs took.
 */
export class RetentionAuditor {
  readonly ledger = new RetentionLedger();
  readonly problems: string[] = [];
  readonly #watched = new Map<string, Watched>();
  readonly #jobs = new Set<string>();

  /** Looks at what is there after something happened, and at what is not. */
  look(rows: Rows): void {
    this.ledger.expire(rows.now);
    for (const job of rows.job) {
      if (!this.#jobs.has(job.id)) this.problems.push(`job ${job.id} of ${job.startTime}: nobody asked for it`);
      this.#jobs.add(job.id);
    }
    for (const { id } of rows.protection) this.#watch(id, rows.now);
    this.problems.push(...this.ledger.differences(rows), ...this.ledger.breaches());
  }

  #watch(id: string, now: number): Watched {
    const known = this.#watched.get(id);
    if (known !== undefined) return known;
    const made = { since: now, pointTime: undefined, jobEnd: undefined, copyEnd: undefined };
    this.#watched.set(id, made);
    return made;
  }

  /** The clock has moved: every slot on the way has a job, or a reason for none. */
  advance(before: Rows, after: Rows): void {
    for (const protection of before.protection) {
      const watched = this.#watch(protection.id, before.now);
      const rules = rulesOf(before, protection);
      for (const [time, days] of rules === undefined ? [] : slotsOf(rules, watched.since, after.now)) {
        if (protection.disabled || !isAlive(before, protection)) continue;
        if (watched.jobEnd !== undefined && time < watched.jobEnd) continue;
        this.#run({ protection, rules: rules as Rules, watched, time, days, before, after });
      }
      watched.since = after.now;
    }
  }

  /** Points that are there live by the rules that now hold for their protection, longer and shorter alike. */
  follow(before: Rows, after: Rows): void {
    for (const protection of after.protection) {
      const earlier = before.protection.find(({ id }) => id === protection.id);
      const old = earlier && rulesOf(before, earlier);
      const next = rulesOf(after, protection);
      if (old === undefined || next === undefined || !isOtherLife(old, next)) continue;
      this.ledger.liveBy(protection.id, {
        daysAt: (moment) => daysAt(next, moment),
        longer: next.longer,
      });
    }
  }

  /** Whether a run beside the schedule is accepted. */
  mayRunNow(rows: Rows, protection: Protection): boolean {
    const { jobEnd } = this.#watch(protection.id, rows.now);
    return !protection.disabled && isAlive(rows, protection) && (jobEnd === undefined || jobEnd <= rows.now);
  }

  runNow(before: Rows, after: Rows, protection: Protection, ruleIndex: number): void {
    const rules = rulesOf(before, protection);
    const rule = rules?.schedules[ruleIndex] ?? rules?.schedules[0];
    if (rules === undefined || rule === undefined) throw new Error("a protection has a policy");
    const watched = this.#watch(protection.id, before.now);
    this.#run({ protection, rules, watched, time: before.now, days: rule.days, before, after });
  }

  #run(run: Run): void {
    const { protection, watched, time, before, after } = run;
    const start = acceptedAt(before, time);
    const members = membersOf(before, protection.instanceId);
    const jobs: Job[] = [];
    let made: PointLife[] = [];
    for (const instanceId of members) {
      const job = this.#takeJob(after, { protectionId: protection.id, instanceId, startTime: start ?? time });
      if (job === undefined) continue;
      jobs.push(job);
      const disks = coveredDisks(before, protection.settings as unknown as BackupSettings, instanceId);
      const failure = start === undefined ? "A-80" : this.#failure(before, instanceId, disks, start);
      const told = job.status === "FAILED" ? (job.reasons[0] as { rule: string } | undefined)?.rule : undefined;
      if (failure !== told) this.problems.push(`job ${job.id}: ${told ?? "no failure"}, expected ${failure}`);
      if (failure !== undefined) continue;
      made = [...made, this.#point(run, job, start as number, disks)];
    }
    this.#copy(run, made, jobs);
    if (protection.instanceId.startsWith("cg-")) this.#group(run, made, jobs, start ?? time);
    if (made.length > 0) watched.pointTime = start;
    watched.jobEnd = Math.max(...jobs.map(({ completeTime }) => completeTime));
  }

  #takeJob(after: Rows, wanted: Pick<Job, "protectionId" | "instanceId" | "startTime">): Job | undefined {
    const job = after.job.find(
      (each) =>
        !this.#jobs.has(each.id) &&
        each.protectionId === wanted.protectionId &&
        each.instanceId === wanted.instanceId &&
        each.startTime === wanted.startTime,
    );
    if (job === undefined) this.problems.push(`no job of ${wanted.instanceId} at ${wanted.startTime}`);
    else this.#jobs.add(job.id);
    return job;
  }

  #failure(rows: Rows, instanceId: string, disks: readonly string[], time: number): string | undefined {
    if (rows.machine.find(({ id }) => id === instanceId)?.released !== false) return "A-72";
    if (disks.length === 0) return "A-21";
    return disks.some((diskId) => this.ledger.countOf(diskId, time) >= snapshotsPerDisk) ? "A-76" : undefined;
  }

  #point({ rules, watched, days, protection }: Run, job: Job, start: number, disks: readonly string[]): PointLife {
    // The first point of a day, week, month or year is kept as long as its rule says, if that is longer.
    const isFirst = (period: string) =>
      watched.pointTime === undefined || periodOf(watched.pointTime, period) !== periodOf(start, period);
    const kept = rules.longer.filter(({ period }) => isFirst(period)).map((rule) => rule.days);
    const point: PointLife = {
      id: job.recoveryPointId ?? "",
      protectionId: protection.id,
      createTime: start,
      end: start + Math.max(days, ...kept) * day,
      immutable: rules.immutable,
      extended: false,
      damaged: false,
    };
    this.ledger.addPoint(point, disks);
    return point;
  }

  #group({ after, protection, rules }: Run, made: readonly PointLife[], jobs: readonly Job[], startTime: number): void {
    const job = this.#takeJob(after, { protectionId: protection.id, instanceId: protection.instanceId, startTime });
    const status = made.length === jobs.length ? "COMPLETE" : made.length === 0 ? "FAILED" : "PARTIAL_COMPLETE";
    if (job?.status !== status) this.problems.push(`group job ${job?.id} is ${job?.status}, expected ${status}`);
    if (made.length === 0) return;
    this.#addGroup(job?.recoveryPointId ?? "", protection.instanceId, made, rules.immutable);
  }

  #addGroup(id: string, groupId: string, made: readonly PointLife[], immutable: boolean): void {
    const [first] = made;
    if (first === undefined) return;
    const { createTime, end } = first;
    const members = made.map((point) => point.id);
    this.ledger.groups.set(id, { id, groupId, createTime, end, immutable, extended: false, members });
  }

  /** a copy that fails leaves its point alone; one that is made lives as long as its rule says. */
  #copy({ rules, watched, protection, before }: Run, made: readonly PointLife[], jobs: readonly Job[]): void {
    if (rules.copy === undefined) return;
    const { regionId, days } = rules.copy;
    const encryption = (protection.settings as unknown as BackupSettings).replicationEncryption;
    for (const point of made) {
      const job = jobs.find(({ recoveryPointId }) => recoveryPointId === point.id);
      const start = Math.max(job?.completeTime ?? 0, watched.copyEnd ?? 0);
      const hasFailed = isMetadataLost(before, regionId, start) || !isKeyUsable(before, encryption, regionId);
      const done = copyDone(start, hasFailed ? undefined : (job?.bytesTotal ?? 0));
      watched.copyEnd = done;
      const end = hasFailed || days === undefined ? point.end : point.createTime + days * day;
      const id = `${point.id}r`;
      this.ledger.copies.set(id, { ...point, id, end, outcome: copyOutcome(hasFailed, done) });
    }
  }

  /** A backup by hand was accepted: its points and copies live by the calendar. */
  manual(before: Rows, after: Rows, wish: ManualWish): void {
    const { now } = before;
    const jobs = after.job.filter(({ id, kind }) => kind === "MANUAL" && !this.#jobs.has(id));
    const made: PointLife[] = [];
    const common = { createTime: now, immutable: false, extended: false };
    for (const job of jobs.filter(({ instanceId }) => !instanceId.startsWith("cg-"))) {
      const end = expiryAfter(now, wish.value, wish.unit);
      const id = job.recoveryPointId ?? "";
      made.push({ ...common, id, protectionId: null, damaged: false, end });
      const settings = { diskIdList: [], excludeDiskIdList: [], replicationEncryption: null };
      this.ledger.addPoint(made.at(-1) as PointLife, coveredDisks(before, settings, job.instanceId));
      if (wish.copy === null) continue;
      const isLost = isMetadataLost(before, wish.copy.regionId, job.completeTime);
      const copyEnd = isLost || wish.copy.months === null ? end : expiryAfter(now, wish.copy.months, "MONTH");
      const outcome = copyOutcome(isLost, copyDone(job.completeTime, isLost ? undefined : job.bytesTotal));
      this.ledger.copies.set(`${id}r`, { ...common, id: `${id}r`, end: copyEnd, outcome });
    }
    const whole = jobs.find(({ instanceId }) => instanceId.startsWith("cg-"));
    if (whole !== undefined) this.#addGroup(whole.recoveryPointId ?? "", whole.instanceId, made, false);
    for (const job of jobs) this.#jobs.add(job.id);
  }

  /** whether an extension to an end is accepted; it is when nobody would live shorter. */
  mayExtend({ dimension, ids }: Meant, endFor: (createTime: number) => End): boolean {
    if (dimension === "DISK") return this.#disksOf(ids).every((each) => !isSooner(endFor(each.created), each.end));
    const lives = dimension === "GROUP" ? this.ledger.groups : this.ledger.points;
    return ids.every((id) => {
      const life = lives.get(id);
      return life !== undefined && !isSooner(endFor(life.createTime), life.end);
    });
  }

  extend({ dimension, ids }: Meant, endFor: (createTime: number) => End): void {
    if (dimension === "DISK") {
      for (const { snapshot, created } of this.#disksOf(ids)) {
        snapshot.own = endFor(created);
        snapshot.extended = true;
      }
      return;
    }
    for (const id of ids) {
      const group = this.ledger.groups.get(id);
      if (dimension === "GROUP" && group !== undefined) {
        const end = endFor(group.createTime);
        Object.assign(group, { end, extended: true });
        for (const member of this.#living(group.members)) {
          if (!isSooner(end, member.end)) this.ledger.extendPoint(member, end);
        }
      }
      const point = dimension === "INSTANCE" ? this.ledger.points.get(id) : undefined;
      if (point !== undefined) this.ledger.extendPoint(point, endFor(point.createTime));
    }
  }

  #living(ids: readonly string[]): PointLife[] {
    return ids.flatMap((id) => this.ledger.points.get(id) ?? []).filter(({ gone }) => gone === undefined);
  }

  #disksOf(ids: readonly string[]) {
    return ids
      .flatMap((id) => this.ledger.snapshots.get(id) ?? [])
      .map((snapshot) => ({ snapshot, created: snapshot.point?.createTime ?? 0, end: endOf(snapshot) }));
  }

  /** A-42, A-43, A-56: whether points may be deleted, a group's with its machines', or a copy. */
  mayDelete(ids: readonly string[], isRequest: boolean): boolean {
    const lives = ids.flatMap((id): Life[] => {
      const copyOrPoint = this.ledger.copies.get(id) ?? this.ledger.points.get(id);
      return copyOrPoint === undefined ? this.#living(this.ledger.groups.get(id)?.members ?? []) : [copyOrPoint];
    });
    return lives.every((life) => !this.ledger.isHeld(life, isRequest));
  }

  delete(ids: readonly string[], now: number, isRequest: boolean): void {
    for (const id of ids) {
      const other = this.ledger.copies.get(id) ?? this.ledger.groups.get(id);
      if (other !== undefined) other.gone = { at: now, why: "deleted" };
      for (const point of this.#living([id, ...(this.ledger.groups.get(id)?.members ?? [])])) {
        this.ledger.deletePoint(point, now, isRequest);
      }
    }
  }

  /** DeleteSnapshot through ECS: refused while its point or its disk is held, or, without force, once it was used. */
  mayDeleteSnapshot(id: string, force: boolean): boolean {
    const snapshot = this.ledger.snapshots.get(id);
    if (snapshot === undefined || snapshot.gone !== undefined) return false;
    const { point, used, extended } = snapshot;
    const isHeld = point !== undefined && point.gone === undefined && (point.immutable || point.extended);
    return !isHeld && (used ? force : !extended);
  }

  /** The point of such a snapshot is of no more use. */
  deleteSnapshot(id: string, now: number): void {
    const snapshot = this.ledger.snapshots.get(id);
    if (snapshot === undefined) return;
    snapshot.gone = { at: now, why: "deleted through ECS" };
    if (snapshot.point !== undefined) snapshot.point.damaged = true;
  }

  useSnapshot(id: string): void {
    const snapshot = this.ledger.snapshots.get(id);
    if (snapshot !== undefined) snapshot.used = true;
  }

  /** A clone's snapshots live one day. */
  clone(before: Rows, after: Rows): void {
    for (const { id, diskId } of after.snapshot) {
      if (this.ledger.snapshots.has(id)) continue;
      const own = before.now + day;
      this.ledger.addSnapshot({ id, diskId, point: undefined, own, extended: false, used: false });
    }
  }
}
