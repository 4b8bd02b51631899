/**
 * Whoever simulates rows of a run that somebody else keeps: on another machine, in other chunks.
 *
 * @module
 */

import { closing, mostWorkers, resolve, startRunners } from "./_simulate_run.ts";
import { requireInteger, requireKey } from "./check.ts";
import { cores } from "./cores.ts";
import type { Key } from "./key.ts";
import type { SimulationRunner } from "./simulation_runner.ts";
import type { SimulationSource } from "./simulation_source.ts";
import type { SimulatorModule } from "./simulator_module.ts";

/** Options of {@linkcode openRunners}. */
export interface RunnersOptions {
  /**
   * Workers for a simulator named by module, at most 64 or two for each core; 0 for the calling thread. A simulator whose rows are made
   * elsewhere has none: its `concurrency` says how many runners there are.
   *
   * @default {cores()}
   */
  readonly workers?: number;
  /**
   * Whether to give the exact score of each row.
   *
   * @default {false}
   */
  readonly score?: boolean;
}

/** Runners of one run; disposing of them stops workers and lets go of what was loaded. */
export interface Runners extends AsyncDisposable {
  /** At least one; each does one job at a time. */
  readonly all: readonly SimulationRunner[];
  /** What they run: a name. */
  readonly simulator: string;
  /** Numbers in a row of θ. */
  readonly thetaDim: number;
  /** Numbers in a row of x. */
  readonly xDim: number;
}

/**
 * Starts those who simulate rows of a run, as `simulate` does, for jobs that come from elsewhere.
 *
 * Row i depends on the key, its index and its θ alone, whoever runs it.
 *
 * @param key The key of the run's simulations, `SimulationRun.key`.
 * @param source A prior and a simulator; or the module and export of a task, for workers.
 * @param options How many, and whether with scores.
 * @returns The runners; dispose of them.
 * @throws {RangeError} If `workers` is no whole number ≥ 0.
 * @throws {TypeError} If the module does not lead to a task, prior and simulator do not fit, or there is no
 * score where it is asked for.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, independent, key, normal, openRunners, simulator } from "@likely/core";
 *
 * const prior = independent({ a: normal(0, 1) });
 * const echo = simulator({ name: "echo", thetaDim: 1, xDim: 1, simulate: (_, theta) => theta });
 * await using runners = await openRunners(key(0), { prior, simulator: echo });
 * const { x } = await runners.all[0]!.run({ theta: fromRows([[3], [4]]), first: 0 });
 * assertEquals([...x], [3, 4]);
 * ```
 */
export async function openRunners(
  key: Key,
  source: SimulationSource | SimulatorModule,
  options: RunnersOptions = {},
): Promise<Runners> {
  const { workers = cores(), score = false } = options;
  requireKey("open runners", key);
  requireInteger("open runners", "workers", workers, 0, mostWorkers());
  const run = { ...await resolve(source, score), key, score };
  const { name, thetaDim, xDim } = run.simulator;
  const started = startRunners(run, { workers, signal: undefined });
  return {
    all: started.get(Infinity),
    simulator: name,
    thetaDim,
    xDim,
    [Symbol.asyncDispose]: async () => {
      started[Symbol.dispose]();
      await closing("module" in source ? run.simulator : undefined)[Symbol.asyncDispose]();
    },
  };
}
