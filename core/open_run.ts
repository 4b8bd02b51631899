/**
 * A run in a folder whose chunks are simulated by others, one by one, in any order.
 *
 * @module
 */

import { storedChunkRows } from "./_simulate_chunks.ts";
import { REASONS_KEPT } from "./_simulate_rows.ts";
import { lockFolder } from "./_folder_lock.ts";
import { rowsAnywhere } from "./_rows.ts";
import { closing, manifestOf, resolve, startRunners } from "./_simulate_run.ts";
import { requireClose, requireSameBefore, requireSameRun } from "./_simulate_store.ts";
import { failuresOf } from "./_simulated.ts";
import { requireInteger } from "./check.ts";
import type { SimulationFailure } from "./dataset.ts";
import { type Key, split } from "./key.ts";
import { points } from "./points.ts";
import type { SimulationManifest } from "./simulation_manifest.ts";
import type { RowsJob, SimulatedRows } from "./simulation_runner.ts";
import type { SimulationSource } from "./simulation_source.ts";
import type { SimulatorModule } from "./simulator_module.ts";

/** Options of {@linkcode openRun}. */
export interface RunOptions {
  /** The folder to keep the rows in, and to take up again. */
  readonly path: string;
  /**
   * Rows in a chunk. A run that is taken up again keeps its own.
   *
   * @default {undefined} A hundredth of `n`, at most 1,000, and fewer of very wide rows.
   */
  readonly chunkRows?: number;
  /**
   * Numbers that a chunk may have at most in θ, and in x and its scores.
   *
   * @default {Infinity}
   */
  readonly mostNumbers?: number;
  /**
   * Whether to keep the exact score of each row.
   *
   * @default {false}
   */
  readonly score?: boolean;
  /**
   * Stops what is tried to find out how many rows take a second.
   *
   * @default {undefined}
   */
  readonly signal?: AbortSignal;
}

/**
 * A run whose rows come from elsewhere. What it holds in memory does not grow with its rows, but for a byte a
 * chunk and, where the prior is of the caller's own making, θ of all rows. Its folder is locked until it is
 * disposed of.
 */
export interface SimulationRun extends AsyncDisposable {
  /** What is simulated. */
  readonly manifest: SimulationManifest;
  /** The key that rows are simulated with, for `openRunners`. */
  readonly key: Key;
  /** How many chunks there are. */
  readonly chunks: number;
  /** Rows that are there, failed ones included. */
  readonly done: number;
  /** Rows among them that have failed. */
  readonly failed: number;
  /** The first few that failed, and why. */
  readonly failures: readonly SimulationFailure[];
  /** Whether a chunk is there. */
  has(chunk: number): boolean;
  /** θ of a chunk, and its first row. */
  job(chunk: number): RowsJob;
  /**
   * Keeps a chunk: once this has resolved, it is in the folder. A chunk that is there already is left as it is.
   *
   * @throws {RangeError} If it has the wrong number of numbers.
   */
  write(chunk: number, rows: SimulatedRows): Promise<void>;
}

/**
 * Opens a folder for a run that others simulate: the same rows and the same files as `simulate` makes with the
 * same key, source, `n` and rows in a chunk.
 *
 * @param key The key to consume.
 * @param source A prior and a simulator; or the module and export of a task.
 * @param n Rows wanted, failed ones included.
 * @param options Where, in which chunks.
 * @returns The run.
 * @throws {RangeError} If `n` or an option is out of range, one row is too wide for `mostNumbers`, or the
 * simulations at `path` are of another run, a larger `n` or too large chunks.
 * @throws {TypeError} If the prior and simulator do not fit, or the module does not lead to a task.
 * @throws {FormatError} If a file at `path` is damaged.
 * @throws {Error} If another program is writing to `path`.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { independent, key, normal, openRun, openRunners, openSimulations, simulator } from "@likely/core";
 *
 * const prior = independent({ a: normal(0, 1) });
 * const echo = simulator({ name: "echo", thetaDim: 1, xDim: 1, simulate: (_, theta) => theta });
 * const path = await Deno.makeTempDir();
 *
 * await using run = await openRun(key(0), { prior, simulator: echo }, 20, { path, chunkRows: 10 });
 * await using runners = await openRunners(run.key, { prior, simulator: echo });
 * for (const chunk of [1, 0]) await run.write(chunk, await runners.all[0]!.run(run.job(chunk)));
 * assertEquals((await openSimulations(path)).missing, 0);
 * ```
 */
export async function openRun(
  key: Key,
  source: SimulationSource | SimulatorModule,
  n: number,
  options: RunOptions,
): Promise<SimulationRun> {
  const { path, chunkRows } = options;
  requireInteger("open a run", "n", n, 1);
  if (chunkRows !== undefined) requireInteger("open a run", "chunkRows", chunkRows, 1);
  const lock = await lockFolder(path, { shared: false });
  try {
    const run = await openLocked(key, source, n, options);
    // By descriptors, as some of its fields are computed.
    return Object.defineProperties({ ...lock }, Object.getOwnPropertyDescriptors(run)) as SimulationRun;
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}

async function openLocked(
  key: Key,
  source: SimulationSource | SimulatorModule,
  n: number,
  options: RunOptions,
): Promise<Omit<SimulationRun, keyof AsyncDisposable>> {
  const { path, chunkRows, mostNumbers = Infinity, score = false, signal } = options;
  const { createFiles, readManifest } = await import("./_simulation_files.ts");
  const [forTheta, forX] = split(key, 2);
  const plan = { ...await resolve(source, score), key: forX, score };
  await using _loaded = closing("module" in source ? plan.simulator : undefined);
  using runners = startRunners(plan, { workers: 1, signal });
  const runner = () => runners.get(1)[0]!;
  const theta = rowsAnywhere(plan.prior, forTheta, n);
  const mostRows = rowsWithin(mostNumbers, plan);
  const stored = await readManifest(path);
  const width = Math.max(plan.prior.dim, plan.simulator.xDim);
  const rows = stored?.chunkRows ?? chunkRows ?? Math.min(mostRows, storedChunkRows(n, width, false));
  if (rows > mostRows) refuseRows(stored ? `the simulations at ${path}` : "chunkRows", rows, mostRows);
  const wanted = manifestOf(key, plan, { n });
  const manifest = { ...wanted, format: stored?.format ?? wanted.format, chunkRows: rows };
  if (stored) requireSameRun(path, { stored, wanted: manifest, shard: undefined });
  // A run that grows changes files: only where the simulator is the one that made them.
  if (stored && stored.n < n) {
    const thetaOf = (row: number) => theta({ first: row, rows: 1 });
    await requireSameBefore(path, { manifest: wanted, thetaOf, runner }, stored);
  }
  const files = await createFiles(path, manifest, stored);

  const chunks = Math.ceil(n / rows);
  const there = new Uint8Array(chunks);
  const writing = new Map<number, Promise<void>>();
  let [done, failed] = [0, 0];
  let failures: readonly SimulationFailure[] = [];
  const rowsIn = (chunk: number) => Math.min(rows, n - chunk * rows);
  const job = (chunk: number): RowsJob => ({
    theta: theta({ first: chunk * rows, rows: rowsIn(chunk) }),
    first: chunk * rows,
  });
  const count = (chunk: number, part: SimulatedRows) => {
    there[chunk] = 1;
    done += rowsIn(chunk);
    const found = failuresOf(part, { xDim: manifest.xDim, thetaDim: plan.prior.dim, first: chunk * rows });
    failed += found.length;
    if (found.length > 0) {
      failures = [...failures, ...found.slice(0, REASONS_KEPT)].sort((a, b) => a.row - b.row)
        .slice(0, REASONS_KEPT);
    }
  };

  const stands = await files.chunks();
  let compared = stands.length === chunks;
  for (const chunk of stands) {
    const part = await files.read(chunk);
    const wanted = job(chunk);
    requireClose(path, part.theta, wanted.theta.data);
    count(chunk, part);
    if (compared) continue;
    // The manifest knows names only. One row simulated again finds a simulator that was edited since.
    compared = true;
    const { dim, data } = wanted.theta;
    const again = await runner().run({ theta: points(data.slice(0, dim), dim), first: wanted.first });
    requireClose(path, again.x, part.x.subarray(0, manifest.xDim), `row ${wanted.first}, simulated again,`);
  }

  const write = async (chunk: number, part: SimulatedRows): Promise<void> => {
    requireNumbers(chunk, part, { rows: rowsIn(chunk), manifest });
    await files.write(chunk, { ...part, theta: job(chunk).theta.data });
    count(chunk, part);
  };
  return {
    manifest,
    key: forX,
    chunks,
    get done() {
      return done;
    },
    get failed() {
      return failed;
    },
    get failures() {
      return failures;
    },
    has: (chunk) => there[chunk] === 1,
    job,
    write: async (chunk, part) => {
      requireInteger("keep a chunk", "its number", chunk, 0, chunks - 1);
      // Whoever brings a chunk that another is writing waits for that.
      await writing.get(chunk);
      if (there[chunk] === 1) return;
      const written = write(chunk, part);
      writing.set(chunk, written);
      try {
        await written;
      } finally {
        writing.delete(chunk);
      }
    },
  };
}

interface Widths {
  readonly prior: { readonly dim: number };
  readonly simulator: { readonly xDim: number };
  readonly score: boolean;
}

function rowsWithin(mostNumbers: number, { prior: { dim }, simulator: { xDim }, score }: Widths): number {
  const width = Math.max(dim, xDim + (score ? dim : 0));
  if (width <= mostNumbers) return Math.floor(mostNumbers / width);
  throw new RangeError(
    `Cannot open a run as a row must have at most ${mostNumbers} numbers: current value is ${width}`,
  );
}

function refuseRows(what: string, rows: number, mostRows: number): never {
  throw new RangeError(
    `Cannot open a run as ${what} must have at most ${mostRows} rows in a chunk: current value is ${rows}`,
  );
}

function requireNumbers(
  chunk: number,
  { x, score }: SimulatedRows,
  { rows, manifest }: { readonly rows: number; readonly manifest: SimulationManifest },
): void {
  const wanted = [rows * manifest.xDim, manifest.score ? rows * manifest.names.length : 0];
  if (x.length === wanted[0] && score.length === wanted[1]) return;
  throw new RangeError(
    `Cannot keep chunk ${chunk} as it must have ${wanted[0]} numbers of x and ${wanted[1]} of scores: ` +
      `current value is ${x.length} and ${score.length}`,
  );
}
