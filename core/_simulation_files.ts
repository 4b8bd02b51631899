// Simulations as a Zarr v3 group in a folder. See simulation_store.ts for the layout.

import * as v from "valibot";
import * as zarr from "zarrita";
import { AtomicStore, isEqual } from "./_atomic_store.ts";
import { chunkDigest, DIGEST_BYTES } from "./_chunk_digest.ts";
import { place, requireSuccess, simulated, toDataset } from "./_simulated.ts";
import { FormatError } from "./errors.ts";
import { zeros } from "./points.ts";
import { priorShape } from "./prior_from.ts";
import type { PriorSpec } from "./prior.ts";
import type { SimulationManifest, StoredSimulations } from "./simulation_manifest.ts";
import type { SimulatedRows } from "./simulation_runner.ts";

/** The rows of one chunk as they are stored. */
export interface StoredRows extends SimulatedRows {
  /** `[rows, d]`. */
  readonly theta: Float64Array;
}

/** The chunks of a run. */
export interface SimulationFiles {
  /** Which chunks are there, in order. */
  chunks(): Promise<number[]>;
  /** One chunk that is there; undefined when there is none. */
  any(): Promise<number | undefined>;
  /** Whether a chunk is there; clears away what is left of attempts at it. */
  keep(chunk: number): Promise<boolean>;
  /** Reads a chunk that is there. */
  read(chunk: number): Promise<StoredRows>;
  /** Writes a chunk. */
  write(chunk: number, rows: StoredRows): Promise<void>;
}

const COUNT = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const MANIFEST = v.object({
  format: v.picklist([1, 2]),
  simulator: v.string(),
  key: v.pipe(v.string(), v.regex(/^([0-9a-f]{8}:[0-9a-f]{8}|imported:[0-9a-f]{64})$/)),
  names: v.pipe(v.array(v.string()), v.minLength(1)),
  prior: v.looseObject({}),
  proposal: v.exactOptional(v.string()),
  level: v.exactOptional(v.object({
    of: v.string(),
    number: v.pipe(v.number(), v.integer(), v.minValue(0)),
    cost: v.pipe(v.number(), v.finite(), v.gtValue(0)),
  })),
  n: COUNT,
  xDim: COUNT,
  xNames: v.exactOptional(v.array(v.string())),
  score: v.boolean(),
  chunkRows: COUNT,
});

/** Reads the manifest of a folder; undefined when there is no group. */
export async function readManifest(path: string): Promise<SimulationManifest | undefined> {
  const bytes = await new AtomicStore(path).get("/zarr.json");
  if (bytes === undefined) return undefined;
  try {
    const group = JSON.parse(new TextDecoder().decode(bytes));
    if (group?.attributes?.likely === undefined) {
      throw new TypeError('there is no attribute "likely"; simulations of other programs are imported first');
    }
    const manifest = v.parse(MANIFEST, group.attributes.likely);
    const prior = priorShape(manifest.prior as unknown as PriorSpec);
    if (prior.dim !== manifest.names.length) throw new TypeError("names and prior differ in length");
    if (manifest.xNames && manifest.xNames.length !== manifest.xDim) {
      throw new TypeError("xNames must have a name for each number of x");
    }
    return { ...manifest, prior: prior.spec };
  } catch (cause) {
    throw new FormatError(
      `Cannot open simulations as ${path}/zarr.json must describe simulations of format 1 or 2: ${
        (cause as Error).message
      }`,
      { cause },
    );
  }
}

/** Makes the group, or brings its size up to date; chunks that stay valid are kept. */
export async function createFiles(
  path: string,
  manifest: SimulationManifest,
  stored?: SimulationManifest,
): Promise<SimulationFiles> {
  const store = new AtomicStore(path);
  const root = zarr.root(store);
  // The last chunk of a run that grows was only partly filled. It goes first: should this be
  // interrupted, the old run merely lacks a chunk.
  if (stored && stored.n < manifest.n && stored.n % stored.chunkRows !== 0) {
    const last = Math.floor(stored.n / stored.chunkRows);
    for (const name of arrayNames(stored)) await store.delete(`/${name}/c/${last}`);
  }
  await createArrays(store, manifest);
  await zarr.create(root, { attributes: { likely: manifest } });
  return openFiles(path, manifest);
}

/**
 * Makes the group while others may be making it, too; undefined when another has made one of which only its
 * manifest tells whether it is the same.
 */
export async function claimFiles(
  path: string,
  manifest: SimulationManifest,
  stored?: SimulationManifest,
): Promise<SimulationFiles | undefined> {
  if (stored === undefined) {
    // The manifest first, as it decides about all else: whoever writes it writes the same.
    const claim = new Claim(path);
    await zarr.create(zarr.root(claim), { attributes: { likely: manifest } });
    if (claim.isLost) return undefined;
  }
  const store = new AtomicStore(path);
  await store.keep("/zarr.json");
  await createArrays(store, manifest);
  return openFiles(path, manifest);
}

/** What is there stays as it is. */
class Claim extends AtomicStore {
  /** Whether a file was there, and was another. */
  isLost = false;

  override async set(key: `/${string}`, value: Uint8Array): Promise<void> {
    if (!await this.create(key, value)) this.isLost = true;
  }
}

async function createArrays(store: AtomicStore, manifest: SimulationManifest): Promise<void> {
  for (const { name, dim } of columns(manifest)) {
    await zarr.create(zarr.root(store).resolve(name), {
      shape: [manifest.n, dim],
      chunkShape: [manifest.chunkRows, dim],
      dtype: "float64",
      fillValue: NaN,
      dimensionNames: ["row", name === "x" ? "data" : "parameter"],
      codecs: [{ name: "bytes", configuration: { endian: "little" } }],
    });
  }
  if (!hasChecksums(manifest)) return;
  const width = DIGEST_BYTES * columns(manifest).length;
  await zarr.create(zarr.root(store).resolve(CHECKSUM), {
    shape: [Math.ceil(manifest.n / manifest.chunkRows), width],
    chunkShape: [1, width],
    dtype: "uint8",
    fillValue: 0,
    dimensionNames: ["chunk", "byte"],
    codecs: [{ name: "bytes", configuration: { endian: "little" } }],
  });
}

/** Reads everything that is there. */
export async function readSimulations(path: string): Promise<StoredSimulations> {
  const manifest = await readManifest(path);
  if (manifest === undefined) {
    throw new FormatError(`Cannot open simulations as ${path} must hold a zarr.json: there is none`);
  }
  const { n, names, xDim, score, chunkRows } = manifest;
  const files = await openFiles(path, manifest);
  // Read before making room: the chunks prove the sizes that the manifest claims.
  const parts: [number, StoredRows][] = [];
  for (const chunk of await files.chunks()) parts.push([chunk, await files.read(chunk)]);
  const rows = parts.map(([chunk]) => Math.min(chunkRows, n - chunk * chunkRows));
  const total = rows.reduce((a, b) => a + b, 0);
  const all = simulated(zeros(total, names.length), xDim, score);
  let at = 0;
  for (const [, part] of parts) {
    all.theta.data.set(part.theta, at * names.length);
    place(all, part, { at, first: at });
    at += part.x.length / xDim;
  }
  return { dataset: requireSuccess(toDataset(all)), manifest, missing: n - total };
}

/** The chunks of a group that is there. */
export async function openFiles(path: string, manifest: SimulationManifest): Promise<SimulationFiles> {
  const store = new AtomicStore(path);
  for (const { name, dim } of columns(manifest)) await requireArray(store, path, { name, dim, manifest });
  const rowsOf = (chunk: number) => Math.min(manifest.chunkRows, manifest.n - chunk * manifest.chunkRows);
  const isWhole = async (chunk: number, has: (key: `/${string}`) => Promise<boolean>) => {
    for (const name of arrayNames(manifest)) if (!await has(chunkFile(name, chunk))) return false;
    return true;
  };
  return {
    chunks: () => listChunks(store, manifest),
    any: async () => {
      for (const chunk of await listFiles(store, "theta", manifest)) {
        if (await isWhole(chunk, (key) => store.has(key))) return chunk;
      }
      return undefined;
    },
    keep: (chunk) => isWhole(chunk, (key) => store.keep(key)),
    read: async (chunk) => {
      const files = await readChunk(store, manifest, chunk);
      const numbers = (name: string) => {
        const file = files.find((file) => file.name === name);
        return file
          ? new Float64Array(file.bytes.slice().buffer, 0, rowsOf(chunk) * file.dim)
          : new Float64Array();
      };
      return { theta: numbers("theta"), x: numbers("x"), score: numbers("score"), thrown: [] };
    },
    write: async (chunk, rows) => {
      const files = columns(manifest).map(({ name, dim }) => {
        const numbers = new Float64Array(dim * manifest.chunkRows).fill(NaN);
        numbers.set(rows[name]);
        return { name, bytes: new Uint8Array(numbers.buffer) };
      });
      const sums = await Promise.all(files.map((file) => chunkDigest(manifest, { ...file, chunk })));
      const sum = Uint8Array.from(sums.flatMap((digest) => [...digest]));
      const sumFile = chunkFile(CHECKSUM, chunk);
      const there = hasChecksums(manifest) ? await store.get(sumFile) : undefined;
      // One of other bytes that were there: it must not outlive them.
      if (there && !isEqual(there, sum)) await store.delete(sumFile);
      for (const { name, bytes } of files) await store.set(chunkFile(name, chunk), bytes);
      // Last, as what has no checksum is not there.
      if (hasChecksums(manifest)) await store.set(sumFile, sum);
    },
  };
}

/** The files of a chunk that is there, as whole as their sizes and checksums say. */
export async function readChunk(
  store: AtomicStore,
  manifest: SimulationManifest,
  chunk: number,
): Promise<{ readonly name: string; readonly dim: number; readonly bytes: Uint8Array }[]> {
  const sums = hasChecksums(manifest) ? await store.get(chunkFile(CHECKSUM, chunk)) : undefined;
  const files: { name: string; dim: number; bytes: Uint8Array }[] = [];
  for (const [i, { name, dim }] of columns(manifest).entries()) {
    const file = `${store.root}${chunkFile(name, chunk)}`;
    const bytes = await store.get(chunkFile(name, chunk)) ?? new Uint8Array();
    const wanted = dim * manifest.chunkRows;
    if (bytes.length !== 8 * wanted) {
      refuseChunk(file, `hold ${wanted} numbers, ${8 * wanted} bytes: it has ${bytes.length} bytes`);
    }
    files.push({ name, dim, bytes });
    if (!hasChecksums(manifest)) continue;
    const sum = sums?.subarray(DIGEST_BYTES * i, DIGEST_BYTES * (i + 1));
    if (isEqual(sum, await chunkDigest(manifest, { name, chunk, bytes }))) continue;
    refuseChunk(file, "be what was written there, which its checksum tells: it has changed");
  }
  return files;
}

function refuseChunk(file: string, rule: string): never {
  throw new FormatError(
    `Cannot read simulations as ${file} must ${rule}; delete this file and run simulate() again with this ` +
      `path, which restores it`,
  );
}

const CHECKSUM = "checksum";

/** Whether the folder is of a layout that has them. */
function hasChecksums({ format }: SimulationManifest): boolean {
  return format > 1;
}

/** The arrays of a run, that of the checksums too. */
export function arrayNames(manifest: SimulationManifest): string[] {
  return [...columns(manifest).map(({ name }) => name), ...(hasChecksums(manifest) ? [CHECKSUM] : [])];
}

/** The arrays of a run. */
export function columns(
  { names, xDim, score }: SimulationManifest,
): { name: "theta" | "x" | "score"; dim: number }[] {
  return [
    { name: "theta", dim: names.length },
    { name: "x", dim: xDim },
    ...(score ? [{ name: "score", dim: names.length } as const] : []),
  ];
}

/** The file of a chunk of an array. */
export function chunkFile(name: string, chunk: number): `/${string}` {
  return `/${name}/c/${chunk}/0`;
}

/** A chunk is there when it is there in every array. */
async function listChunks(store: AtomicStore, manifest: SimulationManifest): Promise<number[]> {
  const counts = new Map<number, number>();
  const all = arrayNames(manifest);
  for (const name of all) {
    for (const chunk of await listFiles(store, name, manifest)) {
      if (await store.has(chunkFile(name, chunk))) counts.set(chunk, (counts.get(chunk) ?? 0) + 1);
    }
  }
  return [...counts].filter(([, count]) => count === all.length).map(([chunk]) => chunk).sort((a, b) =>
    a - b
  );
}

/** The chunks that an array has a folder for. */
async function listFiles(
  store: AtomicStore,
  name: string,
  { n, chunkRows }: SimulationManifest,
): Promise<number[]> {
  const entries = await store.list(`/${name}/c`);
  return entries.filter((entry) => /^\d+$/.test(entry)).map(Number).filter((chunk) => chunk * chunkRows < n);
}

async function requireArray(
  store: AtomicStore,
  path: string,
  { name, dim, manifest }: { name: string; dim: number; manifest: SimulationManifest },
): Promise<void> {
  try {
    const bytes = await store.get(`/${name}/zarr.json`);
    v.parse(arraySchema(manifest, dim), JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    throw new FormatError(
      `Cannot open simulations as ${path}/${name}/zarr.json must describe ${manifest.n} rows of ${dim} ` +
        `float64 numbers, ${manifest.chunkRows} to a chunk, uncompressed: ${(cause as Error).message}; ` +
        `run simulate() again with this path, which restores it`,
      { cause },
    );
  }
}

// Uncompressed, so that the size of a file bounds what reading it takes.
function arraySchema({ n, chunkRows }: SimulationManifest, dim: number) {
  const bytes = v.object({
    name: v.literal("bytes"),
    configuration: v.object({ endian: v.literal("little") }),
  });
  return v.object({
    data_type: v.literal("float64"),
    shape: v.strictTuple([v.literal(n), v.literal(dim)]),
    chunk_grid: v.object({
      name: v.literal("regular"),
      configuration: v.object({ chunk_shape: v.strictTuple([v.literal(chunkRows), v.literal(dim)]) }),
    }),
    chunk_key_encoding: v.object({
      name: v.literal("default"),
      configuration: v.object({ separator: v.literal("/") }),
    }),
    codecs: v.strictTuple([bytes]),
  });
}
