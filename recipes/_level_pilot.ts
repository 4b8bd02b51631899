// All levels on the same parameters and random numbers.

import { gatherRows, type Key, type Points, type SimulationSource, split } from "@likely/core";

/** What a pilot has simulated. */
export interface LevelPilot {
  /** `[n, d]`: rows that no level failed at. */
  readonly theta: Points;
  /** `[n, p]` of each level. */
  readonly x: readonly Points[];
  /** Cost of a run of each level alone: declared by all, or seconds on this thread. */
  readonly costs: readonly number[];
  /** Rows that a level failed at. */
  readonly failed: number;
}

/** Simulates n parameters at every level. */
export async function pilotLevels(
  key: Key,
  { prior, simulator }: SimulationSource,
  n: number,
): Promise<LevelPilot> {
  const { name, levels = [] } = simulator;
  if (levels.length < 2) {
    throw new TypeError(
      `Cannot pilot "${name}" by levels as it must have two at least: current number is ${levels.length}`,
    );
  }
  const [forTheta, forX] = split(key, 2);
  const theta = prior.sample(forTheta, n);
  const seconds: number[] = [];
  const x: Points[] = [];
  for (const level of levels) {
    const start = performance.now();
    x.push(
      "simulateAsync" in level ? (await level.simulateAsync(forX, theta)).x : level.simulate(forX, theta),
    );
    seconds.push((performance.now() - start) / 1000 / n);
  }
  const isSound = (i: number) =>
    x.every(({ data, dim }) => data.subarray(i * dim, (i + 1) * dim).every(Number.isFinite));
  const sound = Array.from({ length: n }, (_, i) => i).filter(isSound);
  if (sound.length < 2) {
    throw new RangeError(
      `Cannot pilot "${name}" as two rows must succeed at all levels: current number is ${sound.length}`,
    );
  }
  const declared = levels.map(({ cost }) => cost);
  return {
    theta: gatherRows(theta, sound),
    x: x.map((rows) => gatherRows(rows, sound)),
    costs: declared.every((cost) => cost !== undefined) ? declared : seconds,
    failed: n - sound.length,
  };
}
