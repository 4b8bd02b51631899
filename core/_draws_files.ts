// Draws as a Zarr v3 group in a folder. See draws_zarr.ts for the layout.

import * as zarr from "zarrita";
import { AtomicStore } from "./_atomic_store.ts";
import { fileNames } from "./_file_names.ts";
import { show } from "./_plain_data.ts";
import type { Draws, DrawsInfo } from "./draws.ts";

/** Refuses what cannot be written, before anything is. */
export async function checkDrawsFiles(path: string, names: readonly string[]): Promise<void> {
  const files = fileNames(names);
  const bad = names.find((name, j) => files[j] === undefined || names.indexOf(name) !== j);
  if (bad !== undefined) {
    throw new RangeError(
      `Cannot write draws as every name must be its own, neither empty nor too long for a file, and ` +
        `without half of a surrogate pair: current value is ${show(bad)}`,
    );
  }
  const [there] = await new AtomicStore(path).list("/");
  if (there === undefined) return;
  throw new RangeError(`Cannot write draws as ${path} must be absent or empty: it holds ${there}`);
}

/** Writes everything; the root's metadata comes last, so that half a folder is none. */
export async function writeDrawsFiles(path: string, draws: Draws): Promise<void> {
  requireDraws(draws);
  await checkDrawsFiles(path, draws.names);
  const store = new AtomicStore(path);
  const nodes = [...await writePosterior(store, draws), ...await writeStats(store, draws)];
  const metadata: Record<string, unknown> = {};
  for (const node of nodes) metadata[node] = await metadataOf(store, node);
  // In one place, as a reader that must list folders finds them in any order.
  const root = {
    "zarr_format": 3,
    "node_type": "group",
    attributes: {},
    "consolidated_metadata": { kind: "inline", must_understand: false, metadata },
  };
  await store.set("/zarr.json", new TextEncoder().encode(JSON.stringify(root, null, 2)));
}

/** Writes the group of the parameters; returns the paths of what it wrote. */
async function writePosterior(store: AtomicStore, draws: Draws): Promise<string[]> {
  const { names, chains, length, info, warnings } = draws;
  const files = fileNames(names) as string[];
  const likely = { format: 1, names, variables: files, info: encodeInfo(info), warnings };
  await zarr.create(at(store, "posterior"), {
    attributes: { created_by: "likely", inference_library: "likely", likely },
  });
  const grid = { shape: [chains, length], dims: ["chain", "draw"] };
  for (const [j, file] of files.entries()) {
    const attributes: Record<string, string> = file === names[j] ? {} : { long_name: names[j]! };
    await writeArray(at(store, `posterior/${file}`), columnOf(draws, j), { ...grid, attributes });
  }
  await writeLabels(store, "posterior", draws);
  return ["posterior", ...[...files, "chain", "draw"].map((file) => `posterior/${file}`)];
}

/** Writes the group of what is known of the run, of single draws only where all are alike. */
async function writeStats(store: AtomicStore, draws: Draws): Promise<string[]> {
  const { chains, length, info } = draws;
  const attributes = { "inference_library": "likely", ...encodeInfo(info) };
  await zarr.create(at(store, "sample_stats"), { attributes });
  const known = info.divergences === 0 ? ["diverging"] : [];
  for (const file of known) {
    const none = new zarr.BoolArray(chains * length);
    const grid = { shape: [chains, length], dims: ["chain", "draw"] };
    await writeArray(at(store, `sample_stats/${file}`), none, grid);
  }
  await writeLabels(store, "sample_stats", draws);
  return ["sample_stats", ...[...known, "chain", "draw"].map((file) => `sample_stats/${file}`)];
}

async function writeLabels(store: AtomicStore, group: string, { chains, length }: Draws): Promise<void> {
  for (const [dim, size] of [["chain", chains], ["draw", length]] as const) {
    const labels = Int32Array.from({ length: size }, (_, i) => i);
    await writeArray(at(store, `${group}/${dim}`), labels, { shape: [size], dims: [dim] });
  }
}

/** A place in the store; escaped, since zarrita resolves paths as URLs. */
function at(store: AtomicStore, path: string): zarr.Location<AtomicStore> {
  return new zarr.Location(store, `/${path.split("/").map(encodeURIComponent).join("/")}`);
}

/** How an array lies. */
interface Layout {
  readonly shape: number[];
  readonly dims: string[];
  readonly attributes?: Record<string, string>;
}

async function writeArray(
  place: zarr.Location<AtomicStore>,
  data: Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer> | zarr.BoolArray,
  { shape, dims, attributes = {} }: Layout,
): Promise<void> {
  const stride = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
  const options = {
    shape,
    chunkShape: shape,
    dimensionNames: dims,
    attributes,
    codecs: [{ name: "bytes", configuration: { endian: "little" } }],
  };
  const all = shape.map(() => null);
  if (data instanceof Float64Array) {
    const array = await zarr.create(place, { ...options, dtype: "float64", fillValue: NaN });
    await zarr.set(array, all, { data, shape, stride });
  } else if (data instanceof Int32Array) {
    const array = await zarr.create(place, { ...options, dtype: "int32", fillValue: 0 });
    await zarr.set(array, all, { data, shape, stride });
  } else {
    const array = await zarr.create(place, { ...options, dtype: "bool", fillValue: false });
    await zarr.set(array, all, { data, shape, stride });
  }
}

async function metadataOf(store: AtomicStore, node: string): Promise<unknown> {
  return JSON.parse(new TextDecoder().decode(await store.get(`/${node}/zarr.json`)));
}

function columnOf({ names, chains, length, values }: Draws, j: number): Float64Array<ArrayBuffer> {
  return Float64Array.from({ length: chains * length }, (_, i) => values[i * names.length + j]!);
}

// JSON has no NaN, which is null in what others write too, and no infinity.
function encodeInfo(info: DrawsInfo): Record<string, number | string | null | { number: string }> {
  return Object.fromEntries(
    Object.entries(info).map(([name, value]) => [
      name,
      typeof value === "string" || Number.isFinite(value)
        ? value
        : Number.isNaN(value)
        ? null
        : { number: `${value}` },
    ]),
  );
}

function requireDraws({ names, chains, length, values }: Draws): void {
  const expected = chains * length * names.length;
  if (values.length !== expected) {
    throw new TypeError(
      `Cannot write draws as values must have length ${expected}: current length is ${values.length}`,
    );
  }
  if (expected === 0) throw new RangeError("Cannot write draws as there must be one: current value is none");
}
