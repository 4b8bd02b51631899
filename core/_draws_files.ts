// Draws as a Zarr v3 group in a folder. See draws_zarr.ts for the layout.

import * as v from "valibot";
import * as zarr from "zarrita";
import { AtomicStore } from "./_atomic_store.ts";
import type { Draws, DrawsInfo } from "./draws.ts";
import { FormatError } from "./errors.ts";

/** Writes everything; the root's metadata comes last, so that half a folder is none. */
export async function writeDrawsFiles(path: string, draws: Draws): Promise<void> {
  const { names, chains, length, values, info, warnings } = draws;
  requireWritable(draws);
  const store = new AtomicStore(path);
  const there = await store.list("/");
  if (there.length > 0) {
    throw new RangeError(`Cannot write draws as ${path} must be absent or empty: it holds ${there[0]}`);
  }
  const group = zarr.root(store).resolve("posterior");
  const likely = { format: 1, names, info: withoutNaN(info), warnings };
  await zarr.create(group, { attributes: { created_by: "likely", likely } });
  const write = (name: string, column: Float64Array) =>
    writeArray(group.resolve(name), column, { shape: [chains, length], dims: ["chain", "draw"] });
  for (const [j, name] of names.entries()) {
    await write(name, values.filter((_, k) => k % names.length === j));
  }
  for (const [dim, size] of [["chain", chains], ["draw", length]] as const) {
    const labels = Int32Array.from({ length: size }, (_, i) => i);
    await writeArray(group.resolve(dim), labels, { shape: [size], dims: [dim] });
  }
  await zarr.create(zarr.root(store), { attributes: {} });
}

async function writeArray(
  at: zarr.Location<AtomicStore>,
  data: Float64Array | Int32Array,
  { shape, dims }: { readonly shape: number[]; readonly dims: string[] },
): Promise<void> {
  const stride = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
  const options = {
    shape,
    chunkShape: shape,
    dimensionNames: dims,
    codecs: [{ name: "bytes", configuration: { endian: "little" } }],
  };
  const all = shape.map(() => null);
  if (data instanceof Float64Array) {
    const array = await zarr.create(at, { ...options, dtype: "float64", fillValue: NaN });
    await zarr.set(array, all, { data: new Float64Array(data), shape, stride });
  } else {
    const array = await zarr.create(at, { ...options, dtype: "int32", fillValue: 0 });
    await zarr.set(array, all, { data: new Int32Array(data), shape, stride });
  }
}

/** Reads everything; nothing is made room for that a file's size does not prove. */
export async function readDrawsFiles(path: string): Promise<Draws> {
  const store = new AtomicStore(path);
  const { names, info, warnings } = await readGroup(store, path);
  const columns: Column[] = [];
  for (const name of names) columns.push(await readColumn(store, { path, name }));
  const { chains, length } = columns[0]!;
  const odd = columns.findIndex((column) => column.chains !== chains || column.length !== length);
  if (odd >= 0) refuse(`${path}/posterior/${names[odd]}`, `hold ${chains} chains of ${length} draws`);
  const values = new Float64Array(chains * length * names.length);
  columns.forEach(({ data }, j) => data.forEach((value, i) => values[i * names.length + j] = value));
  return { names, chains, length, values, info, warnings };
}

type About = Pick<Draws, "names" | "info" | "warnings">;

const UNKNOWN: DrawsInfo = { sampler: "unknown", evaluations: NaN };
const NUMBER = v.pipe(v.nullable(v.number()), v.transform((value) => value ?? NaN));
const LIKELY = v.object({
  format: v.literal(1),
  names: v.pipe(v.array(v.pipe(v.string(), v.check(isName, "is no parameter's name"))), v.minLength(1)),
  info: v.objectWithRest({ sampler: v.string(), evaluations: NUMBER }, v.union([NUMBER, v.string()])),
  warnings: v.array(v.string()),
});

async function readGroup(store: AtomicStore, path: string): Promise<About> {
  const file = `${path}/posterior/zarr.json`;
  const bytes = await store.get("/posterior/zarr.json");
  if (bytes === undefined) refuse(file, "describe a group: there is none");
  try {
    const group = JSON.parse(new TextDecoder().decode(bytes));
    v.parse(v.object({ node_type: v.literal("group"), zarr_format: v.literal(3) }), group);
    if (group.attributes?.likely !== undefined) return v.parse(LIKELY, group.attributes.likely);
  } catch (cause) {
    refuse(file, `describe draws of format 1: ${(cause as Error).message}`, cause);
  }
  const names: string[] = [];
  for (const name of (await store.list("/posterior")).filter(isName).sort()) {
    if (await store.has(`/posterior/${name}/zarr.json`)) names.push(name);
  }
  if (names.length === 0) refuse(`${path}/posterior`, "hold at least one parameter: there is none");
  return { names, info: UNKNOWN, warnings: [] };
}

const SIZE = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const ARRAY = v.pipe(
  v.object({
    data_type: v.literal("float64"),
    shape: v.strictTuple([SIZE, SIZE]),
    dimension_names: v.strictTuple([v.literal("chain"), v.literal("draw")]),
    chunk_grid: v.object({
      name: v.literal("regular"),
      configuration: v.object({ chunk_shape: v.strictTuple([SIZE, SIZE]) }),
    }),
    // Uncompressed, so that the size of a file bounds what reading it takes.
    codecs: v.strictTuple([
      v.object({ name: v.literal("bytes"), configuration: v.object({ endian: v.literal("little") }) }),
    ]),
  }),
  v.check(
    ({ shape, chunk_grid }) => shape.every((size, i) => size === chunk_grid.configuration.chunk_shape[i]),
    "must be one chunk",
  ),
);

interface Column {
  readonly chains: number;
  readonly length: number;
  readonly data: Float64Array;
}

async function readColumn(
  store: AtomicStore,
  { path, name }: { readonly path: string; readonly name: string },
): Promise<Column> {
  const file = `${path}/posterior/${name}`;
  let why: string;
  try {
    const bytes = await store.get(`/posterior/${name}/zarr.json`);
    const { shape: [chains, length] } = v.parse(ARRAY, JSON.parse(new TextDecoder().decode(bytes)));
    const array = await zarr.open.v3(zarr.root(store).resolve(`posterior/${name}`), { kind: "array" });
    const { data } = await (array as zarr.Array<"float64", AtomicStore>).getChunk([0, 0]);
    if (data.length === chains * length) return { chains, length, data };
    why = `it holds ${data.length} numbers`;
  } catch (cause) {
    why = (cause as Error).message;
  }
  refuse(file, `be a float64 array [chain, draw], uncompressed and in one chunk: ${why}`);
}

function isName(name: string): boolean {
  return name !== "" && name !== "chain" && name !== "draw" && name !== "zarr.json" &&
    !/^\.|^__|[/\\\0]|\.partial$/.test(name);
}

// JSON has no NaN and no infinity.
function withoutNaN(info: DrawsInfo): Record<string, number | string | null> {
  return Object.fromEntries(
    Object.entries(info).map(([name, value]) => [
      name,
      typeof value === "number" && !Number.isFinite(value) ? null : value,
    ]),
  );
}

function requireWritable({ names, chains, length, values }: Draws): void {
  const expected = chains * length * names.length;
  if (values.length !== expected) {
    throw new TypeError(
      `Cannot write draws as values must have length ${expected}: current length is ${values.length}`,
    );
  }
  if (expected === 0) throw new RangeError("Cannot write draws as there must be one: current value is none");
  const bad = names.find((name, j) => !isName(name) || names.indexOf(name) !== j);
  if (bad === undefined) return;
  throw new RangeError(
    `Cannot write draws as every name must be a file's, and its own: current value is "${bad}"`,
  );
}

function refuse(file: string, rule: string, cause?: unknown): never {
  throw new FormatError(`Cannot open draws as ${file} must ${rule}`, { cause });
}
