export const secondsPerDay = 86_400;

/** Where a new engine's manual clock stands: 2026-01-01T00:00:00Z. */
export const manualClockStart = 1_767_225_600;

/** `2026-01-01T00:00:00Z`, as ECS and RAM print times. */
export function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

/** `2026-01-01 00:00 UTC`, for people. */
export function readableTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** `2026-01-01`, for people. */
export function readableDate(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}
