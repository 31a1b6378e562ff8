import type { Command } from "commander";
import { rehearseDestroy } from "../../session/rehearsal";
import type { StackResource } from "../../session/stack-state";
import type { GlobalOptions } from "../configuration";
import { exportState } from "../export-state";
import { CommandFailure } from "../failure";
import { type Io, printJson } from "../io";
import { describeRehearsal, rehearsalText, wouldFail } from "../rehearsal-report";
import { selectStack } from "../select-stack";
import { openStackEngines } from "../stack-engines";
import { Verdict } from "../verdict";

interface RehearseOptions extends GlobalOptions {
  readonly target?: readonly string[];
  readonly ignoreProtect?: boolean;
  readonly json?: boolean;
}

export function configureRehearseDestroy(command: Command, io: Io): void {
  command
    .option("--target <urn...>", "only these resources and what depends on them, as with --target-dependents")
    .option("--ignore-protect", "as if no resource were protected: what a destroy would do once that is taken off")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nDestroys the stack on private branches of its engines: neither its state nor an engine is changed. It\n" +
        "says what would fail, why and until when, what would be kept and what would be deleted. After a failure\n" +
        "it goes on, as pulumi destroy --continue-on-error does.\n" +
        "Exit codes: 0 everything would go, 2 something would stay, 1 refused, failed or wrongly used.",
    )
    .action(async (_options: unknown, called: Command) => {
      const options = called.optsWithGlobals<RehearseOptions>();
      const stack = await selectStack(options, io);
      const state = await exportState(stack);
      const resources = options.ignoreProtect === true ? state.map((each) => ({ ...each, protect: false })) : state;
      const targets = targetsAmong(resources, options.target);
      const { engines, close } = await openStackEngines(resources, { ...options, stack: stack.name }, io);
      try {
        const rehearsal = await rehearseDestroy({ resources, engines, targets });
        if (options.json === true) printJson(io, describeRehearsal(stack.name, rehearsal));
        else io.stdout(rehearsalText(stack.name, rehearsal, io));
        if (wouldFail(rehearsal)) throw new Verdict(2);
      } finally {
        await close();
      }
    });
}

function targetsAmong(
  resources: readonly StackResource[],
  named: readonly string[] | undefined,
): ReadonlySet<string> | undefined {
  if (named === undefined) return undefined;
  const known = new Set(resources.map(({ urn }) => urn));
  const missing = named.filter((urn) => !known.has(urn));
  if (missing.length === 0) return new Set(named);
  const message = `the stack has no resource ${missing.join(", ")}`;
  throw new CommandFailure("Command.NoSuchResource", message, "take the URN from: pulumi stack --show-urns");
}
