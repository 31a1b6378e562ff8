export type Unit = "ms" | "MiB" | "rows/s" | "times";

/** One thing that is measured beside others; each measurement yields one value per quantity. */
export interface Contender {
  readonly name: string;
  readonly measure: () => Promise<Readonly<Record<string, number>>>;
}

/** What must hold: of the median itself, or of its relation to the baseline. */
export interface Target {
  readonly of: "median" | "ratio";
  readonly maximum: number;
}

export interface Result {
  readonly group: string;
  readonly quantity: string;
  readonly contender: string;
  readonly unit: Unit;
  readonly samples: readonly number[];
  /** The contender that this one is compared with, with its samples of the same runs. */
  readonly baseline?: { readonly contender: string; readonly samples: readonly number[] };
  readonly target?: Target;
}

export interface Summary {
  readonly minimum: number;
  readonly median: number;
  readonly maximum: number;
  /** Median of the ratios of each run to the baseline's run beside it: what slows both down cancels out. */
  readonly ratio?: number;
  readonly met?: boolean;
}

/** The middle value, or the mean of the two in the middle. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  if (low === undefined || high === undefined) throw new Error("no samples, no median");
  return (low + high) / 2;
}

export function summarise({ samples, baseline, target }: Result): Summary {
  const median = medianOf(samples);
  const ratio =
    baseline === undefined
      ? undefined
      : medianOf(samples.map((sample, index) => sample / (baseline.samples[index] ?? Number.NaN)));
  const judged = target?.of === "ratio" ? ratio : median;
  return {
    minimum: Math.min(...samples),
    median,
    maximum: Math.max(...samples),
    ...(ratio === undefined ? {} : { ratio }),
    ...(target === undefined || judged === undefined ? {} : { met: judged <= target.maximum }),
  };
}

/** Samples by contender and quantity. */
export type Samples = ReadonlyMap<string, Readonly<Record<string, readonly number[]>>>;

/**
 * Measures the contenders in turn (A B C A B C …), so that whatever else the machine does hits all of them alike. A
 * warm-up round fills the caches and does not count.
 */
export async function measureInTurn(
  contenders: readonly Contender[],
  runs: number,
  options: { readonly warmUp: boolean },
): Promise<Samples> {
  const samples = new Map<string, Record<string, number[]>>();
  for (let run = options.warmUp ? -1 : 0; run < runs; run++) {
    for (const { name, measure } of contenders) {
      const values = await measure();
      if (run < 0) continue;
      const own = samples.get(name) ?? {};
      samples.set(name, own);
      for (const [quantity, value] of Object.entries(values)) {
        own[quantity] = [...(own[quantity] ?? []), value];
      }
    }
  }
  return samples;
}

/** The samples of one contender and quantity, which must have been measured. */
export function samplesOf(samples: Samples, contender: string, quantity: string): readonly number[] {
  const found = samples.get(contender)?.[quantity];
  if (found === undefined) throw new Error(`${quantity} of ${contender} was not measured`);
  return found;
}
