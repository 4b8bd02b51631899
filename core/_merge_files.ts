// Chunks of several folders copied into one. See merge_simulations.ts.

import { AtomicStore, isEqual } from "./_atomic_store.ts";
import { lockFolder } from "./_folder_lock.ts";
import { requireApart } from "./_folders_apart.ts";
import { differingField } from "./_same_run.ts";
import {
  arrayNames,
  chunkFile,
  openFiles,
  readChunk,
  readManifest,
  type SimulationFiles,
} from "./_simulation_files.ts";
import { FormatError } from "./errors.ts";
import type { MergedSimulations, MergeProgress, MissingRows } from "./merged_simulations.ts";
import type { SimulationManifest } from "./simulation_manifest.ts";

/** Chunks under way at a time: most of copying is waiting. */
const AT_A_TIME = 8;

interface Part {
  readonly path: string;
  readonly manifest: SimulationManifest;
  readonly files: SimulationFiles;
}

/** Joins the folders. */
export async function mergeFiles(
  out: string,
  folders: readonly string[],
  onProgress: (progress: MergeProgress) => void,
  signal: AbortSignal | undefined,
): Promise<MergedSimulations> {
  await requireApart(out, folders);
  const parts: Part[] = [];
  for (const path of folders) parts.push(await openPart(path));
  const [first] = parts;
  if (first === undefined) {
    throw new RangeError("Cannot merge simulations as there must be a folder at least: there is none");
  }
  for (const part of parts) requireSameRun(part, first);
  const there = await readManifest(out);
  if (there) requireSameRun({ path: out, manifest: there }, first);
  await using _lock = await lockFolder(out, { shared: true });
  const target = new AtomicStore(out);
  await copyMetadata(target, first);
  const holders = new Map<number, Part[]>();
  for (const part of parts) {
    for (const chunk of await part.files.chunks()) holders.set(chunk, [...holders.get(chunk) ?? [], part]);
  }
  const jobs = [...holders];
  let [next, done] = [0, 0];
  const loops = Array.from({ length: AT_A_TIME }, async () => {
    for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) {
      signal?.throwIfAborted();
      await copyChunk(target, ...job);
      onProgress({ done: ++done, total: jobs.length });
    }
  });
  try {
    await Promise.all(loops);
  } finally {
    next = jobs.length;
    await Promise.allSettled(loops);
  }
  const { manifest } = first;
  const missing = gaps(manifest, await (await openFiles(out, manifest)).chunks());
  return { manifest, rows: manifest.n - missing.reduce((sum, { rows }) => sum + rows, 0), missing };
}

async function openPart(path: string): Promise<Part> {
  const manifest = await readManifest(path);
  if (manifest === undefined) {
    throw new FormatError(`Cannot merge simulations as ${path} must hold a zarr.json: there is none`);
  }
  return { path, manifest, files: await openFiles(path, manifest) };
}

function requireSameRun({ path, manifest }: Pick<Part, "path" | "manifest">, first: Part): void {
  const rest = ["level", "n", "chunkRows", "format"] as const;
  const field = differingField(manifest, first.manifest) ??
    rest.find((field) => JSON.stringify(manifest[field]) !== JSON.stringify(first.manifest[field]));
  if (field === undefined) return;
  const [now, wanted] = [manifest, first.manifest].map((run) => JSON.stringify(run[field]) ?? "none");
  throw new RangeError(
    `Cannot merge the simulations at ${path} as ${field} must be that of ${first.path}, ${wanted}: ` +
      `current value is ${now}`,
  );
}

/** Byte for byte, as the order of fields is not ours to choose. */
async function copyMetadata(target: AtomicStore, { path, manifest }: Part): Promise<void> {
  const source = new AtomicStore(path);
  const files = ["/zarr.json", ...arrayNames(manifest).map((name) => `/${name}/zarr.json`)] as const;
  for (const file of files as readonly `/${string}`[]) {
    const bytes = await source.get(file);
    if (bytes === undefined) {
      throw new FormatError(
        `Cannot merge simulations as ${path}${file} must be there: there is none; run its shard again, which ` +
          `restores it`,
      );
    }
    await target.create(file, bytes);
  }
}

/** Copies a chunk that some folders have, all the same. */
async function copyChunk(target: AtomicStore, chunk: number, parts: readonly Part[]): Promise<void> {
  const { manifest } = parts[0]!;
  const [first, ...others] = parts.map(({ path }) => new AtomicStore(path));
  const files = await readChunk(first!, manifest, chunk);
  // Before anything is written: of two that differ nobody knows which is right.
  for (const other of others) {
    for (const [i, { name, bytes }] of (await readChunk(other, manifest, chunk)).entries()) {
      if (!isEqual(files[i]!.bytes, bytes)) refuse(other, first!, { manifest, chunk, name });
    }
  }
  for (const name of arrayNames(manifest)) {
    const file = chunkFile(name, chunk);
    if (await target.create(file, (await first!.get(file))!)) continue;
    await readChunk(target, manifest, chunk);
    refuse(first!, target, { manifest, chunk, name });
  }
}

function refuse(
  one: AtomicStore,
  other: AtomicStore,
  { manifest: { n, chunkRows }, chunk, name }: {
    readonly manifest: SimulationManifest;
    readonly chunk: number;
    readonly name: string;
  },
): never {
  const first = chunk * chunkRows;
  const last = Math.min(first + chunkRows, n) - 1;
  throw new RangeError(
    `Cannot merge the simulations at ${one.root} as chunk ${chunk}, rows ${first} to ${last}, must be what ` +
      `${other.root} holds: ${name} differs; the simulator was edited in between, or another release of the ` +
      `runtime made one of them: delete the one that is wrong`,
  );
}

/** What lies between the chunks that are there. */
function gaps({ n, chunkRows }: SimulationManifest, chunks: readonly number[]): MissingRows[] {
  const found: MissingRows[] = [];
  let next = 0;
  for (const chunk of [...chunks, Infinity]) {
    const first = Math.min(chunk * chunkRows, n);
    if (first > next) found.push({ first: next, rows: first - next });
    next = first + chunkRows;
  }
  return found;
}
