import { type Command, InvalidArgumentError } from "commander";
import { documents } from "../../engine/core/document";
import { apiRefusal } from "../../engine/core/reason";
import type { Query } from "../../engine/engine";
import { requireConfig } from "../../session/open-engine";
import { type GlobalOptions, readConfiguration } from "../configuration";
import { type ForecastOfOne, listForecasts } from "../forecast-list";
import { formatForecast, formatForecasts } from "../forecast-view";
import { type Io, printJson } from "../io";
import { selectMachine } from "../select-machine";
import { withEngine } from "../with-engine";

interface ForecastOptions extends GlobalOptions {
  readonly days?: number;
  readonly json?: boolean;
}

export function configureForecast(command: Command, io: Io): void {
  command
    .argument("[machine]", "id of the machine, or its name when only one has it (default: all that are protected)")
    .option("--days <number>", "how far to look, 1 to 3650 (default: forecastDays of the configuration, 30)", parseDays)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nThe numbers are those that the engine's clock then yields, as long as nothing is changed. Nothing is written.",
    )
    .action(async (machine: string | undefined, _options: unknown, called: Command) => {
      const options = called.optsWithGlobals<ForecastOptions>();
      const days = options.days ?? requireConfig(readConfiguration(options, io).args).forecastDays;
      const all = await withEngine(options, io, (engine) => engine.ask(findForecasts, { machine, days }));
      if (options.json === true) printJson(io, all);
      else if (machine === undefined) io.stdout(formatForecasts(all, days));
      else io.stdout(all.map((one) => formatForecast(one, io)).join("\n"));
    });
}

function parseDays(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text) && Number(text) <= 3650) return Number(text);
  throw new InvalidArgumentError("must be a whole number from 1 to 3650.");
}

const findForecasts: Query<{ machine: string | undefined; days: number }, readonly ForecastOfOne[]> = async (
  context,
  { machine: name, days },
) => {
  if (name === undefined) return listForecasts(context, { machine: undefined, days });
  const machine = await selectMachine(context, name);
  const all = await listForecasts(context, { machine, days });
  if (all.length > 0) return all;
  const remedy = "protect it: hbr:InstanceProtection, hbr:BackupPlan or recoveryservices:ProtectedItem";
  throw apiRefusal(documents.engine, "Engine.NotProtected", "machine", `nothing protects ${machine.name}`, remedy);
};
