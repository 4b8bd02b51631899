// Where a run keeps its chunks: nowhere, or in a folder that may hold some already.

import { type Chunk, chunksOf, rowsOf } from "./_simulate_chunks.ts";
import { place, type Simulated } from "./_simulated.ts";
import { differingField } from "./_same_run.ts";
import type { SimulationFiles, StoredRows } from "./_simulation_files.ts";
import { type Points, points } from "./points.ts";
import type { Shard } from "./shard.ts";
import type { SimulationManifest } from "./simulation_manifest.ts";
import type { SimulatedRows, SimulationRunner } from "./simulation_runner.ts";

/** Where a run keeps its chunks. */
export interface RunStore {
  /** All chunks of the run, or of its shard. */
  readonly chunks: readonly Chunk[];
  /** Their rows: θ of all, and the data that were there. */
  readonly rows: Simulated;
  /** Chunks that were there, by index: how many of their rows have failed. */
  readonly found: ReadonlyMap<number, number>;
  /** Keeps a chunk. */
  write(chunk: Chunk, rows: SimulatedRows): Promise<void>;
}

/** What a folder is opened with. */
export interface FilesPlan {
  /** The run as it is wanted; how many rows a chunk gets is settled here. */
  readonly manifest: Omit<SimulationManifest, "chunkRows">;
  /** The part that is wanted; undefined for all of it. */
  readonly shard: Shard | undefined;
  /** Rows in a chunk of a new folder. */
  readonly chunkRows: number;
  /** θ of chunks, and room for their data. */
  readonly rows: (chunks: readonly Chunk[]) => Simulated;
  /** θ of one row. */
  readonly thetaOf: (row: number) => Points;
  /** Simulates again, to compare. */
  readonly runner: () => SimulationRunner;
}

/** With pauses that grow by a millisecond: five seconds in all. */
const MOST_TRIES = 100;

/** Keeps nothing. */
export function keepNothing(chunks: readonly Chunk[], room: FilesPlan["rows"]): RunStore {
  return { chunks, rows: room(chunks), found: new Map(), write: () => Promise.resolve() };
}

/** Keeps chunks in a folder, and takes up what is there once it is known to be of this run. */
export async function keepFiles(path: string, plan: FilesPlan, tries = 1): Promise<RunStore> {
  // Loaded when needed: most runs store nothing, and a browser has no files.
  const { claimFiles, createFiles, readManifest } = await import("./_simulation_files.ts");
  const { shard } = plan;
  const stored = await readManifest(path);
  const chunkRows = stored?.chunkRows ?? plan.chunkRows;
  // A folder stays of the layout that it has.
  const manifest = { ...plan.manifest, format: stored?.format ?? plan.manifest.format, chunkRows };
  const chunks = chunksOf(manifest.n, chunkRows, shard);
  if (stored) {
    requireSameRun(path, { stored, wanted: manifest, shard });
    // A run that grows changes files: only where the simulator is the one that made them.
    if (stored.n < manifest.n) await requireSameBefore(path, plan, stored);
  }
  const isChecked = stored !== undefined && stored.n < manifest.n;
  const files = shard ? await claimFiles(path, manifest, stored) : await createFiles(path, manifest, stored);
  if (files === undefined) {
    // Another shard was faster: what it made is what is there, if only after a moment on some networks.
    if (tries === MOST_TRIES) {
      throw new Error(`Cannot open simulations as ${path}/zarr.json must be readable`);
    }
    await new Promise((resolve) => setTimeout(resolve, tries));
    return await keepFiles(path, plan, tries + 1);
  }
  const rows = plan.rows(chunks);
  const found = new Map<number, number>();
  for (const chunk of await present(files, chunks, shard)) {
    const part = await files.read(chunk.index);
    requireClose(path, part.theta, rows.theta.data.subarray(chunk.at * rows.theta.dim));
    rows.theta.data.set(part.theta, chunk.at * rows.theta.dim);
    found.set(chunk.index, place(rows, part, chunk));
  }
  // Where every row failed nothing is worth keeping: the simulator has been mended since, it may be.
  const failures = [...found.values()].reduce((sum, failed) => sum + failed, 0);
  const kept = chunks.reduce((sum, chunk) => sum + (found.has(chunk.index) ? chunk.rows : 0), 0);
  if (shard === undefined && failures === kept) found.clear();
  if (found.size < chunks.length && !isChecked) {
    const [first = shard && await files.any()] = found.keys();
    if (first !== undefined) await requireSameSimulator(path, { plan, files, chunk: first, chunkRows });
  }
  return {
    chunks,
    rows,
    found,
    write: (chunk, result) => files.write(chunk.index, { ...result, theta: rowsOf(rows.theta, chunk).data }),
  };
}

/** The chunks that are there; a shard looks for its own and nowhere else, as there may be very many. */
async function present(
  files: SimulationFiles,
  chunks: readonly Chunk[],
  shard: Shard | undefined,
): Promise<Chunk[]> {
  if (shard === undefined) return (await files.chunks()).map((index) => chunks[index]!);
  const found: Chunk[] = [];
  for (const chunk of chunks) if (await files.keep(chunk.index)) found.push(chunk);
  return found;
}

/** Two runs to be compared. */
export interface SameRun {
  readonly stored: SimulationManifest;
  readonly wanted: SimulationManifest;
  readonly shard: Shard | undefined;
}

/** Requires that a folder is of the run that is wanted, or a shorter one. */
export function requireSameRun(path: string, { stored, wanted, shard }: SameRun): void {
  if (stored.key.startsWith("imported:")) {
    refuse(path, "they must have been simulated here", "they were imported from tables");
  }
  const field = differingField(stored, wanted);
  if (field) {
    const [old, now] = [stored, wanted].map((manifest) => JSON.stringify(manifest[field]));
    const seed = field === "key" ? ", which follows from the seed," : "";
    refuse(path, `${field}${seed} must be what is stored, ${old}`, now!);
  }
  // Adding rows replaces the last chunk, which others may be writing.
  if (shard && wanted.n !== stored.n) {
    refuse(path, `n of a shard must be what is stored, ${stored.n}`, `${wanted.n}`);
  }
  if (wanted.n < stored.n) refuse(path, `n must be at least what is stored, ${stored.n}`, `${wanted.n}`);
}

interface SameSimulator {
  readonly plan: AgainPlan;
  readonly files: SimulationFiles;
  /** One that is there. */
  readonly chunk: number;
  readonly chunkRows: number;
}

/** What simulates a row again. */
export type AgainPlan = Pick<FilesPlan, "manifest" | "thetaOf" | "runner">;

/** Before anything of a folder is changed; where all that is there has failed there is nothing to compare. */
export async function requireSameBefore(
  path: string,
  plan: AgainPlan,
  stored: SimulationManifest,
): Promise<void> {
  const { openFiles } = await import("./_simulation_files.ts");
  const files = await openFiles(path, stored);
  for (const chunk of await files.chunks()) {
    if (soundRow(await files.read(chunk), stored.xDim) === undefined) continue;
    return await requireSameSimulator(path, { plan, files, chunk, chunkRows: stored.chunkRows });
  }
}

/** The first row that has not failed. */
function soundRow({ x }: StoredRows, xDim: number): number | undefined {
  for (let i = 0; i * xDim < x.length; i++) {
    if (x.subarray(i * xDim, (i + 1) * xDim).every(Number.isFinite)) return i;
  }
  return undefined;
}

// The manifest knows names only. One row simulated again finds a simulator that was edited since.
async function requireSameSimulator(
  path: string,
  { plan, files, chunk, chunkRows }: SameSimulator,
): Promise<void> {
  const { xDim } = plan.manifest;
  const part = await files.read(chunk);
  // One that failed may have failed for want of something that is there now.
  const i = soundRow(part, xDim) ?? 0;
  const row = chunk * chunkRows + i;
  const theta = plan.thetaOf(row);
  const stored = part.theta.subarray(i * theta.dim, (i + 1) * theta.dim);
  requireClose(path, theta.data, stored, `theta of row ${row}`);
  const again = await plan.runner().run({ theta: points(stored, theta.dim), first: row });
  requireClose(path, again.x, part.x.subarray(i * xDim, (i + 1) * xDim), `row ${row}, simulated again,`);
}

/**
 * Requires that numbers are those stored, but for the last bits: mathematical functions may differ in them from
 * one release of an engine to the next.
 */
export function requireClose(path: string, a: Float64Array, b: Float64Array, who = "theta"): void {
  // What is left of a cancellation is small beside the rest, whatever the unit of that.
  const rest = 1e-12 *
    a.reduce((most, value) => Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most, 0);
  const j = a.findIndex((value, j) => {
    const other = b[j]!;
    const close = Math.max(rest, 1e-6 * Math.abs(other));
    return !Object.is(value, other) && !(Math.abs(value - other) <= close);
  });
  if (j >= 0) refuse(path, `${who} must be what is stored`, `${a[j]} and ${b[j]}`);
}

function refuse(path: string, rule: string, value: string): never {
  throw new RangeError(
    `Cannot resume the simulations at ${path} as ${rule}: current value is ${value}; ` +
      `choose another path to start a new run`,
  );
}
