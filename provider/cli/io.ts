/** All that a command sees of the world outside the engine. */
export interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Whether somebody watches stderr: progress is for them. */
  readonly isWatched: boolean;
  readonly hasColour: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly currentDirectory: string;
  /** UNIX seconds. */
  readonly wallTime: () => number;
  /** Milliseconds since some moment, for telling how long something took. */
  readonly stopwatch: () => number;
}

const colours = { green: "\u001b[32m", red: "\u001b[31m", bold: "\u001b[1m", dim: "\u001b[2m" } as const;

/** A text in a colour, where colours are shown. */
export function paint(io: Io, colour: keyof typeof colours, text: string): string {
  return io.hasColour ? `${colours[colour]}${text}\u001b[0m` : text;
}

export function printJson(io: Io, value: unknown): void {
  io.stdout(`${JSON.stringify(value, undefined, 2)}\n`);
}
