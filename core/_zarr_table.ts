// A table in a Zarr folder, of version 2 or 3: an array, or a group of them as xarray and ArviZ write it.

import { AtomicStore } from "./_atomic_store.ts";
import { isFileName } from "./_file_names.ts";
import { show } from "./_plain_data.ts";
import type { TablePick } from "./table_pick.ts";
import {
  type ArrayMetadata,
  decodeArray,
  loadArray,
  parseMetadata,
  parseMetadata2,
  type StoredArray,
} from "./_zarr_array.ts";
import { FormatError } from "./errors.ts";
import { points } from "./points.ts";
import type { Table } from "./table.ts";

/** Bytes that numbers may take however small their files are. */
const FREE = 2 ** 28;
/** Above that, how many times larger numbers may be than their files. */
const MOST_RATIO = 1000;
/** Columns: each may need a name. */
const MOST_COLUMNS = 1_000_000;

/** Whether a folder holds an array or a group. */
export async function isZarr(path: string): Promise<boolean> {
  const store = new AtomicStore(path);
  for (const file of ["zarr.json", ".zarray", ".zgroup"] as const) {
    if (await store.has(`/${file}`)) return true;
  }
  return false;
}

/** Reads the array or group that is asked for, else the preferred one, else all there is. */
export async function readZarrTable(path: string, { pick, prefer = [] }: TablePick): Promise<Table> {
  const store = new AtomicStore(path);
  const parts = pick?.split("/").filter((part) => part !== "") ?? [];
  const at = parts.map((part) => `/${part}`).join("");
  if (!parts.every(isFileName)) refuse(path, `hold ${show(pick)}: there can be none`);
  const node = await openNode(store, path, at);
  if (node === undefined) {
    refuse(path + at, "be a Zarr array or group: there is neither zarr.json, .zarray nor .zgroup");
  }
  if (node !== "group") return tableOf(path, [await part(store, { path, at, metadata: node })]);
  const children = await childrenOf(store, path, at);
  const found = pick === undefined ? prefer.find((name) => children.has(name)) : undefined;
  if (found !== undefined) return await readZarrTable(path, { pick: found });
  const arrays = [...children].filter(([name, child]) => child !== "group" && !isCoordinate(name, child));
  if (arrays.length === 0) {
    refuse(
      path + at,
      `hold an array of numbers, not groups: choose one of them by ${path}#name, such as ${
        [...children.keys()].join(", ") || "there is none"
      }`,
    );
  }
  const loaded: Part[] = [];
  for (const [name, metadata] of arrays as [string, ArrayMetadata][]) {
    loaded.push(await part(store, { path, at: `${at}/${name}`, metadata }));
  }
  return tableOf(path + at, loaded);
}

/** An array, its chunks still as they are stored. */
interface Part {
  readonly name: string;
  readonly array: StoredArray;
}

interface Place {
  readonly path: string;
  readonly at: string;
  readonly metadata: ArrayMetadata;
}

async function part(store: AtomicStore, { path, at, metadata }: Place): Promise<Part> {
  // What is left out is what it is filled with.
  const array = await loadArray(store, at, { metadata, isWhole: false })
    .catch((cause) => refuse(path + at, `be whole: ${(cause as Error).message}`, cause));
  return { name: at.slice(at.lastIndexOf("/") + 1), array };
}

async function openNode(
  store: AtomicStore,
  path: string,
  at: string,
): Promise<ArrayMetadata | "group" | undefined> {
  const get = (file: string) => store.get(`${at}/${file}` as `/${string}`);
  try {
    const three = await get("zarr.json");
    if (three) {
      const { node_type: kind } = JSON.parse(new TextDecoder().decode(three)) ?? {};
      return kind === "group" ? "group" : parseMetadata(three);
    }
    const two = await get(".zarray");
    if (two) return parseMetadata2(two, await get(".zattrs"));
    return await get(".zgroup") ? "group" : undefined;
  } catch (cause) {
    refuse(path + at, `be an array of numbers: ${(cause as Error).message}`, cause);
  }
}

/** Arrays and groups by name; what is no numbers, such as labels, is left out unless there is nothing else. */
async function childrenOf(
  store: AtomicStore,
  path: string,
  at: string,
): Promise<Map<string, ArrayMetadata | "group">> {
  const found = new Map<string, ArrayMetadata | "group">();
  let why: unknown;
  for (const name of (await store.list(`${at}/` as `/${string}`)).filter(isFileName).sort()) {
    try {
      const node = await openNode(store, path, `${at}/${name}`);
      if (node) found.set(name, node);
    } catch (cause) {
      // A file beside them is none, and a folder without metadata.
      why ??= cause;
    }
  }
  if (found.size === 0 && why) throw why;
  return found;
}

/** Labels of a dimension, as xarray calls them. */
function isCoordinate(name: string, { shape, dimension_names: dims }: ArrayMetadata): boolean {
  return shape.length === 1 && dims?.[0] === name || shape.length === 0;
}

/** Arrays side by side; rows are chains and draws, or the first dimension. */
async function tableOf(path: string, parts: readonly Part[]): Promise<Table> {
  const sum = (of: "stored" | "decoded") => parts.reduce((total, { array }) => total + array[of], 0);
  const most = Math.max(FREE, MOST_RATIO * sum("stored"));
  if (sum("decoded") > most) {
    refuse(path, `need at most ${most} bytes, as small as its files are: it needs ${sum("decoded")}`);
  }
  const lead = parts.map(({ array }) => rowDimensions(array.metadata));
  const counts = parts.map(({ array: { metadata: { shape } } }, k) => product(shape.slice(0, lead[k])));
  const [n] = counts as [number];
  const odd = counts.findIndex((count) => count !== n);
  if (odd >= 0) {
    refuse(
      path,
      `have arrays of as many rows: ${parts[0]!.name} has ${n}, ${parts[odd]!.name} ${counts[odd]}`,
    );
  }
  const widths = parts.map(({ array: { metadata: { shape } } }, k) => product(shape.slice(lead[k])));
  const dim = widths.reduce((a, b) => a + b, 0);
  if (dim > MOST_COLUMNS) refuse(path, `have at most ${MOST_COLUMNS} columns: it has ${dim}`);
  const data = new Float64Array(n * dim);
  let column = 0;
  for (const [k, { name, array }] of parts.entries()) {
    const values = await decodeArray(array)
      .catch((cause) => refuse(path, `be readable: ${name}: ${(cause as Error).message}`, cause));
    for (let i = 0; i < n; i++) {
      data.set(values.subarray(i * widths[k]!, (i + 1) * widths[k]!), i * dim + column);
    }
    column += widths[k]!;
  }
  const isOne = parts.length === 1;
  const names = isOne && (widths[0]! > 1 || parts[0]!.name === "")
    ? []
    : parts.flatMap(({ name, array: { metadata: { shape } } }, k) => elements(name, shape.slice(lead[k])));
  return {
    names,
    rows: points(data, dim),
    ...isOne && parts[0]!.array.metadata.shape.length === 1 && { isList: true },
  };
}

function rowDimensions({ dimension_names: dims }: ArrayMetadata): number {
  return dims?.[0] === "chain" && dims[1] === "draw" ? 2 : 1;
}

/** `theta[0]`, `theta[1]`; of a matrix `m[0, 0]`, as ArviZ calls them. */
function elements(name: string, shape: readonly number[]): string[] {
  if (shape.length === 0) return [name];
  return Array.from({ length: product(shape) }, (_, k) => {
    const at = shape.map((size, d) => Math.floor(k / product(shape.slice(d + 1))) % size);
    return `${name}[${at.join(", ")}]`;
  });
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1);
}

function refuse(file: string, rule: string, cause?: unknown): never {
  throw new FormatError(`Cannot read a table as ${file} must ${rule}`, { cause });
}
