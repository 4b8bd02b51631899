// Chunks of a run, and how they are shared out.

import { type Points, points } from "./points.ts";
import type { SimulationRunner } from "./simulation_runner.ts";

/** Consecutive rows of a run. */
export interface Chunk {
  /** Its place among the chunks. */
  readonly index: number;
  /** Its first row. */
  readonly first: number;
  /** How many rows. */
  readonly rows: number;
}

const MOST_ROWS = 1000;
const SECONDS = 1;
/** A try of this length can be measured. */
const MEASURABLE = 0.02;
/** A call of one row that takes so long is not repeated with more to learn what a row costs. */
const LONG = 30;
/** What a call costs whatever its size may be this part of it. */
const OVERHEAD = 0.2;

/** The chunks of `n` rows. */
export function chunksOf(n: number, chunkRows: number): Chunk[] {
  return Array.from({ length: Math.ceil(n / chunkRows) }, (_, index) => {
    const first = index * chunkRows;
    return { index, first, rows: Math.min(chunkRows, n - first) };
  });
}

/** Views the rows of a chunk. */
export function rowsOf(theta: Points, { first, rows }: Chunk): Points {
  return points(theta.data.subarray(first * theta.dim, (first + rows) * theta.dim), theta.dim);
}

/**
 * Finds how many rows take about a second, at most 1,000, by trying: 1, 2, 4, … rows until a try takes long
 * enough to be measured, and then several times as many for as long as most of the time is the call's and not
 * the rows': a simulator that starts a program a call is handed enough rows to make that pay.
 */
export async function measureChunkRows(runner: SimulationRunner, theta: Points): Promise<number> {
  const jobOf = (rows: number) => ({ theta: rowsOf(theta, { index: 0, first: 0, rows }), first: 0 });
  const most = Math.min(MOST_ROWS, theta.n);
  const seconds = async (rows: number) => {
    const start = performance.now();
    await runner.run(jobOf(rows));
    return (performance.now() - start) / 1000;
  };
  // A worker's first row waits for its imports, and is not what rows cost.
  await runner.run(jobOf(1));
  let rows = 1;
  let took = await seconds(rows);
  while (took < MEASURABLE && rows < most) {
    rows = Math.min(2 * rows, most);
    took = await seconds(rows);
  }
  let [perCall, perRow] = [0, took / rows];
  while (took < LONG && rows < most) {
    const more = Math.min((took > SECONDS ? 2 : 4) * rows, most);
    const longer = await seconds(more);
    perRow = Math.max(0, longer - took) / (more - rows);
    perCall = Math.max(0, longer - more * perRow);
    [rows, took] = [more, longer];
    if (more * perRow > longer / 2) break;
  }
  const wanted = Math.max(SECONDS - perCall, perCall * (1 / OVERHEAD - 1));
  return Math.max(1, Math.floor(Math.min(most, wanted / perRow)));
}

/**
 * Hands chunks to runners, each taking the next one when it is free. The first error stops all.
 *
 * @param done Awaited after each chunk, before its runner takes another.
 */
export async function shareOut(
  runners: readonly SimulationRunner[],
  chunks: readonly Chunk[],
  done: (runner: SimulationRunner, chunk: Chunk) => Promise<void>,
): Promise<void> {
  let next = 0;
  const loops = runners.map(async (runner) => {
    for (let chunk = chunks[next++]; chunk !== undefined; chunk = chunks[next++]) await done(runner, chunk);
  });
  try {
    await Promise.all(loops);
  } catch (error) {
    for (const runner of runners) runner.stop(error);
    // A chunk that is being written is written to its end.
    await Promise.allSettled(loops);
    throw error;
  }
}
