// One array of a Zarr store that anybody may have written: nothing is made room for before the
// store has proved that it is wanted. What is of Zarr 2 is described as of Zarr 3 first.

import { gunzipSync, unzlibSync } from "fflate/browser";
import * as v from "valibot";
import * as zarr from "zarrita";
import { zstdSize } from "./_zstd_size.ts";

/** What an array is read from. */
export interface ByteStore {
  /** The bytes of a file; undefined for none. */
  get(key: `/${string}`): Promise<Uint8Array | undefined>;
}

/** An array's metadata, checked. */
export type ArrayMetadata = v.InferOutput<typeof METADATA>;

/** The files of an array, its chunks still as they are stored. */
export interface StoredArray {
  /** What it is. */
  readonly metadata: ArrayMetadata;
  /** Its files, by their keys in a store of this array alone. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Bytes of its files. */
  readonly stored: number;
  /** Bytes that its numbers will take, as float64. */
  readonly decoded: number;
}

const BYTES = {
  float64: 8,
  float32: 4,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint64: 8,
  uint32: 4,
  uint16: 2,
  uint8: 1,
  bool: 1,
} as const;
/** Chunks of one array: more are a sign of a mistake, or worse. */
const MOST_CHUNKS = 100_000;

const SIZE = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const CODEC = v.object({ name: v.string(), configuration: v.optional(v.looseObject({})) });
const METADATA = v.pipe(
  v.looseObject({
    zarr_format: v.literal(3),
    node_type: v.literal("array"),
    data_type: v.picklist(Object.keys(BYTES) as (keyof typeof BYTES)[]),
    shape: v.array(SIZE),
    // Zarr 3 may leave all of them out, or some.
    dimension_names: v.optional(v.nullable(v.array(v.nullable(v.string())))),
    chunk_grid: v.object({
      name: v.literal("regular"),
      configuration: v.object({ chunk_shape: v.array(SIZE) }),
    }),
    chunk_key_encoding: v.object({
      name: v.picklist(["default", "v2"]),
      configuration: v.optional(v.object({ separator: v.optional(v.picklist(["/", "."])) }), {}),
    }),
    codecs: v.array(CODEC),
    attributes: v.optional(v.looseObject({}), {}),
    storage_transformers: v.optional(v.pipe(v.array(v.unknown()), v.maxLength(0))),
  }),
  v.check(
    ({ shape, dimension_names, chunk_grid }) =>
      (dimension_names?.length ?? shape.length) === shape.length &&
      chunk_grid.configuration.chunk_shape.length === shape.length,
    "shape, chunk shape and names of dimensions must have one length",
  ),
  v.check(
    ({ codecs }) => CODECS.test(codecs.map(({ name }) => name.replace(/^numcodecs\./, "")).join(" ")),
    "codecs must be bytes, and zstd, blosc, gzip, zlib or lz4 or none",
  ),
  v.check(
    ({ attributes: { scale_factor, add_offset } }) => scale_factor === undefined && add_offset === undefined,
    "numbers must not be packed by a scale or an offset",
  ),
  v.check(({ attributes }) => isNaNFill(attributes._FillValue), "no number but NaN must stand for none"),
);

const CODECS = /^(transpose )?bytes( (zstd|blosc|gzip|zlib|lz4))?( crc32c)?$/;

/** Whether xarray's mark of what is missing, for floats in base64, is NaN, or there is none. */
function isNaNFill(fill: unknown): boolean {
  if (fill === undefined || fill === "NaN") return true;
  if (typeof fill !== "string" || !/^[A-Za-z0-9+/]{11}=$/.test(fill)) return false;
  const bytes = Uint8Array.from(atob(fill), (character) => character.charCodeAt(0));
  return Number.isNaN(new DataView(bytes.buffer).getFloat64(0, true));
}

/** Reads metadata. */
export function parseMetadata(bytes: Uint8Array): ArrayMetadata {
  return checkMetadata(parseJson(bytes));
}

function parseJson(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}

function checkMetadata(value: unknown): ArrayMetadata {
  const { success, output, issues } = v.safeParse(METADATA, value);
  if (success) return output;
  throw new TypeError([v.getDotPath(issues[0]), issues[0].message].filter(Boolean).join(": "));
}

const TYPES: Readonly<Record<string, keyof typeof BYTES>> = {
  f8: "float64",
  f4: "float32",
  i8: "int64",
  i4: "int32",
  i2: "int16",
  i1: "int8",
  u8: "uint64",
  u4: "uint32",
  u2: "uint16",
  u1: "uint8",
  b1: "bool",
};
const METADATA_2 = v.object({
  zarr_format: v.literal(2),
  shape: v.array(v.unknown()),
  chunks: v.array(v.unknown()),
  dtype: v.pipe(v.string(), v.regex(/^[<>|]([fiu][1248]|b1)$/, "dtype must be of numbers")),
  order: v.picklist(["C", "F"]),
  compressor: v.nullable(v.looseObject({ id: v.string() })),
  filters: v.nullable(v.pipe(v.array(v.unknown()), v.maxLength(0, "there must be no filters")), null),
  dimension_separator: v.optional(v.picklist(["/", "."]), "."),
  fill_value: v.optional(v.union([v.null(), v.number(), v.string(), v.boolean()])),
});

/** Reads metadata of Zarr 2, of an array and of its attributes. */
export function parseMetadata2(array: Uint8Array, attributes: Uint8Array | undefined): ArrayMetadata {
  const { success, output, issues } = v.safeParse(METADATA_2, parseJson(array));
  if (!success) throw new TypeError([v.getDotPath(issues[0]), issues[0].message].filter(Boolean).join(": "));
  const { shape, chunks, dtype, order, compressor, dimension_separator: separator } = output;
  const about = (attributes ? parseJson(attributes) : {}) as Record<string, unknown>;
  const names = about?._ARRAY_DIMENSIONS;
  const { id, ...configuration } = compressor ?? {};
  // What is missing is no number, where there is one that says so.
  const missing = dtype[1] === "f" ? "NaN" : dtype[1] === "b" ? false : 0;
  return checkMetadata({
    zarr_format: 3,
    node_type: "array",
    data_type: TYPES[dtype.slice(1)],
    shape,
    ...Array.isArray(names) && { dimension_names: names },
    chunk_grid: { name: "regular", configuration: { chunk_shape: chunks } },
    chunk_key_encoding: { name: "v2", configuration: { separator } },
    codecs: [
      ...order === "F" && shape.length > 1
        ? [{ name: "transpose", configuration: { order: shape.map((_, i) => shape.length - 1 - i) } }]
        : [],
      { name: "bytes", configuration: { endian: dtype[0] === ">" ? "big" : "little" } },
      ...id === undefined ? [] : [{ name: id, configuration }],
    ],
    fill_value: output.fill_value ?? missing,
    attributes: about,
  });
}

/** Reads the chunks that are there, and holds their sizes against the metadata. */
export async function loadArray(
  store: ByteStore,
  path: string,
  { metadata, isWhole }: { readonly metadata: ArrayMetadata; readonly isWhole: boolean },
): Promise<StoredArray> {
  const { shape, data_type, chunk_grid, codecs } = metadata;
  const chunk = chunk_grid.configuration.chunk_shape;
  const counts = shape.map((size, i) => Math.ceil(size / chunk[i]!));
  const bytes = BYTES[data_type] * product(chunk);
  if (product(counts) > MOST_CHUNKS) throw new RangeError(`it has ${product(counts)} chunks`);
  const files = new Map<string, Uint8Array>();
  let stored = 0;
  for (const place of places(counts)) {
    const key = keyOf(metadata, place);
    const found = await store.get(`${path}/${key}` as `/${string}`);
    if (found === undefined && isWhole) throw new RangeError(`${key} is missing`);
    if (found === undefined) continue;
    const plain = inflatedOf(found, codecs, bytes);
    const known = plain === found ? codecs : codecs.filter(({ name }) => !isDeflated(name));
    requireSize(key, plain, { codecs: known, bytes });
    files.set(`/${key}`, plain);
    stored += found.length;
  }
  const rest = { ...metadata, codecs: codecs.filter(({ name }) => !isDeflated(name)) };
  return { metadata: rest, files, stored, decoded: 8 * product(counts) * product(chunk) };
}

function keyOf(
  { chunk_key_encoding: { name, configuration } }: ArrayMetadata,
  place: readonly number[],
): string {
  if (name === "default") return ["c", ...place].join(configuration.separator ?? "/");
  return place.length === 0 ? "0" : place.join(configuration.separator ?? ".");
}

function isDeflated(codec: string): boolean {
  return /^(numcodecs\.)?(gzip|zlib)$/.test(codec);
}

/** A deflated chunk, which does not tell its size, as it was before; it is at most 1,032 times larger. */
function inflatedOf(file: Uint8Array, codecs: ArrayMetadata["codecs"], bytes: number): Uint8Array {
  const codec = codecs.find(({ name }) => isDeflated(name))?.name;
  if (codec === undefined) return file;
  if (codecs.at(-1)!.name === "crc32c") throw new TypeError("a checksum must not be of a deflated chunk");
  if (bytes > 1032 * file.length) return new Uint8Array();
  // Room for one byte more tells a chunk that is too long.
  const out = new Uint8Array(bytes + 1);
  return codec.endsWith("gzip") ? gunzipSync(file, { out }) : unzlibSync(file, { out });
}

/** The numbers of an array, row-major. */
export async function decodeArray({ metadata, files }: StoredArray): Promise<Float64Array> {
  const json = new TextEncoder().encode(JSON.stringify(metadata));
  const store = new Map<string, Uint8Array>([...files, ["/zarr.json", json]]);
  const array = await zarr.open.v3(zarr.root(store), { kind: "array" });
  const { data, stride } = await zarr.get(array);
  const out = new Float64Array(product(metadata.shape));
  let i = 0;
  for (const value of data as Iterable<number | bigint | boolean>) out[i++] = exact(value);
  return rowMajor(out, metadata.shape, stride);
}

/** Numbers in the order of their indices: of what is stored in Fortran's they come in that. */
function rowMajor(data: Float64Array, shape: readonly number[], stride: readonly number[]): Float64Array {
  const isRowMajor = shape.every((size, i) => size === 1 || stride[i] === product(shape.slice(i + 1)));
  if (isRowMajor) return data;
  const out = new Float64Array(data.length);
  let k = 0;
  for (const place of places(shape)) out[k++] = data[place.reduce((at, p, d) => at + p * stride[d]!, 0)]!;
  return out;
}

function exact(value: number | bigint | boolean): number {
  const number = Number(value);
  if (typeof value !== "bigint" || BigInt(number) === value) return number;
  throw new RangeError(`${value} is no float64 number`);
}

/** What a chunk claims to decode to; decoders believe it, and allocate. */
function requireSize(
  key: string,
  file: Uint8Array,
  { codecs, bytes }: { readonly codecs: ArrayMetadata["codecs"]; readonly bytes: number },
): void {
  const body = file.length - (codecs.at(-1)!.name === "crc32c" ? 4 : 0);
  const names = codecs.map(({ name }) => name.replace(/^numcodecs\./, ""));
  const claimed = names.includes("zstd")
    ? zstdSize(file)
    : names.includes("blosc")
    ? bloscSize(file)
    : names.includes("lz4")
    ? lz4Size(file)
    : body;
  if (claimed === bytes) return;
  throw new RangeError(`${key} holds ${claimed ?? "an unknown number of"} bytes, not ${bytes}`);
}

/** The size before an LZ4 block, as numcodecs writes it. */
function lz4Size(file: Uint8Array): number | undefined {
  return file.length < 4 ? undefined : new DataView(file.buffer, file.byteOffset).getUint32(0, true);
}

/** The size in a Blosc chunk's header. */
function bloscSize(file: Uint8Array): number | undefined {
  return file.length < 16 ? undefined : new DataView(file.buffer, file.byteOffset).getUint32(4, true);
}

function* places(counts: readonly number[]): Generator<number[]> {
  for (let k = 0; k < product(counts); k++) {
    let rest = k;
    yield counts.map((_, i) => {
      const stride = product(counts.slice(i + 1));
      const at = Math.floor(rest / stride);
      rest %= stride;
      return at;
    });
  }
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1);
}
