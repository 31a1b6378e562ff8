import { fork } from "node:child_process";
import { declare } from "../support/declare";
import { type TestStack, withStack } from "../support/pulumi";
import { schedule } from "./procedure";

/** How many machines a fleet has, each with a disk and a protection; beside them there is one policy. */
export const machines = 10;

type Command = "up" | "destroy";

export async function fleet(): Promise<void> {
  const policy = declare("hbr:Policy", "daily", { rules: [{ ruleType: "BACKUP", schedule, retention: 30 }] });
  for (let number = 1; number <= machines; number += 1) {
    const machine = declare("ecs:Instance", `machine-${number}`);
    const disk = declare("ecs:Disk", `disk-${number}`, { instanceId: machine.get("instanceId") });
    const inputs = { instanceId: disk.get("instanceId"), policyId: policy.get("policyId") };
    declare("hbr:InstanceProtection", `protection-${number}`, inputs);
  }
}

/**
 * Runs a command of a fleet's stack in a process of its own, as another team's pipeline does; returns what it changed.
 * Inline programs of one process share what the Pulumi SDK keeps in globals, so two at once prove nothing.
 */
export function runElsewhere(command: Command, project: string, { folder }: TestStack): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const execArgv = ["--require", "ts-node/register/transpile-only"];
    const child = fork(__filename, [command, project, folder], { execArgv });
    let changes: unknown;
    child.once("message", (message) => {
      changes = message;
    });
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve(changes) : reject(new Error(`${project}: ${command} failed`))));
  });
}

async function main([command, project, folder]: readonly string[]): Promise<void> {
  const { changes } = await withStack(project as string, fleet, (stack) => stack[command as Command](), { folder });
  process.send?.(changes);
  process.disconnect();
}

if (require.main === module) void main(process.argv.slice(2));
