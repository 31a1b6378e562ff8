import type { Io } from "../../provider/cli/io";
import { describeRehearsal, rehearsalText } from "../../provider/cli/rehearsal-report";
import { secondsPerDay } from "../../provider/engine/core/time";
import { type RehearsalRow, rehearsalRows } from "../session/rehearsal-rows";
import { emptyState, FakePulumi } from "../support/fake-pulumi";
import { asStack, rehearse } from "../support/rehearse";
import { TestEngine } from "../support/test-engine";
import { expectGolden } from "./golden";

describe("golden rehearsals", () => {
  for (const [name, row] of [
    ["rehearsal-soft-delete", rehearsalRows["the points of a vault that soft-deletes"]],
    ["rehearsal-immutable", rehearsalRows["immutable points while backups go on"]],
  ] as const) {
    it(name, async () => {
      const { program = [], days = 0 } = row ?? {};
      const engine = await TestEngine.inMemory();
      const { state } = await new FakePulumi(() => engine.open()).up(program, emptyState);
      await engine.advance(days * secondsPerDay);
      const json = describeRehearsal("prod", await rehearse(engine, asStack(state)));
      expectGolden(name, `${JSON.stringify(json, undefined, 2)}\n`);
    });
  }

  it("rehearsal-text", async () => {
    const { program, days = 0 } = rehearsalRows["immutable points while backups go on"] as RehearsalRow;
    const engine = await TestEngine.inMemory();
    const { state } = await new FakePulumi(() => engine.open()).up(program, emptyState);
    await engine.advance(days * secondsPerDay);
    const stack = asStack(state, { policy: { protect: true, dependencies: [] }, protection: { dependencies: [] } });
    const io = { hasColour: false } as Io;
    expectGolden("rehearsal-text", rehearsalText("prod", await rehearse(engine, stack), io));
  });
});
