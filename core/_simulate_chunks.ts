// Chunks of a run, and how they are shared out.

import { type Points, points } from "./points.ts";
import type { Shard } from "./shard.ts";
import type { SimulationRunner } from "./simulation_runner.ts";

/** Consecutive rows of a run. */
export interface Chunk {
  /** Its place among the chunks. */
  readonly index: number;
  /** Its first row. */
  readonly first: number;
  /** How many rows. */
  readonly rows: number;
  /** Where its first row is among those at hand: the run's, or a shard's. */
  readonly at: number;
}

const MOST_ROWS = 1000;
const FEWEST_CHUNKS = 100;
const FEWEST_OF_SHARDS = 1000;
const SECONDS = 1;
/** A try of this length can be measured. */
const MEASURABLE = 0.02;
/** A call of one row that takes so long is not repeated with more to learn what a row costs. */
const LONG = 30;
/** What a call costs whatever its size may be this part of it. */
const OVERHEAD = 0.2;

const WHOLE: Shard = { index: 0, of: 1 };

/** The chunks of `n` rows, or those of a shard: every `of`-th one. */
export function chunksOf(n: number, chunkRows: number, { index, of }: Shard = WHOLE): Chunk[] {
  const all = Math.ceil(n / chunkRows);
  if (of > all) {
    throw new RangeError(
      `Cannot simulate a shard as shard.of must be at most the number of chunks, ${all} of ${chunkRows} ` +
        `rows: current value is ${of}; a new run can have smaller chunkRows`,
    );
  }
  return Array.from({ length: Math.ceil((all - index) / of) }, (_, k) => {
    const first = (index + k * of) * chunkRows;
    return { index: index + k * of, first, rows: Math.min(chunkRows, n - first), at: k * chunkRows };
  });
}

/** Numbers in a chunk of a folder, unless a row has more. */
const MOST_NUMBERS = 2 ** 20;

/**
 * Rows of a chunk of a folder where nobody says how many: so many that there are a hundred chunks or more, of
 * shards, which must agree without talking, a thousand. How many shards there are does not matter, so that
 * others can finish what some began; nor does anything that is measured, so that the files of a run follow from
 * what it is.
 */
export function storedChunkRows(n: number, width: number, isShard: boolean): number {
  const fewest = isShard ? FEWEST_OF_SHARDS : FEWEST_CHUNKS;
  return Math.max(1, Math.min(MOST_ROWS, Math.ceil(n / fewest), Math.floor(MOST_NUMBERS / width)));
}

/** Views the rows of a chunk. */
export function rowsOf(theta: Points, { at, rows }: Pick<Chunk, "at" | "rows">): Points {
  return points(theta.data.subarray(at * theta.dim, (at + rows) * theta.dim), theta.dim);
}

/**
 * Finds how many rows to hand out at a time, where none are stored: those of about a second, at most 1,000, by trying: 1, 2, 4, … rows until a try takes long
 * enough to be measured, and then several times as many for as long as most of the time is the call's and not
 * the rows': a simulator that starts a program a call is handed enough rows to make that pay.
 */
export async function measureChunkRows(
  runner: Pick<SimulationRunner, "run">,
  theta: Points,
  clock: () => number = () => performance.now(),
): Promise<number> {
  const jobOf = (rows: number) => ({ theta: rowsOf(theta, { at: 0, rows }), first: 0 });
  const most = Math.min(MOST_ROWS, theta.n);
  const seconds = async (rows: number) => {
    const start = clock();
    await runner.run(jobOf(rows));
    return (clock() - start) / 1000;
  };
  // A worker's first row waits for its imports, and is not what rows cost; but for one that takes so long that
  // a second would be a waste.
  if (await seconds(1) >= LONG) return 1;
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
