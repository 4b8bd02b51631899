/** How many simulations a second, on one core and on all? */

import { key, simulate } from "@likely/core";
import { tasks } from "@likely/simulators";
import { median, type Row } from "./_measure.ts";

/** The question of the table. */
export const question = "Simulations a second, each simulator, on the calling thread and on all cores";

const REPEATS = 5;

/** Rows a second; worker start-up is part of a run, as it is for users. */
export async function rows(): Promise<Row[]> {
  const out: Row[] = [];
  for (const name of Object.keys(tasks)) {
    const n = rowsFor(name);
    const cores = navigator.hardwareConcurrency;
    for (const workers of [0, cores]) {
      const where = workers === 0 ? "calling thread" : `${cores} workers, start-up included`;
      out.push({ what: `${name}, ${where}`, value: await rate(name, n, workers), unit: "rows/s" });
    }
  }
  return out;
}

// Some seconds of each.
function rowsFor(name: string): number {
  if (name === "hodgkin_huxley") return 500;
  return name.startsWith("influenza") ? 20_000 : 200_000;
}

async function rate(name: string, n: number, workers: number): Promise<number> {
  const source = {
    module: import.meta.resolve(`@likely/simulators/${MODULES[name]![0]}`),
    export: MODULES[name]![1]!,
  };
  const rates: number[] = [];
  for (let i = 0; i < REPEATS; i++) {
    const start = performance.now();
    await simulate(key(i), source, n, { workers, chunkRows: Math.min(1000, n / 20) });
    rates.push(n / ((performance.now() - start) / 1000));
  }
  return median(rates);
}

const MODULES: Readonly<Record<string, readonly [string, string]>> = {
  "gaussian_linear": ["gaussian-linear", "gaussianLinear"],
  "two_moons": ["two-moons", "twoMoons"],
  "slcp": ["slcp", "slcp"],
  "uniform_1d": ["uniform-1d", "uniform1d"],
  "linear_gaussian_shifted": ["linear-gaussian-shifted", "linearGaussianShifted"],
  "gaussian_mixture": ["gaussian-mixture", "gaussianMixture"],
  "hodgkin_huxley": ["hodgkin-huxley", "hodgkinHuxley"],
  "influenza": ["influenza", "influenza"],
  "influenza_stochastic": ["stochastic-influenza", "stochasticInfluenza"],
};
