/**
 * Simulation runs: from a prior and a simulator to a dataset, on all cores, resumable.
 *
 * @module
 */

import { requireInteger, requireKey, requireOptions, requirePositive, requireSource } from "./check.ts";
import { sampleRanges } from "./_rows.ts";
import {
  type Chunk,
  chunksOf,
  measureChunkRows,
  rowsOf,
  shareOut,
  storedChunkRows,
} from "./_simulate_chunks.ts";
import { lockFolder } from "./_folder_lock.ts";
import { closing, manifestOf, mostWorkers, resolve, startRunners } from "./_simulate_run.ts";
import { keepFiles, keepNothing } from "./_simulate_store.ts";
import { place, requireSuccess, simulated, toDataset } from "./_simulated.ts";
import { cores } from "./cores.ts";
import type { Dataset } from "./dataset.ts";
import { type Key, split } from "./key.ts";
import type { Shard } from "./shard.ts";
import type { StoredLevel } from "./simulation_manifest.ts";
import type { SimulationSource } from "./simulation_source.ts";
import type { SimulatorModule } from "./simulator_module.ts";

/** Options of {@linkcode simulate}. */
export interface SimulateOptions {
  /**
   * Workers for a simulator named by module, at most 64 or two for each core; 0 for the calling thread. A simulator whose rows are made
   * elsewhere has none: its `concurrency` says how many calls are under way at a time.
   *
   * @default {cores()}
   */
  readonly workers?: number;
  /**
   * A folder to keep the rows in as they come, and to take up again.
   *
   * @default {undefined} Nothing is kept.
   */
  readonly path?: string;
  /**
   * Rows handed out, and stored, at a time. A run that is taken up again keeps its own.
   *
   * @default {undefined} With a `path` a hundredth of `n`, at most 1,000, and fewer of very wide rows. Without,
   * as many as take about a second, or more where a call costs much whatever its size; at most 1,000: some
   * rows are simulated twice to find out.
   */
  readonly chunkRows?: number;
  /**
   * The part of the run to make here, and to return: others make the rest, on other machines, into folders
   * of their own, which `mergeSimulations` joins, or into one that all can reach. It needs a `path`;
   * unless `chunkRows` says otherwise there are a thousand chunks, or more of 1,000 rows.
   *
   * @default {undefined} All of it.
   */
  readonly shard?: Shard;
  /**
   * Whether to add the exact score of each row.
   *
   * @default {false}
   */
  readonly score?: boolean;
  /**
   * How θ were proposed, where `prior.sample` proposes others than the prior says: kept with the rows,
   * so that nobody takes them for draws of the prior.
   *
   * @default {undefined} θ are draws of the prior.
   */
  readonly proposal?: string;
  /**
   * Which level of a simulator this one is: kept with the rows, so that nobody takes pairs for data.
   *
   * @default {undefined} It is the simulator itself.
   */
  readonly level?: StoredLevel;
  /**
   * Seconds that a row may take on a worker: one that takes longer has failed, and its worker is ended and
   * another started. Rows are then handed out one at a time; which of them fail depends on the machine.
   *
   * @default {undefined} Any time.
   */
  readonly rowTimeout?: number;
  /**
   * Stops the run: at once with workers, after a chunk without.
   *
   * @default {undefined}
   */
  readonly signal?: AbortSignal;
  /**
   * Told after each chunk.
   *
   * @default {undefined}
   */
  readonly onProgress?: (progress: SimulationProgress) => void;
}

/** How far a run has come. */
export interface SimulationProgress {
  /** Rows done, failed ones and those found on disk included. */
  readonly done: number;
  /** Rows wanted: of a shard its own. */
  readonly total: number;
  /** Rows that failed. */
  readonly failed: number;
  /** Rows simulated in a second, since the run began. */
  readonly rowsPerSecond: number;
  /** At this rate, until the end. */
  readonly secondsLeft: number;
}

const OPTIONS = {
  workers: true,
  path: true,
  chunkRows: true,
  shard: true,
  score: true,
  proposal: true,
  level: true,
  rowTimeout: true,
  signal: true,
  onProgress: true,
} as const;

/**
 * Draws `n` rows of θ from the prior and simulates x for each.
 *
 * Row i depends on the key and i alone: the rows are the same for any number of workers, any
 * chunk size, and any number of interruptions; a longer run begins with the shorter one.
 *
 * A row whose simulation throws, or yields a number that is not finite, has failed: it is
 * counted and left out. With `path` the rows are kept on disk chunk by chunk: call again with
 * the same arguments, or a larger `n`, and only missing chunks are simulated. Workers need
 * permission to read the module (`--allow-read`), a path also to write (`--allow-write`).
 *
 * With `shard` a machine makes its part of the run. Any number of them may do so in one folder at a time,
 * even the same one twice: a chunk appears whole or not at all, none is replaced, and the files are those
 * that one machine would have written. A shard holds its own rows in memory and nothing of the others,
 * except that a prior of one's own draws the parameters of all to find its share. Of runs that are no shards
 * one at a time may write to a folder: it is locked, which ends with the program, however that ends.
 *
 * @param key The key to consume.
 * @param source A prior and a simulator; or the module and export of a task, for workers.
 * @param n Rows wanted, failed ones included.
 * @param options Workers, storage, scores, progress.
 * @returns The rows that did not fail, in order; of a shard its own, which may be none.
 * @throws {RangeError} If `n` or an option is out of range, every row has failed, or the
 * simulations at `path` are of another simulator, prior, key or a larger `n`, for a shard any other `n`.
 * @throws {TypeError} If rows have the wrong width, the prior and simulator do not fit, or
 * the module does not lead to a task.
 * @throws {FormatError} If a file at `path` is damaged.
 * @throws {Error} If another program is writing to `path`.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { drawNormal, independent, key, simulate, simulator, uniform } from "@likely/core";
 *
 * const dataset = await simulate(key(0), {
 *   prior: independent({ mu: uniform(-1, 1) }),
 *   simulator: simulator({
 *     name: "noisy",
 *     thetaDim: 1,
 *     xDim: 1,
 *     simulate: (random, theta) => [drawNormal(random, theta[0]!)],
 *   }),
 * }, 100);
 * assertEquals(dataset.x.n, 100);
 * ```
 */
export async function simulate(
  key: Key,
  source: SimulationSource | SimulatorModule,
  n: number,
  options: SimulateOptions = {},
): Promise<Dataset> {
  requireKey("simulate", key);
  requireSource("simulate", source);
  requireOptions<SimulateOptions>("simulate", options, OPTIONS);
  const { workers = cores(), path, chunkRows, shard, score = false } = options;
  const { rowTimeout, signal, onProgress } = options;
  requireInteger("simulate", "n", n, 1);
  requireInteger("simulate", "workers", workers, 0, mostWorkers());
  if (rowTimeout !== undefined) requirePositive("simulate", "rowTimeout", rowTimeout);
  if (chunkRows !== undefined) requireInteger("simulate", "chunkRows", chunkRows, 1);
  if (shard) requireShard(shard, n, path);
  signal?.throwIfAborted();
  const [forTheta, forX] = split(key, 2);
  const run = { ...await resolve(source, score), key: forX, score };
  const { prior, simulator } = run;
  const all = shard ? undefined : prior.sample(forTheta, n);
  const room = (chunks: readonly Chunk[]) =>
    simulated(all ?? sampleRanges(prior, forTheta, chunks), simulator.xDim, score);
  await using _loaded = closing("module" in source ? simulator : undefined);
  using runners = startRunners(run, { workers, signal, rowTimeout });
  await using _lock = path === undefined
    ? undefined
    : await lockFolder(path, { shared: shard !== undefined });
  const width = Math.max(prior.dim, simulator.xDim);
  const store = path === undefined
    ? keepNothing(chunksOf(n, chunkRows ?? await measureChunkRows(runners.get(1)[0]!, all!)), room)
    : await keepFiles(path, {
      manifest: manifestOf(key, run, { ...options, n }),
      shard,
      rows: room,
      thetaOf: (first) => sampleRanges(prior, forTheta, [{ first, rows: 1 }]),
      chunkRows: chunkRows ?? storedChunkRows(n, width, shard !== undefined),
      runner: () => runners.get(1)[0]!,
    });
  const { chunks, rows } = store;
  const missing = chunks.filter(({ index }) => !store.found.has(index));
  const report = reporter(chunks, store.found, onProgress);
  await shareOut(runners.get(missing.length), missing, async (runner, chunk) => {
    const result = await runner.run({ theta: rowsOf(rows.theta, chunk), first: chunk.first });
    await store.write(chunk, result);
    report(chunk, place(rows, result, chunk));
  });
  return shard ? toDataset(rows, rowIn(chunks)) : requireSuccess(toDataset(rows));
}

function requireShard({ index, of }: Shard, n: number, path: string | undefined): void {
  requireInteger("simulate a shard", "shard.of", of, 1, n);
  requireInteger("simulate a shard", "shard.index", index, 0, of - 1);
  if (path !== undefined) return;
  throw new TypeError("Cannot simulate a shard as it must be kept in a folder, path: there is none");
}

/** Which row of the run is at a place among those of some chunks, of which all but the last are full. */
function rowIn(chunks: readonly Chunk[]): (i: number) => number {
  return (i) => {
    const { first, at } = chunks[Math.floor(i / chunks[0]!.rows)]!;
    return first + i - at;
  };
}

function reporter(
  chunks: readonly Chunk[],
  found: ReadonlyMap<number, number>,
  onProgress: ((progress: SimulationProgress) => void) | undefined,
): (chunk: Chunk, failed: number) => void {
  const start = performance.now();
  const total = chunks.reduce((sum, { rows }) => sum + rows, 0);
  let done = chunks.reduce((sum, { index, rows }) => sum + (found.has(index) ? rows : 0), 0);
  let failed = [...found.values()].reduce((a, b) => a + b, 0);
  const before = done;
  return (chunk, failures) => {
    done += chunk.rows;
    failed += failures;
    const rowsPerSecond = (done - before) / Math.max(1e-9, (performance.now() - start) / 1000);
    onProgress?.({ done, total, failed, rowsPerSecond, secondsLeft: (total - done) / rowsPerSecond });
  };
}
