import type { Command } from "commander";
import type { Operation } from "../../engine/core/operation";
import { callOperation, operations, requireOperation } from "../../engine/operations";
import type { GlobalOptions } from "../configuration";
import { CommandFailure } from "../failure";
import { type Io, printJson } from "../io";
import { withEngine } from "../with-engine";

interface CallOptions extends GlobalOptions {
  readonly list?: boolean;
  readonly json?: boolean;
}

const closing = `
Lists take JSON (--InstanceIds '["i-1","i-2"]'), one value, or --InstanceIds.1 i-1 --InstanceIds.2 i-2.
Nested values take JSON. Operations that begin with a small letter are the engine's own; so are such parameters of
Alibaba Cloud's operations, while Azure's all begin so. Examples:
  cloudbackup call RunCommand --InstanceId i-1 --CommandContent "chmod 755 /tmp/prescript.sh"
  cloudbackup call DetachInstanceRamRole --RamRoleName Backup --InstanceIds '["i-1"]'
  cloudbackup call DeleteSnapshot --SnapshotId s-1-0
  cloudbackup call CancelBackupJob --JobId job-1
  cloudbackup call VirtualMachines_PowerOff --resourceGroupName prod --vmName db
  cloudbackup call VirtualMachines_RunCommand --vmId /subscriptions/… --script "chmod 755 /opt/pre.sh"
  cloudbackup call setFault --kind METADATA_SYNC --regionId cn-beijing --seconds 86400`;

export function configureCall(command: Command, io: Io): void {
  command
    .usage("[options] <operation> [--Parameter value …]")
    .argument("[operation]", "name of the operation, as the API has it")
    .argument("[parameters...]", "its parameters by their real names")
    .option("--list", "list the operations with their parameters; with a name, only that one")
    .option("--json", "print JSON (a call's answer always is)")
    .allowUnknownOption()
    .addHelpText("after", closing)
    .action(async (name: string | undefined, words: string[], _options: unknown, called: Command) => {
      const options = called.optsWithGlobals<CallOptions>();
      if (options.list === true) return list(name, options.json === true, io);
      if (name === undefined) {
        const remedy = "list them: cloudbackup call --list";
        throw new CommandFailure("Command.MissingOperation", "call needs the name of an operation", remedy);
      }
      const operation = requireOperation(name);
      const parameters = parseParameters(words);
      printJson(io, await withEngine(options, io, (engine) => callOperation(engine, operation, parameters)));
    });
}

/** `--Name value` and `--Name=value`, each name once. */
function parseParameters(words: readonly string[]): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    const [, name, inline] = /^--([A-Za-z][\w.]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) {
      const remedy = 'write --Name value; put a value with spaces in quotes: --CommandContent "chmod 700 /tmp/a.sh"';
      throw new CommandFailure("Command.NoParameter", `"${word}" is no name of a parameter`, remedy);
    }
    const value = inline ?? words[++index];
    if (value === undefined) {
      throw new CommandFailure("Command.MissingValue", `--${name} has no value`, `write --${name} <value>`);
    }
    if (parameters.has(name)) {
      const remedy = `write a list as JSON, or as --${name}.1 and --${name}.2`;
      throw new CommandFailure("Command.GivenTwice", `--${name} is given twice`, remedy);
    }
    parameters.set(name, value);
  }
  return parameters;
}

function list(name: string | undefined, isJson: boolean, io: Io): void {
  const wanted = name === undefined ? operations : [requireOperation(name)];
  if (isJson) printJson(io, wanted.map(describe));
  else io.stdout(wanted.map(formatOperation).join("\n"));
}

function describe({ name, product, kind, description, parameters }: Operation) {
  const described = Object.entries(parameters).map(([parameter, { kind: type, required, description, values }]) => ({
    name: parameter,
    type,
    required,
    description,
    ...(values.length === 0 ? {} : { values }),
  }));
  return { name, product, isReadOnly: kind === "query", description, parameters: described };
}

function formatOperation({ name, product, description, parameters }: Operation): string {
  const width = Math.max(...Object.keys(parameters).map((parameter) => parameter.length));
  const lines = Object.entries(parameters).map(([parameter, { required, description }]) => {
    const mark = required ? "*" : " ";
    return `   ${mark} --${parameter.padEnd(width)}  ${description}\n`;
  });
  return `${name} (${product}): ${description}\n${lines.join("")}`;
}
