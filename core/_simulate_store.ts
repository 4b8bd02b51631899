// Where a run keeps its chunks: nowhere, or in a folder that may hold some already.

import { type Chunk, rowsOf } from "./_simulate_chunks.ts";
import { place, type Simulated } from "./_simulated.ts";
import type { SimulationManifest } from "./simulation_manifest.ts";
import type { SimulatedRows, SimulationRunner } from "./simulation_runner.ts";

/** Where a run keeps its chunks. */
export interface RunStore {
  /** Rows in a chunk. */
  readonly chunkRows: number;
  /** Chunks that were there, by index: how many of their rows have failed. */
  readonly found: ReadonlyMap<number, number>;
  /** Keeps a chunk. */
  write(chunk: Chunk, rows: SimulatedRows): Promise<void>;
}

/** What a folder is opened with. */
export interface FilesPlan {
  /** The run as it is wanted; how many rows a chunk gets is settled here. */
  readonly manifest: Omit<SimulationManifest, "chunkRows">;
  /** θ of all rows; receives the rows that are there. */
  readonly rows: Simulated;
  /** Rows in a chunk of a new folder. */
  readonly chunkRows: () => Promise<number>;
  /** Simulates again, to compare. */
  readonly runner: () => SimulationRunner;
}

/** Keeps nothing. */
export function keepNothing(chunkRows: number): RunStore {
  return { chunkRows, found: new Map(), write: () => Promise.resolve() };
}

/** Keeps chunks in a folder, and takes up what is there once it is known to be of this run. */
export async function keepFiles(path: string, plan: FilesPlan): Promise<RunStore> {
  // Loaded when needed: most runs store nothing, and a browser has no files.
  const { createFiles, readManifest } = await import("./_simulation_files.ts");
  const { rows } = plan;
  const stored = await readManifest(path);
  const chunkRows = stored?.chunkRows ?? await plan.chunkRows();
  const manifest = { ...plan.manifest, chunkRows };
  if (stored) requireSameRun(path, stored, manifest);
  const files = await createFiles(path, manifest, stored);
  const found = new Map<number, number>();
  for (const chunk of await files.chunks()) {
    const part = await files.read(chunk);
    const first = chunk * chunkRows;
    requireClose(path, part.theta, rows.theta.data.subarray(first * rows.theta.dim));
    rows.theta.data.set(part.theta, first * rows.theta.dim);
    found.set(chunk, place(rows, part, first));
  }
  if (found.size * chunkRows < manifest.n) await requireSameSimulator(path, plan, found, chunkRows);
  return {
    chunkRows,
    found,
    write: (chunk, result) => files.write(chunk.index, { ...result, theta: rowsOf(rows.theta, chunk).data }),
  };
}

/** Requires that a folder is of the run that is wanted, or a shorter one. */
export function requireSameRun(path: string, stored: SimulationManifest, wanted: SimulationManifest): void {
  for (const field of ["simulator", "prior", "names", "key", "xDim", "score", "proposal"] as const) {
    const [old, now] = [stored, wanted].map((manifest) => JSON.stringify(manifest[field]));
    if (old !== now) refuse(path, `${field} must be what is stored, ${old}`, now!);
  }
  if (wanted.n < stored.n) refuse(path, `n must be at least what is stored, ${stored.n}`, `${wanted.n}`);
}

// The manifest knows names only. One row simulated again finds a simulator that was edited since.
async function requireSameSimulator(
  path: string,
  { rows, runner }: FilesPlan,
  found: ReadonlyMap<number, number>,
  chunkRows: number,
): Promise<void> {
  const [index] = found.keys();
  if (index === undefined) return;
  const chunk = { index, first: index * chunkRows, rows: 1 };
  const again = await runner().run({ theta: rowsOf(rows.theta, chunk), first: chunk.first });
  requireClose(path, again.x, rowsOf(rows.x, chunk).data, `row ${chunk.first}, simulated again,`);
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
