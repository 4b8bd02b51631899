/**
 * The safetensors format: named float32 arrays and string metadata in one file.
 *
 * Layout: 8 bytes, the header's length N, little-endian; N bytes of JSON, padded with spaces;
 * then the arrays, one after another. The header maps each name to
 * `{ dtype, shape, data_offsets: [begin, end] }`, counted from the end of the header, and
 * `__metadata__` to strings.
 *
 * Only F32 is read and written. A file is hostile until proven otherwise: every length is
 * checked before it is used. Hosts are taken to be little-endian, as all that run JavaScript are.
 *
 * Source: https://github.com/huggingface/safetensors#format
 *
 * @module
 */

import * as v from "valibot";
import { crc32 } from "./_crc32.ts";
import { FormatError } from "./errors.ts";
import type { Weight } from "./weights.ts";

/** What a safetensors file holds. */
export interface Safetensors {
  /** Float32 arrays by name, in the order of the file. */
  readonly tensors: Readonly<Record<string, Weight>>;
  /** Strings by name. */
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const METADATA = "__metadata__";
/** In the metadata: the CRC-32 of the file without this entry. */
const CHECKSUM = "likely.crc32";
/** The format allows 100 MB; our headers are a few kilobytes, or megabytes with very wide data. */
export const MAX_HEADER_BYTES: number = 2 ** 22;
const SIZE = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const ENTRY = v.strictObject({
  dtype: v.string(),
  shape: v.array(SIZE),
  data_offsets: v.strictTuple([SIZE, SIZE]),
});

/** Options of {@linkcode encodeSafetensors} and {@linkcode decodeSafetensors}. */
export interface SafetensorsOptions {
  /**
   * Whether the file tells, in its metadata, what its bytes add up to: any bit that changes is then noticed
   * when it is read. When reading, whether it must.
   *
   * @default {false}
   */
  readonly checksum?: boolean;
}

/**
 * Writes float32 arrays and metadata as one safetensors file.
 *
 * @param tensors Arrays by name, written in this order. Borrowed.
 * @param metadata Strings by name.
 * @param options Whether to add a checksum.
 * @returns The file; the arrays begin at a multiple of 8 bytes.
 * @throws {TypeError} If an array's length is not the product of its shape, an entry of the
 * metadata is not a string, or an array is named `__metadata__`.
 * @throws {RangeError} If the header would be longer than 4 MiB.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { decodeSafetensors, encodeSafetensors } from "@likely/core/safetensors";
 *
 * const bias = { shape: [2], data: new Float32Array([0.5, -1]) };
 * const file = encodeSafetensors({ bias }, { author: "me" });
 * assertEquals(decodeSafetensors(file), { tensors: { bias }, metadata: { author: "me" } });
 * ```
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, Weight>>,
  metadata: Readonly<Record<string, string>> = {},
  options: SafetensorsOptions = {},
): Uint8Array<ArrayBuffer> {
  if (options.checksum) {
    const { [CHECKSUM]: _, ...rest } = metadata;
    return encodeSafetensors(tensors, { ...rest, [CHECKSUM]: checksumOf(tensors, rest) });
  }
  const header = encodeHeader(tensors, metadata);
  const sizes = Object.values(tensors).map(({ data }) => data.byteLength);
  const file = new Uint8Array(8 + header.length + sizes.reduce((a, b) => a + b, 0));
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  let offset = 8 + header.length;
  for (const { data } of Object.values(tensors)) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return file;
}

/**
 * Reads a safetensors file of float32 arrays. Where it has a checksum, that is compared, and left out.
 *
 * @param bytes The whole file. Borrowed; nothing larger than it is allocated.
 * @param options Whether it must have a checksum.
 * @returns Copies of its arrays, and its metadata.
 * @throws {FormatError} If the file is truncated, damaged, hostile, or holds another dtype, or its checksum is
 * another.
 *
 * @example Usage
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { FormatError } from "@likely/core";
 * import { decodeSafetensors } from "@likely/core/safetensors";
 *
 * assertThrows(() => decodeSafetensors(new Uint8Array(3)), FormatError, "at least 8 bytes");
 * ```
 */
export function decodeSafetensors(bytes: Uint8Array, options: SafetensorsOptions = {}): Safetensors {
  const { header, text, dataStart } = decodeHeader(bytes);
  const { [METADATA]: rawMetadata = {}, ...rawEntries } = header;
  const metadata = checkMetadata(rawMetadata);
  const entries = Object.entries(rawEntries).map(([name, entry]) => checkEntry(name, entry));
  checkDuplicates(text, Object.keys(header).length + 3 * entries.length + Object.keys(metadata).length);
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCover(entries, bytes.length - dataStart);
  // fromEntries defines own properties, so that even "__proto__" is only a name.
  const tensors = Object.fromEntries(entries.map(({ name, shape, begin, end }) => {
    const data = new Float32Array((end - begin) / 4);
    new Uint8Array(data.buffer).set(bytes.subarray(dataStart + begin, dataStart + end));
    return [name, { shape, data }];
  }));
  const { [CHECKSUM]: checksum, ...rest } = metadata;
  if (checksum === undefined && !options.checksum) return { tensors, metadata };
  const found = checksumOf(tensors, rest);
  if (found !== checksum) refuse("the file must be what was written, as its checksum tells", found);
  return { tensors, metadata: rest };
}

function checksumOf(
  tensors: Readonly<Record<string, Weight>>,
  metadata: Readonly<Record<string, string>>,
): string {
  return crc32(encodeSafetensors(tensors, metadata)).toString(16).padStart(8, "0");
}

function encodeHeader(
  tensors: Readonly<Record<string, Weight>>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  let end = 0;
  const entries = Object.entries(tensors).map(([name, { shape, data }]) => {
    if (name === METADATA) refuseToWrite(`no array may be named "${METADATA}"`, name);
    if (product(shape) !== data.length) {
      refuseToWrite(`array "${name}" of shape [${shape}] must have length ${product(shape)}`, data.length);
    }
    const begin = end;
    end += data.byteLength;
    return [name, { dtype: "F32", shape, data_offsets: [begin, end] }] as const;
  });
  for (const [name, value] of Object.entries(metadata)) {
    if (typeof value !== "string") refuseToWrite(`metadata "${name}" must be a string`, typeof value);
  }
  const json = new TextEncoder().encode(
    JSON.stringify(Object.fromEntries([[METADATA, metadata], ...entries])),
  );
  if (json.length > MAX_HEADER_BYTES - 8) {
    throw new RangeError(
      `Cannot write safetensors as the header must be shorter than ${MAX_HEADER_BYTES} bytes: current value is ${json.length}`,
    );
  }
  const padded = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  padded.set(json);
  return padded;
}

function decodeHeader(
  bytes: Uint8Array,
): { header: Record<string, unknown>; text: string; dataStart: number } {
  if (bytes.length < 8) refuse("a file must have at least 8 bytes", bytes.length);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) refuse(`the header must have at most ${MAX_HEADER_BYTES} bytes`, length);
  const dataStart = 8 + Number(length);
  if (dataStart > bytes.length) refuse(`a file with this header must have ${dataStart} bytes`, bytes.length);
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, dataStart));
    header = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(`Cannot read safetensors as the header must be JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (!text.startsWith("{")) refuse("the header must begin with {", JSON.stringify(text.slice(0, 1)));
  return { header: header as Record<string, unknown>, text, dataStart };
}

function checkMetadata(raw: unknown): Record<string, string> {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
    refuse("metadata must be an object", JSON.stringify(raw));
  }
  for (const [name, value] of Object.entries(raw)) {
    if (typeof value !== "string") refuse(`metadata "${name}" must be a string`, typeof value);
  }
  return raw as Record<string, string>;
}

function checkEntry(name: string, raw: unknown): Entry {
  const { success, output, issues } = v.safeParse(ENTRY, raw);
  if (!success) {
    const [{ message, path }] = issues;
    throw new FormatError(
      `Cannot read safetensors as the entry "${name}" must be well formed: ${
        [path?.map(({ key }) => key).join("."), message].filter(Boolean).join(": ")
      }`,
    );
  }
  const { dtype, shape, data_offsets: [begin, end] } = output;
  if (dtype !== "F32") refuse(`array "${name}" must be F32`, dtype);
  if (end - begin !== 4 * product(shape)) {
    refuse(`array "${name}" of shape [${shape}] must have ${4 * product(shape)} bytes`, end - begin);
  }
  return { name, shape, begin, end };
}

// JSON.parse lets the last of two equal keys win; counting the keys in the text finds them.
function checkDuplicates(text: string, expected: number): void {
  let found = 0;
  for (const [, colon] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g)) {
    found += colon === undefined ? 0 : 1;
  }
  if (found !== expected) refuse(`the header must have ${expected} keys, none of them twice`, found);
}

function checkCover(entries: readonly Entry[], length: number): void {
  let at = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== at) refuse(`array "${name}" must begin where the one before ends, at ${at}`, begin);
    at = end;
  }
  if (at !== length) refuse(`the arrays must fill the file to its end, ${at} bytes`, length);
}

function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

function refuseToWrite(rule: string, value: unknown): never {
  throw new TypeError(`Cannot write safetensors as ${rule}: current value is ${value}`);
}

function refuse(rule: string, value: unknown): never {
  throw new FormatError(`Cannot read safetensors as ${rule}: current value is ${value}`);
}
