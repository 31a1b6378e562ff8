import { expect } from "chai";
import type { Reader, Store, Writer } from "../../provider/store/store";
import type { TableName } from "../../provider/store/tables";
import { emptyState, FakePulumi, type Run, type State } from "../support/fake-pulumi";
import type { Program } from "../support/program";
import { memoryStore, TestEngine } from "../support/test-engine";
import { declare, of } from "./life";

/** What a run asked its store. */
class Asked {
  questions = 0;
  readonly rows = new Map<TableName, number>();

  note<T>(table: TableName, answer: T): T {
    this.questions += 1;
    const rows = Array.isArray(answer) ? answer.length : answer instanceof Map ? answer.size : 1;
    this.rows.set(table, (this.rows.get(table) ?? 0) + rows);
    return answer;
  }

  rowsOf(table: TableName): number {
    return this.rows.get(table) ?? 0;
  }
}

/** A store that notes what it is asked. */
function noting(store: Store, asked: Asked): Store {
  const notingReader = (reader: Reader): Reader => ({
    get: async (table, id) => asked.note(table, await reader.get(table, id)),
    getMany: async (table, ids) => asked.note(table, await reader.getMany(table, ids)),
    find: async (table, filter, options) => asked.note(table, await reader.find(table, filter, options)),
    count: async (table, filter) => asked.note(table, await reader.count(table, filter)),
    countBy: async (table, column, filter) => asked.note(table, await reader.countBy(table, column, filter)),
  });
  const notingWriter = (writer: Writer): Writer => ({
    ...notingReader(writer),
    put: (table, rows) => writer.put(table, rows),
    remove: (table, ids) => writer.remove(table, ids),
    removeWhere: (table, filter) => writer.removeWhere(table, filter),
  });
  return {
    location: store.location,
    read: (work) => store.read((reader) => work(notingReader(reader))),
    write: (work) => store.write((writer) => work(notingWriter(writer))),
    close: () => store.close(),
  };
}

const rules = [{ schedule: "I|1767225600|P1D" }];
const shared: Program = [
  declare("policy", "hbr:Policy", { rules: [{ ...rules[0], ruleType: "BACKUP", retention: 30 }] }),
  declare("vault", "recoveryservices:Vault", { resourceGroupName: "backup", location: "westeurope" }),
  declare("azure-policy", "recoveryservices:ProtectionPolicy", {
    vaultId: of("vault", "vaultId"),
    policyType: "V2",
    schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:00"] },
    retentionPolicy: { dailySchedule: { retentionDuration: { count: 30 } } },
  }),
];

/** A machine with a disk under the shared policy, one under a plan of its own, and one of Azure. */
function machinesOf(number: number): Program {
  const machine = of(`machine${number}`, "id");
  return [
    declare(`machine${number}`, "ecs:Instance", { instanceName: `machine${number}` }),
    declare(`disk${number}`, "ecs:Disk", { instanceId: machine, category: "cloud_essd" }),
    declare(`protection${number}`, "hbr:InstanceProtection", { instanceId: machine, policyId: of("policy", "id") }),
    declare(`planned${number}`, "ecs:Instance", { instanceName: `planned${number}`, regionId: "me-central-1" }),
    declare(`plan${number}`, "hbr:BackupPlan", { instanceId: of(`planned${number}`, "id"), rules, retention: 30 }),
    declare(`vm${number}`, "compute:VirtualMachine", { resourceGroupName: "prod", location: "westeurope" }),
    declare(`item${number}`, "recoveryservices:ProtectedItem", {
      vaultId: of("vault", "vaultId"),
      sourceResourceId: of(`vm${number}`, "vmId"),
      policyId: of("azure-policy", "policyId"),
    }),
  ];
}

function programOf(size: number): Program {
  return [...shared, ...Array.from({ length: size }, (_, number) => machinesOf(number)).flat()];
}

/** What each run of a program of this size asks, by the run's name. */
async function runsOf(size: number): Promise<ReadonlyMap<string, Asked>> {
  const store = await memoryStore();
  const program = programOf(size);
  const asked = new Map<string, Asked>();
  const note = async (name: string, run: (pulumi: FakePulumi) => Promise<Run>): Promise<State> => {
    const noted = new Asked();
    const engine = new TestEngine(noting(store, noted));
    const { state, failure } = await run(new FakePulumi(() => engine.open()));
    expect(failure, JSON.stringify(failure?.failures)).to.equal(undefined);
    asked.set(name, noted);
    return state;
  };
  const state = await note("up", (pulumi) => pulumi.up(program, emptyState));
  await note("preview", (pulumi) => pulumi.preview(program, state));
  await note("refresh", (pulumi) => pulumi.refresh(state));
  await note("destroy", (pulumi) => pulumi.destroy(state));
  return asked;
}

describe("what a run asks its store", () => {
  const sizes = [2, 4, 6] as const;
  const runs: ReadonlyMap<string, Asked>[] = [];

  before(async () => {
    for (const size of sizes) runs.push(await runsOf(size));
  });

  /** So many questions for a further set of machines, seven resources; fewer are welcome here. */
  const questions = { up: 193, preview: 89, refresh: 37, destroy: 40 };
  for (const [name, atMost] of Object.entries(questions)) {
    it(`is as much for each further machine, however many there are: ${name}`, () => {
      const [few, more, most] = runs.map((asked) => asked.get(name)) as [Asked, Asked, Asked];
      const tables = [...most.rows.keys()].sort();
      const between = (above: Asked, below: Asked) =>
        Object.fromEntries(tables.map((table) => [table, above.rowsOf(table) - below.rowsOf(table)]));
      expect(between(most, more), "rows").to.deep.equal(between(more, few));
      const further = most.questions - more.questions;
      expect(further, "questions").to.equal(more.questions - few.questions);
      expect(further / (sizes[2] - sizes[1]), "questions").to.be.at.most(atMost);
    });
  }
});
