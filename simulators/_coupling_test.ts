// How closely levels are coupled, measured: what the tests of simulators with levels share.

import { assertEquals } from "@std/assert";
import { type Key, key, type Points, points, split, type Task } from "@likely/core";

/** Of one level above the first, over the prior: per number of x, as a share of its variance, averaged. */
export interface Coupling {
  /** Var(xˡ − xˡ⁻¹) / Var(xˡ) on the same random numbers. */
  readonly matched: number;
  /** The same with parameters alone in common. */
  readonly unmatched: number;
}

/** Measures every level above the first; rows that are not finite at either level are left out. */
export function couplings({ prior, simulator }: Task, n: number): Coupling[] {
  const [forTheta, forX, forOther] = split(key(11), 3);
  const theta = prior.sample(forTheta, n);
  const rows = simulator.levels!.map((level) => level.simulate(forX, theta));
  return simulator.levels!.slice(1).map((_, l) => ({
    matched: differenceShare(rows[l + 1]!, rows[l]!),
    unmatched: differenceShare(rows[l + 1]!, simulator.levels![l]!.simulate(forOther, theta)),
  }));
}

/** Pairs must be what both levels simulate by themselves, and the top level the simulator, bit for bit. */
export function assertPairs({ prior, simulator }: Task, n: number): void {
  const [forTheta, forX] = split(key(12), 2);
  const theta = prior.sample(forTheta, n);
  const rows = simulator.levels!.map((level) => level.simulate(forX, theta, 5).data);
  assertEquals(rows.at(-1), simulator.simulate(forX, theta, 5).data);
  simulator.levels!.forEach(({ simulatePair }, l) => {
    if (!simulatePair) return;
    const pair = simulatePair(forX, theta, 5);
    assertEquals([pair.fine.data, pair.coarse.data], [rows[l], rows[l - 1]]);
  });
}

/** Rows of each level that hold a number that is not finite, out of n over the prior. */
export function failures({ prior, simulator }: Task, n: number): number[] {
  const [forTheta, forX] = split(key(13), 2);
  const theta = prior.sample(forTheta, n);
  return simulator.levels!.map((level) => {
    const { data, dim } = level.simulate(forX, theta);
    let failed = 0;
    for (let i = 0; i < n; i++) {
      if (!data.subarray(i * dim, (i + 1) * dim).every(Number.isFinite)) failed++;
    }
    return failed;
  });
}

/** One parameter vector many times. */
export function repeated(theta: readonly number[], n: number): Points {
  return points(
    Float64Array.from({ length: n * theta.length }, (_, i) => theta[i % theta.length]!),
    theta.length,
  );
}

/** Column j of every level under one key. */
export function columns({ simulator }: Task, theta: Points, j: number, from: Key = key(14)): Float64Array[] {
  return simulator.levels!.map((level) => {
    const { data, dim } = level.simulate(from, theta);
    return Float64Array.from({ length: theta.n }, (_, i) => data[i * dim + j]!);
  });
}

/** Mean and variance, with the standard error of each. */
export function momentsOf(values: Float64Array) {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const central = (p: number) => values.reduce((a, b) => a + (b - mean) ** p, 0) / n;
  const variance = central(2);
  return {
    mean,
    variance,
    meanError: Math.sqrt(variance / n),
    varianceError: Math.sqrt((central(4) - variance ** 2) / n),
  };
}

function differenceShare(fine: Points, coarse: Points): number {
  let sum = 0;
  for (let j = 0; j < fine.dim; j++) {
    const [x, difference]: [number[], number[]] = [[], []];
    for (let i = j; i < fine.data.length; i += fine.dim) {
      const [a, b] = [fine.data[i]!, coarse.data[i]!];
      if (!Number.isFinite(a - b)) continue;
      x.push(a);
      difference.push(a - b);
    }
    sum += momentsOf(Float64Array.from(difference)).variance / momentsOf(Float64Array.from(x)).variance;
  }
  return sum / fine.dim;
}
