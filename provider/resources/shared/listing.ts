import { z } from "zod";
import { findMachine } from "../../engine/alibaba/machine";
import { apiRefusal } from "../../engine/alibaba/rule";
import { documents } from "../../engine/core/document";
import * as core from "../../engine/core/reason";
import { isoTime } from "../../engine/core/time";
import type { QueryContext } from "../../engine/engine";

/** A moment that a program names. */
export const momentInput = z.iso.datetime({ error: "a time in UTC such as 2026-01-31T00:00:00Z" });

/** The time by which points are narrowed. */
export const createdShape = {
  createdAfter: momentInput
    .optional()
    .meta({ description: "Only points created after this time, ISO 8601 in UTC. Default: any." }),
  createdBefore: momentInput
    .optional()
    .meta({ description: "Only points created before this time, ISO 8601 in UTC. Default: any." }),
};

/** UNIX seconds of a moment that `momentInput` let through. */
export function secondsOf(moment: string): number {
  return Math.floor(new Date(moment).getTime() / 1000);
}

/** A moment of the engine, or nothing. */
export function momentOf<K extends string>(name: K, seconds: number | null | undefined): { [N in K]?: string } {
  return seconds === null || seconds === undefined ? {} : ({ [name]: isoTime(seconds) } as { [N in K]?: string });
}

/** How many of a list a program takes. */
export function limitInput(what: string) {
  return z
    .int()
    .min(1)
    .max(10_000)
    .default(100)
    .meta({ description: `The most ${what} that are given, 1 to 10000. Default: 100. Source: ENGINE.` });
}

/** The machine, the group and the protection by which lists are narrowed. */
export const sourceFilterShape = {
  instanceId: z.string().min(1).optional().meta({ description: "Only of this machine. Default: all machines." }),
  groupId: z
    .string()
    .regex(/^cg-/, "the id of a consistency group, cg-…")
    .optional()
    .meta({ description: "Only of this consistency group, cg-… (A-58). Default: all." }),
  protectionId: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "Only of this protection or backup plan, also when it is there no more. Default: all." }),
};

/** Refuses a machine that the account never had: a list that is empty by mistake would hide the mistake. */
export async function requireKnownMachine(context: QueryContext, instanceId: string | undefined): Promise<void> {
  if (instanceId === undefined || (await findMachine(context, instanceId)) !== undefined) return;
  const message = `there is no machine ${instanceId} in account ${context.settings.account}`;
  const remedy = "take the id from ecs:Instance or ecs:getInstances, or add the machine to the provider's inventory";
  throw apiRefusal("InvalidInstanceId.NotFound", "instanceId", message, remedy);
}

/** Refuses more than one of several inputs that exclude each other, or none where one is needed. */
export function requireOne(
  given: Readonly<Record<string, string | undefined>>,
  { isNeeded }: { readonly isNeeded: boolean },
): void {
  const names = Object.keys(given);
  const set = names.filter((name) => given[name] !== undefined);
  const all = `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
  if (set.length > 1) {
    const message = `${set.join(" and ")} exclude each other`;
    throw core.apiRefusal(documents.operation, "InvalidParameter", set[1] ?? "", message, `give one of ${all}`);
  }
  if (set.length === 0 && isNeeded) {
    throw core.apiRefusal(
      documents.operation,
      "MissingParameter",
      names[0] ?? "",
      `one of ${all} is needed`,
      "name what is meant",
    );
  }
}
