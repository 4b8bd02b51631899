/** How many simulations a second, on one core and on all? */

import { cores, key, simulate } from "@likely/core";
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
    const all = cores();
    for (const workers of [0, all]) {
      const where = workers === 0 ? "calling thread" : `${all} workers, start-up included`;
      out.push({ what: `${name}, ${where}`, value: await rate(name, n, workers), unit: "rows/s" });
    }
  }
  return out;
}

const SLOWER = ["sir", "lotka_volterra", "autoregressive", "slcp_distractors", "toggle_switch"];
const SLOWEST = [
  "hodgkin_huxley",
  "gaussian_field",
  "hodgkin_huxley_levels",
  "gaussian_field_levels",
  "sir_tau_leap",
];

// Some seconds of each.
function rowsFor(name: string): number {
  if (name === "brown_resnick") return 20;
  if (SLOWEST.includes(name)) return 500;
  return name.startsWith("influenza") || SLOWER.includes(name) ? 20_000 : 200_000;
}

async function rate(name: string, n: number, workers: number): Promise<number> {
  const source = {
    module: import.meta.resolve(`@likely/simulators/${moduleOf(name)}`),
    export: tasks[name]!.name,
  };
  const rates: number[] = [];
  for (let i = 0; i < REPEATS; i++) {
    const start = performance.now();
    await simulate(key(i), source, n, { workers, chunkRows: Math.min(1000, n / 20) });
    rates.push(n / ((performance.now() - start) / 1000));
  }
  return median(rates);
}

/** Tasks bear their module's name, but for one. */
function moduleOf(name: string): string {
  return name === "influenza_stochastic" ? "stochastic-influenza" : name.replaceAll("_", "-");
}
