// Pages of Parquet unpacked, to no more bytes than they claim. Not by hyparquet-compressors 1.1.2: on damaged
// bytes its Zstandard goes on for ever and its Brotli makes room without an end, and nothing, packed by LZ4,
// is an error to it.

import { gunzipSync } from "fflate/browser";
import { snappyUncompress } from "hyparquet";
import { zstdMost, zstdSize } from "./_zstd_size.ts";

/** Unpacks a page that must have so many bytes; the sizes have been held against the file's. */
export async function unpackPage(codec: string, packed: Uint8Array, size: number): Promise<Uint8Array> {
  if (codec === "UNCOMPRESSED") return sized(packed, size);
  const unpack = UNPACK[codec];
  if (!unpack) throw new TypeError(`it must be compressed by a known codec, not by ${codec}`);
  return size === 0 ? new Uint8Array() : sized(await unpack(packed, size), size);
}

/** Blocks that a full one of Zstandard may be split into. */
const MOST_SPLIT = 32;

type Unpack = (packed: Uint8Array, size: number) => Uint8Array | Promise<Uint8Array>;

const UNPACK: Readonly<Record<string, Unpack>> = {
  SNAPPY: (packed, size) => {
    const out = new Uint8Array(size);
    snappyUncompress(packed, out);
    return out;
  },
  // Room for one byte more tells a page that is too long.
  GZIP: (packed, size) => gunzipSync(packed, { out: new Uint8Array(size + 1) }),
  ZSTD: async (packed, size) => {
    const claimed = zstdSize(packed);
    requireSize(claimed ?? size, size);
    // A stream tells no size, and has blocks that are split into smaller ones.
    if (claimed === undefined && zstdMost(packed) > MOST_SPLIT * size + 2 ** 22) {
      throw new RangeError(`its blocks must have ${size} bytes`);
    }
    const { default: Zstd } = await import("numcodecs/zstd");
    return await Zstd.fromConfig({ id: "zstd", level: 1 }).decode(packed);
  },
  LZ4_RAW: lz4,
  LZ4: async (packed, size) => await hadoop(packed, size) ?? await lz4(packed, size),
  BROTLI: (packed, size) => {
    const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
    const zlib = process?.getBuiltinModule?.("node:zlib") as Zlib | undefined;
    if (zlib) return zlib.brotliDecompressSync(packed, { maxOutputLength: size });
    throw new TypeError("the host must unpack Brotli: process.getBuiltinModule is absent; write it by zstd");
  },
};

interface Zlib {
  brotliDecompressSync(packed: Uint8Array, options: { readonly maxOutputLength: number }): Uint8Array;
}

async function lz4(packed: Uint8Array, size: number): Promise<Uint8Array> {
  const { default: Lz4 } = await import("numcodecs/lz4");
  // Behind the size, as numcodecs has it.
  const bytes = new Uint8Array(packed.length + 4);
  new DataView(bytes.buffer).setUint32(0, size, true);
  bytes.set(packed, 4);
  return await Lz4.fromConfig({ id: "lz4", acceleration: 1 }).decode(bytes);
}

/** Blocks behind their sizes, as Hadoop has it; undefined where they are none. */
async function hadoop(packed: Uint8Array, size: number): Promise<Uint8Array | undefined> {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const blocks: { readonly at: number; readonly length: number; readonly size: number }[] = [];
  let [at, total] = [0, 0];
  while (at + 8 <= packed.length) {
    const [unpacked, length] = [view.getUint32(at), view.getUint32(at + 4)];
    blocks.push({ at: at + 8, length, size: unpacked });
    [at, total] = [at + 8 + length, total + unpacked];
  }
  if (at !== packed.length || total !== size) return undefined;
  const out = new Uint8Array(size);
  let to = 0;
  for (const block of blocks) {
    const found = await lz4(packed.subarray(block.at, block.at + block.length), block.size);
    out.set(sized(found, block.size), to);
    to += block.size;
  }
  return out;
}

function sized(bytes: Uint8Array, size: number): Uint8Array {
  requireSize(bytes.length, size);
  return bytes;
}

function requireSize(length: number, size: number): void {
  if (length !== size) throw new RangeError(`a page must have ${size} bytes, not ${length}`);
}
