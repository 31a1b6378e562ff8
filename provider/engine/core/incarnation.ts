import type { Row } from "../../store/tables";
import type { Command, Query } from "../engine";
import { invariant } from "../error";
import { hashOf } from "./identifier";

/** One life of a Pulumi resource in the engine. */
export type Incarnation = Row<"incarnation">;

/** The newest life of a URN, dead or alive. */
export const latestIncarnation: Query<string, Incarnation | undefined> = async ({ store, settings }, urn) => {
  const lives = await store.find("incarnation", { account: settings.account, urn });
  return lives.reduce<Incarnation | undefined>(
    (latest, life) => (latest === undefined || life.generation > latest.generation ? life : latest),
    undefined,
  );
};

/** Every life, dead or alive, that had this id: an id that never lived here is not "gone" but unknown. */
export const incarnationsOf: Query<{ resourceType: string; resourceId: string }, Incarnation[]> = async (
  { store, settings },
  { resourceType, resourceId },
) =>
  (await store.find("incarnation", { account: settings.account, resourceId })).filter(
    (life) => life.resourceType === resourceType,
  );

/** Whether the program that made something has made another one in its place: what is left of it is on its way out. */
export const isReplaced: Query<{ resourceType: string; resourceId: string }, boolean> = async (context, resource) => {
  for (const { urn, live } of await incarnationsOf(context, resource)) {
    const latest = live && urn !== "" ? await latestIncarnation(context, urn) : undefined;
    if (latest !== undefined && latest.resourceId !== resource.resourceId) return true;
  }
  return false;
};

/** The hash that a resource's id is made of: known in a preview, new in every life. */
export function incarnationHash(account: string, urn: string, generation: number): string {
  return hashOf(account, urn, generation);
}

export interface Birth {
  readonly urn: string;
  readonly generation: number;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly identity: string;
}

/** Writes down that a life has begun. */
export const recordBirth: Command<Birth, void> = async ({ store, settings }, birth) => {
  invariant(birth.generation >= 1, "generations count from 1");
  await store.put("incarnation", [
    {
      ...birth,
      id: hashOf("incarnation", settings.account, birth.urn, birth.generation),
      account: settings.account,
      live: true,
    },
  ]);
};

/**
 * Writes down that the life with this id has ended. What no program made gets a dead life too: a stack that takes it
 * for its own (an import, another machine's state) must learn that it is gone and not merely unknown.
 */
export const recordDeath: Command<{ resourceType: string; resourceId: string }, void> = async (context, ended) => {
  const lives = await incarnationsOf(context, ended);
  const { account } = context.settings;
  const unborn: Incarnation = {
    ...ended,
    id: hashOf("incarnation", account, ended.resourceType, ended.resourceId),
    account,
    urn: "",
    generation: 0,
    identity: "",
    live: false,
  };
  const dead = lives.filter((life) => life.live).map((life) => ({ ...life, live: false }));
  await context.store.put("incarnation", lives.length === 0 ? [unborn] : dead);
};
