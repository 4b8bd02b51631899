// Wall and processor seconds of one call: on a busy machine the two tell different things.

import process from "node:process";

/** Seconds of a call. */
export interface Clocked {
  /** By the clock on the wall. */
  readonly wall: number;
  /** Of processors, workers' included. */
  readonly cpu: number;
}

/** What a call gives, and how long it took. */
export async function clocked<T>(call: () => Promise<T>): Promise<Clocked & { value: T }> {
  const start = performance.now();
  const before = process.cpuUsage();
  const value = await call();
  const { user, system } = process.cpuUsage(before);
  return { value, wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 };
}
