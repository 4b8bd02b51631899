// Timing that a busy machine cannot fool too much: many short runs, the median of them.

import process from "node:process";

/** One line of a bench table. */
export interface Row {
  /** What was run. */
  readonly what: string;
  /** How much of it a second, or how long, in `unit`. */
  readonly value: number;
  /** The unit of `value`. */
  readonly unit: string;
}

/**
 * Median seconds of one call: warms up, then repeats for `seconds`, at least five times.
 */
export async function medianSeconds(call: () => unknown, seconds: number = 1): Promise<number> {
  await call();
  await call();
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (times.length < 5 || performance.now() < end) {
    const start = performance.now();
    await call();
    times.push((performance.now() - start) / 1000);
  }
  return median(times);
}

/** What a call gives, and the CPU time of this process in it. */
export async function clocked<T>(call: () => Promise<T>): Promise<{ value: T; seconds: number }> {
  const start = process.cpuUsage();
  const value = await call();
  const { user, system } = process.cpuUsage(start);
  return { value, seconds: (user + system) / 1e6 };
}

/** The median of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Three significant digits, no exponent. */
export function format(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}
