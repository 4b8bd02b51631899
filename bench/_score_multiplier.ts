// How many plain simulations a scored one is worth: protocol and bootstrap.

import { type Key, stream } from "@likely/core";
import { median } from "./_measure.ts";

/** An error by number of simulations: one number for each key. */
export type Curve = ReadonlyMap<number, readonly number[]>;

/** How many times the simulations plain training needs to be as good. */
export interface Multiplier {
  readonly value: number;
  /** ">" where plain training was never as good, "<" where it always was better: a bound. */
  readonly bound?: ">" | "<";
  /** 90 % interval over keys; absent with fewer than three. */
  readonly interval?: readonly [number, number];
}

const RESAMPLES = 1000;

/**
 * Finds the multiplier at `n`: the plain curve, made monotone, linear in log error and log n, is
 * read backwards at the other's error. Medians over keys; keys are resampled for the interval.
 */
export function multiplier(key: Key, plain: Curve, other: Curve, n: number): Multiplier {
  const found = worth(plain, median(other.get(n)!), n);
  const keys = Math.min(...[...plain.values(), other.get(n)!].map(({ length }) => length));
  if (keys < 3) return found;
  const random = stream(key);
  const resampled = (values: readonly number[]) =>
    median(values.map(() => values[Math.floor(random.uniform() * values.length)]!));
  const values = Array.from({ length: RESAMPLES }, () => {
    const curve = new Map([...plain].map(([size, errors]) => [size, [resampled(errors)]]));
    return worth(curve, resampled(other.get(n)!), n).value;
  }).sort((a, b) => a - b);
  return { ...found, interval: [values[0.05 * RESAMPLES]!, values[0.95 * RESAMPLES - 1]!] };
}

function worth(plain: Curve, error: number, n: number): Omit<Multiplier, "interval"> {
  const sizes = [...plain.keys()].sort((a, b) => a - b);
  const heights = falling(sizes.map((size) => Math.log(median(plain.get(size)!))));
  const level = Math.log(error);
  if (level < heights.at(-1)!) return { value: sizes.at(-1)! / n, bound: ">" };
  // The first size that is as good; among equals the smallest, which favours the plain curve.
  const k = heights.findIndex((height) => height <= level);
  if (k === 0) return { value: sizes[0]! / n, ...(level > heights[0]! && { bound: "<" }) };
  const [from, to] = [heights[k - 1]!, heights[k]!];
  const share = (from - level) / (from - to);
  const log = Math.log(sizes[k - 1]!) * (1 - share) + Math.log(sizes[k]!) * share;
  return { value: Math.exp(log) / n };
}

/** The nearest falling sequence: neighbours that rise are pooled. */
export function falling(values: readonly number[]): number[] {
  const pools: { sum: number; count: number }[] = [];
  for (const value of values) {
    pools.push({ sum: value, count: 1 });
    while (pools.length > 1) {
      const [before, last] = pools.slice(-2) as [typeof pools[0], typeof pools[0]];
      if (before.sum / before.count >= last.sum / last.count) break;
      pools.splice(-2, 2, { sum: before.sum + last.sum, count: before.count + last.count });
    }
  }
  return pools.flatMap(({ sum, count }) => Array<number>(count).fill(sum / count));
}
