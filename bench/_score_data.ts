// The simulations of a cell of the score bench, and what they cost.

import {
  type Dataset,
  foldIn,
  type Key,
  openSimulations,
  type Points,
  points,
  simulate,
  type SimulateOptions,
} from "@likely/core";
import { clocked } from "./_measure.ts";
import type { ScoreCase } from "./_score_cases.ts";

/** What is simulated. */
export interface ScoreDataOptions {
  readonly n: number;
  /** Whether the exact score comes with every row. */
  readonly score: boolean;
  /** Where costly rows are kept, one folder for all n of a key. */
  readonly path: string;
}

/** Rows of the prior, and the CPU seconds that they took. */
export interface ScoreData {
  readonly dataset: Dataset;
  readonly seconds: number;
}

// Rows that tell what one costs, where the others come from disk.
const TIMED = 200;

/** Simulates; costly rows are found on disk, or put there, and their cost is that of a few. */
export async function scoreData(
  key: Key,
  { task, isCostly }: ScoreCase,
  { n, score, path }: ScoreDataOptions,
): Promise<ScoreData> {
  const rows = (key: Key, n: number, options: SimulateOptions = {}) =>
    simulate(key, task, n, { score, ...options });
  if (!isCostly) {
    const { value: dataset, seconds } = await clocked(() => rows(key, n));
    return { dataset, seconds };
  }
  const found = await stored(path);
  const dataset = found && found.theta.n >= n ? found : await rows(key, n, { path });
  await rows(foldIn(key, 1), TIMED); // compiles
  const { seconds } = await clocked(() => rows(foldIn(key, 2), TIMED));
  return { dataset: firstRows(dataset, n), seconds: seconds * n / TIMED };
}

/** All of a finished run, if there is one. */
async function stored(path: string): Promise<Dataset | undefined> {
  try {
    await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const { dataset, missing } = await openSimulations(path);
  return missing === 0 ? dataset : undefined;
}

function firstRows({ theta, x, score, failed }: Dataset, n: number): Dataset {
  if (failed > 0) {
    throw new Error(`Cannot take ${n} rows as none may have failed: current value is ${failed}`);
  }
  const first = ({ data, dim }: Points) => points(data.subarray(0, n * dim), dim);
  return { theta: first(theta), x: first(x), ...(score && { score: first(score) }), failed };
}
