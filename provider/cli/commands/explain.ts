import type { Command } from "commander";
import { documents } from "../../engine/core/document";
import { apiRefusal } from "../../engine/core/reason";
import type { Query } from "../../engine/engine";
import { type AskedSettings, explainAlibaba } from "../alibaba-explain";
import { explainAzure } from "../azure-explain";
import type { GlobalOptions } from "../configuration";
import type { Explained } from "../explain-steps";
import { type Io, printJson } from "../io";
import { selectMachine } from "../select-machine";
import { withEngine } from "../with-engine";

interface ExplainOptions extends GlobalOptions, AskedSettings {
  readonly json?: boolean;
}

export function configureExplain(command: Command, io: Io): void {
  command
    .argument("<machine>", "id of the machine, or its name when only one has it")
    .option("--app-consistent", "ask for application consistency")
    .option("--no-app-consistent", "ask for nothing")
    .option("--ram-role-name <name>", "RAM role that takes the snapshots")
    .option("--script-deployment-id <id>", "script deployment that the backup rests on")
    .option("--enable-fs-freeze", "Linux: hold the file systems still around the snapshot")
    .option("--no-enable-fs-freeze", "Linux: without holding the file systems still")
    .option("--enable-writers", "Windows: include the VSS writers")
    .option("--no-enable-writers", "Windows: without the VSS writers")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nThe settings are those of the machine's protection; options replace them one by one. They are for Alibaba\n" +
        "Cloud: what an Azure VM is asked for follows from its policy and its script framework.",
    )
    .action(async (machine: string, _options: unknown, called: Command) => {
      const options = called.optsWithGlobals<ExplainOptions>();
      const asked = askedSettings(options);
      const explained = await withEngine(options, io, (engine) => engine.ask(explain, { machine, asked }));
      if (options.json === true) printJson(io, explained.json());
      else io.stdout(explained.text(io));
    });
}

const settingNames = [
  "appConsistent",
  "ramRoleName",
  "scriptDeploymentId",
  "enableFsFreeze",
  "enableWriters",
] as const satisfies readonly (keyof AskedSettings)[];

/** The settings that were given as options. */
function askedSettings(options: ExplainOptions): AskedSettings {
  const given = settingNames.filter((name) => options[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, options[name]]));
}

const explain: Query<{ machine: string; asked: AskedSettings }, Explained> = async (context, { machine, asked }) => {
  const meant = await selectMachine(context, machine);
  if (meant.cloud === "alibaba") return explainAlibaba(context, { id: meant.id, asked });
  const [foreign] = Object.keys(asked);
  if (foreign === undefined) return explainAzure(context, meant.machine);
  const message = `${meant.name} is an Azure VM: ${foreign} is a setting of Alibaba Cloud's protections`;
  const remedy = "leave the option out: an Azure VM is asked for what its policy and its script framework say (Z-34)";
  throw apiRefusal(documents.azureApi, "InvalidParameter", foreign, message, remedy);
};
