/** How many coupled pairs a second does multilevel Monte Carlo take? */

import { key } from "@likely/core";
import { type LevelSampler, mlmc } from "@likely/multilevel";
import { clocked, median, type Row } from "./_measure.ts";

/** The question of the table. */
export const question =
  "Multilevel Monte Carlo with a sampler that costs nothing, two outputs: coupled pairs a second of CPU time";

const PAIRS = 4_000_000;

/** Noise made once and handed out in turn. */
const NOISE = Float64Array.from({ length: 1 << 16 }, (_, i) => Math.sin(i * i));

const SAMPLER: LevelSampler = {
  outputs: 2,
  levels: 2,
  costs: [1, 1],
  sample: (_key, level, n, first) => {
    const at = first % (NOISE.length - 2 * n);
    const fine = NOISE.subarray(at, at + 2 * n);
    // Level 0 is constant, and all the budget goes to pairs.
    if (level === 0) return { fine: new Float64Array(2 * n) };
    return { fine, coarse: NOISE.subarray(at + 1, at + 1 + 2 * n) };
  },
};

/** The median of seven runs after two that compile. */
export async function rows(): Promise<Row[]> {
  const rates: number[] = [];
  for (let run = 0; run < 9; run++) {
    const { value, seconds } = await clocked(() => mlmc(key(run), SAMPLER, { budget: PAIRS, exact: true }));
    rates.push(value.samples / seconds);
  }
  return [{ what: "mlmc, chunks of 1,024", value: median(rates.slice(2)), unit: "pairs/s" }];
}
