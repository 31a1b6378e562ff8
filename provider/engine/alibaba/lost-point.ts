import type { Query } from "../engine";

/**
 * The points that somebody took from a protection before their time: damaged through ECS, or deleted through
 * Cloud Backup. Each is named until it would have expired anyway.
 */
export const lostPoints: Query<string, readonly string[]> = async ({ store, now }, protectionId) => {
  const damaged = await store.find("recoveryPoint", { protectionId, damaged: true });
  const deleted = await store.find("deletedPoint", { protectionId });
  const missed = deleted.filter(({ expireTime }) => expireTime === null || expireTime > now);
  return [...damaged, ...missed].map(({ id }) => id);
};
