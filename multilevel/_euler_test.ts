// A European call on a geometric Brownian motion by Euler steps, 2^l of them on level l: the textbook case.

import { drawNormal, foldIn, type Key, stream } from "@likely/core";
import type { LevelSampler } from "./level_samples.ts";

const [SPOT, STRIKE, RATE, SIGMA] = [100, 100, 0.05, 0.2];

/** Black and Scholes. */
export const CALL = 10.450583572185565;

/** What may go wrong with a coarse half. */
export interface Fault {
  /** Its noise is not that of the fine half. */
  readonly unmatched?: boolean;
  /** Its volatility, where that is another. */
  readonly sigma?: number;
}

/** Prices with 2^level steps, coarse halves with half as many on sums of the same noise. */
export function euler({ unmatched = false, sigma = SIGMA }: Fault = {}): LevelSampler {
  return {
    outputs: 1,
    costs: Array.from({ length: 12 }, (_, l) => l === 0 ? 1 : 1.5 * 2 ** l),
    sample: (key, level, n, first) => {
      const fine = new Float64Array(n);
      const coarse = new Float64Array(n);
      for (let i = 0; i < n; i++) {
        const noise = steps(foldIn(key, first + i), level);
        fine[i] = payoff(noise, SIGMA);
        if (level === 0) continue;
        const other = unmatched ? steps(foldIn(foldIn(key, first + i), 1), level) : noise;
        coarse[i] = payoff(
          Float64Array.from({ length: 2 ** (level - 1) }, (_, k) => other[2 * k]! + other[2 * k + 1]!),
          sigma,
        );
      }
      return level === 0 ? { fine } : { fine, coarse };
    },
  };
}

function steps(key: Key, level: number): Float64Array {
  const random = stream(key);
  const n = 2 ** level;
  return Float64Array.from({ length: n }, () => drawNormal(random, 0, Math.sqrt(1 / n)));
}

function payoff(noise: Float64Array, sigma: number): number {
  let price = SPOT;
  for (const step of noise) price += RATE * price / noise.length + sigma * price * step;
  return Math.exp(-RATE) * Math.max(0, price - STRIKE);
}
