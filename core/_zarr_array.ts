// One array of a Zarr v3 store that anybody may have written: nothing is made room for before the
// store has proved that it is wanted.

import * as v from "valibot";
import * as zarr from "zarrita";

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
    dimension_names: v.array(v.string()),
    chunk_grid: v.object({
      name: v.literal("regular"),
      configuration: v.object({ chunk_shape: v.array(SIZE) }),
    }),
    chunk_key_encoding: v.object({
      name: v.literal("default"),
      configuration: v.optional(v.object({ separator: v.optional(v.picklist(["/", "."]), "/") }), {}),
    }),
    codecs: v.array(CODEC),
    attributes: v.optional(v.looseObject({}), {}),
    storage_transformers: v.optional(v.pipe(v.array(v.unknown()), v.maxLength(0))),
  }),
  v.check(
    ({ shape, dimension_names, chunk_grid }) =>
      dimension_names.length === shape.length && chunk_grid.configuration.chunk_shape.length === shape.length,
    "shape, chunk shape and names of dimensions must have one length",
  ),
  v.check(
    ({ codecs: [first, second, ...more] }) =>
      first?.name === "bytes" && /^(zstd|blosc)$/.test(second?.name ?? "zstd") && more.length === 0,
    "codecs must be bytes, and zstd or blosc or none",
  ),
  v.check(
    ({ attributes: { scale_factor, add_offset } }) => scale_factor === undefined && add_offset === undefined,
    "numbers must not be packed by a scale or an offset",
  ),
  v.check(({ attributes }) => isNaNFill(attributes._FillValue), "no number but NaN must stand for none"),
);

/** Whether xarray's mark of what is missing, for floats in base64, is NaN, or there is none. */
function isNaNFill(fill: unknown): boolean {
  if (fill === undefined || fill === "NaN") return true;
  if (typeof fill !== "string" || !/^[A-Za-z0-9+/]{11}=$/.test(fill)) return false;
  const bytes = Uint8Array.from(atob(fill), (character) => character.charCodeAt(0));
  return Number.isNaN(new DataView(bytes.buffer).getFloat64(0, true));
}

/** Reads metadata. */
export function parseMetadata(bytes: Uint8Array): ArrayMetadata {
  const value = JSON.parse(new TextDecoder().decode(bytes));
  const { success, output, issues } = v.safeParse(METADATA, value);
  if (success) return output;
  throw new TypeError([v.getDotPath(issues[0]), issues[0].message].filter(Boolean).join(": "));
}

/** Reads the chunks that are there, and holds their sizes against the metadata. */
export async function loadArray(
  store: ByteStore,
  path: string,
  { metadata, isWhole }: { readonly metadata: ArrayMetadata; readonly isWhole: boolean },
): Promise<StoredArray> {
  const { shape, data_type, chunk_grid, chunk_key_encoding, codecs } = metadata;
  const chunk = chunk_grid.configuration.chunk_shape;
  const counts = shape.map((size, i) => Math.ceil(size / chunk[i]!));
  const bytes = BYTES[data_type] * product(chunk);
  if (product(counts) > MOST_CHUNKS) throw new RangeError(`it has ${product(counts)} chunks`);
  const files = new Map<string, Uint8Array>();
  for (const place of places(counts)) {
    const key = ["c", ...place].join(chunk_key_encoding.configuration.separator);
    const found = await store.get(`${path}/${key}` as `/${string}`);
    if (found === undefined && isWhole) throw new RangeError(`${key} is missing`);
    if (found === undefined) continue;
    requireSize(key, found, { codec: codecs[1]?.name, bytes });
    files.set(`/${key}`, found);
  }
  const stored = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  return { metadata, files, stored, decoded: 8 * product(counts) * product(chunk) };
}

/** The numbers of an array, row-major. */
export async function decodeArray({ metadata, files }: StoredArray): Promise<Float64Array> {
  const json = new TextEncoder().encode(JSON.stringify(metadata));
  const store = new Map<string, Uint8Array>([...files, ["/zarr.json", json]]);
  const array = await zarr.open.v3(zarr.root(store), { kind: "array" });
  const { data } = await zarr.get(array);
  const out = new Float64Array(product(metadata.shape));
  let i = 0;
  for (const value of data as Iterable<number | bigint | boolean>) out[i++] = exact(value);
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
  { codec, bytes }: { readonly codec: string | undefined; readonly bytes: number },
): void {
  const claimed = codec === undefined ? file.length : codec === "zstd" ? zstdSize(file) : bloscSize(file);
  if (claimed === bytes) return;
  throw new RangeError(`${key} holds ${claimed ?? "an unknown number of"} bytes, not ${bytes}`);
}

/** The size in a Zstandard frame's header (RFC 8878, section 3.1.1.1). */
function zstdSize(file: Uint8Array): number | undefined {
  if (file.length < 18) file = Uint8Array.from({ length: 18 }, (_, i) => file[i] ?? 0);
  const view = new DataView(file.buffer, file.byteOffset);
  if (view.getUint32(0, true) !== 0xfd2fb528) return undefined;
  const descriptor = file[4]!;
  const isSingle = (descriptor >> 5 & 1) === 1;
  const at = 5 + (isSingle ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!;
  switch (descriptor >> 6) {
    case 1:
      return view.getUint16(at, true) + 256;
    case 2:
      return view.getUint32(at, true);
    case 3:
      return Number(view.getBigUint64(at, true));
    default:
      return isSingle ? file[at] : undefined;
  }
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
