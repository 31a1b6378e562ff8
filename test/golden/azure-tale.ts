import { tierWordAt } from "../../provider/engine/azure/point-tier";
import type { Row } from "../../provider/store/tables";
import { emptyState, FakePulumi } from "../support/fake-pulumi";
import { type Program, Reference } from "../support/program";
import { TestEngine } from "../support/test-engine";
import { type Told, tellTime } from "./telling";

const vaultId = new Reference("vault", "vaultId");

/** A vault, a machine with one disk, and the policy that protects it. */
function programWith(policy: Program[number]["inputs"]): Program {
  const declare = (name: string, type: string, inputs: Program[number]["inputs"]) => ({
    name,
    type: `cloudbackup:${type}`,
    inputs,
  });
  const place = { resourceGroupName: "backup", location: "westeurope" };
  return [
    declare("vault", "recoveryservices:Vault", place),
    declare("vm", "compute:VirtualMachine", { ...place, osDisk: { sizeGiB: 64 } }),
    declare("policy", "recoveryservices:ProtectionPolicy", { ...policy, vaultId }),
    declare("item", "recoveryservices:ProtectedItem", {
      vaultId,
      sourceResourceId: new Reference("vm", "vmId"),
      policyId: new Reference("policy", "policyId"),
    }),
  ];
}

type Point = Row<"vaultPoint">;

/** Something that became of a recovery point. */
export interface PointTold extends Told {
  readonly verb: "backup" | "moved" | "expired";
  readonly ruleName: string;
}

function tellEnd(time: number | null): string {
  return time === null ? "never expires" : `expires ${tellTime(time)}`;
}

/** A machine's recovery points on their way through the tiers, told line by line. */
export class AzureTale {
  readonly #lines: string[] = [];
  readonly #names = new Map<string, string>();
  #points: readonly (Point & { readonly tier: string })[] = [];

  private constructor(private readonly engine: TestEngine) {}

  static async begin(title: string, policy: Program[number]["inputs"]): Promise<AzureTale> {
    const tale = new AzureTale(await TestEngine.inMemory());
    const { failure } = await new FakePulumi(() => tale.engine.open()).up(programWith(policy), emptyState);
    if (failure !== undefined) throw new Error(JSON.stringify(failure));
    tale.#lines.push(title, "");
    return tale;
  }

  get points(): readonly (Point & { readonly tier: string })[] {
    return this.#points;
  }

  /** A remark, set apart: a rule with its source, or what to look at. */
  note(text: string): void {
    this.#lines.push(`${" ".repeat(18)}# ${text}`);
  }

  /** Something to see that did not happen now. */
  show(text: string): void {
    this.#lines.push(`${" ".repeat(18)}${text}`);
  }

  /** Moves the clock to a moment, step by step, and tells all that happens on the way. */
  async until(moment: string, step: number, summary?: (told: readonly PointTold[]) => readonly Told[]): Promise<void> {
    const end = Date.parse(moment) / 1000;
    const told: PointTold[] = [];
    for (let now = await this.#now(); now < end; now = await this.#now()) {
      await this.engine.advance(Math.min(step, end - now));
      told.push(...(await this.#changes()));
    }
    for (const { time, verb, text } of summary === undefined ? told : summary(told)) {
      this.#lines.push(`${tellTime(time)}  ${verb.padEnd(8)}  ${text}`);
    }
  }

  nameOf(id: string): string {
    return this.#names.get(id) ?? id;
  }

  text(): string {
    return `${this.#lines.join("\n")}\n`;
  }

  #now(): Promise<number> {
    return this.engine.ask(async ({ now }) => now, undefined);
  }

  async #changes(): Promise<PointTold[]> {
    const order = { order: { column: "createTime", direction: "ascending" } } as const;
    const now = await this.#now();
    const rows = await this.engine.ask(({ store }) => store.find("vaultPoint", {}, order), undefined);
    const before = new Map(this.#points.map((point) => [point.id, point]));
    this.#points = rows.map((point) => ({ ...point, tier: tierWordAt(point, now) }));
    const after = new Set(this.#points.map(({ id }) => id));
    const gone = [...before.values()].filter(({ id }) => !after.has(id));
    return [
      ...gone.map(({ id, expireTime, ruleName }) => this.#tell(expireTime ?? now, "expired", id, ruleName, "")),
      ...this.#points.flatMap((point) => this.#change(point, before.get(point.id), now)),
    ];
  }

  #change(point: Point & { readonly tier: string }, old: { readonly tier: string } | undefined, now: number) {
    const { id, ruleName, createTime, expireTime, tier } = point;
    if (old === undefined) {
      this.#names.set(id, `p${this.#names.size + 1}`);
      return [this.#tell(createTime, "backup", id, ruleName, `${ruleName}, ${tier}, ${tellEnd(expireTime)}`)];
    }
    return old.tier === tier ? [] : [this.#tell(now, "moved", id, ruleName, `${old.tier} → ${tier}`)];
  }

  #tell(time: number, verb: PointTold["verb"], id: string, ruleName: string, text: string): PointTold {
    return { time, verb, ruleName, text: `${this.nameOf(id).padEnd(5)} ${text}`.trimEnd() };
  }
}
