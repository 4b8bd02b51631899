// deno-lint-ignore-file camelcase -- as the format has it
// What the pages of a Parquet column claim, held against their bytes. hyparquet believes them: it makes room
// for what is claimed, repeats a value as often as a run says, and takes an index beyond its dictionary for
// a missing number.

import type { ColumnMetaData, SchemaElement } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { endOfStruct } from "./_thrift.ts";

/** A column of one group of rows. */
export interface ColumnChunk {
  /** Its pages. */
  readonly bytes: Uint8Array;
  readonly element: SchemaElement;
  readonly codec: ColumnMetaData["codec"];
  /** In the group. */
  readonly rows: number;
}

/** How pages are unpacked. */
export type Unpack = (codec: string, packed: Uint8Array, size: number) => Promise<Uint8Array>;

/** Bytes that pages may still take. */
export interface Budget {
  left: number;
}

/** Checks every page of a column; throws a `TypeError` or `RangeError` at the first that is not sound. */
export async function checkPages(chunk: ColumnChunk, unpack: Unpack, budget: Budget): Promise<void> {
  const { bytes, rows } = chunk;
  const reader = { view: viewOf(bytes), offset: 0 };
  let [done, words] = [0, 0];
  while (done < rows && reader.offset < bytes.length - 1) {
    endOfStruct(bytes, reader.offset);
    const header = parquetHeader(reader);
    const { compressed_page_size: packed, uncompressed_page_size: size } = header;
    require(isCount(packed) && reader.offset + packed <= bytes.length, "a page must end within its column");
    budget.left -= isCount(size) ? size : Infinity;
    require(budget.left >= 0, `a page of ${size} bytes must not be that much larger than its file`);
    const page: Page = {
      stored: bytes.subarray(reader.offset, reader.offset + packed),
      size,
      unpack: (part, length) => unpack(chunk.codec, part, length),
      element: chunk.element,
      words,
      most: rows - done,
    };
    reader.offset += packed;
    if (header.type === "DICTIONARY_PAGE") words = header.dictionary_page_header?.num_values ?? NaN;
    if (header.type === "DICTIONARY_PAGE") await checkDictionary(page, words);
    else if (header.type === "DATA_PAGE") done += await checkPage(page, header.data_page_header);
    else if (header.type === "DATA_PAGE_V2") done += await checkPageV2(page, header.data_page_header_v2);
    else require(false, `a page must be of data or a dictionary, not ${header.type}`);
  }
  require(done === rows, `${rows} rows must be in its pages, not ${done}`);
}

interface Page {
  readonly stored: Uint8Array;
  /** Unpacked. */
  readonly size: number;
  readonly unpack: (part: Uint8Array, size: number) => Promise<Uint8Array>;
  readonly element: SchemaElement;
  /** In the dictionary. */
  readonly words: number;
  /** Values that may be in it. */
  readonly most: number;
}

/** Of pages of either version. */
interface Values {
  readonly num_values: number;
  readonly encoding: string;
}

async function checkDictionary({ stored, size, unpack, element }: Page, words: number): Promise<void> {
  const { length } = await unpack(stored, size);
  require(
    isCount(words) && words * (element.type === "INT32" ? 4 : 1) <= length,
    "a dictionary must hold its words",
  );
}

async function checkPage(page: Page, values: Values | undefined): Promise<number> {
  const { num_values: n } = requireValues(page, values);
  const bytes = await page.unpack(page.stored, page.size);
  let [at, held] = [0, n];
  if (page.element.repetition_type !== "REQUIRED") {
    const length = viewOf(bytes).getUint32(0, true);
    require(4 + length <= bytes.length, "levels must end within their page");
    held = countOnes(hybrid(bytes.subarray(4, 4 + length), 1, n));
    at = 4 + length;
  }
  checkValues(bytes.subarray(at), page, { encoding: values!.encoding, held });
  return n;
}

type ValuesV2 = Values & {
  readonly num_nulls: number;
  readonly num_rows: number;
  readonly definition_levels_byte_length: number;
  readonly repetition_levels_byte_length: number;
  readonly is_compressed?: boolean;
};

async function checkPageV2(page: Page, values: ValuesV2 | undefined): Promise<number> {
  const { num_values: n, num_nulls: nulls, num_rows: rows } = requireValues(page, values) as ValuesV2;
  const { definition_levels_byte_length: length, repetition_levels_byte_length: repeated } = values!;
  const isPlace = isCount(length) && length <= page.stored.length && length <= page.size;
  require(isPlace && repeated === 0 && rows === n, "levels must end within their page");
  const isNullable = page.element.repetition_type !== "REQUIRED";
  const held = isNullable ? countOnes(hybrid(page.stored.subarray(0, length), 1, n)) : n;
  require(isNullable || length === 0, "there must be no levels where nothing is missing");
  require(nulls === n - held, `${n - held} values must be missing, not ${nulls}`);
  const rest = page.stored.subarray(length);
  const bytes = values!.is_compressed === false ? rest : await page.unpack(rest, page.size - length);
  checkValues(bytes, page, { encoding: values!.encoding, held });
  return n;
}

function requireValues({ most }: Page, values: Values | undefined): Values {
  require(
    values !== undefined && isCount(values.num_values) && values.num_values <= most,
    "a page must hold no more values than there are rows",
  );
  return values!;
}

interface Encoded {
  readonly encoding: string;
  /** Values that are there. */
  readonly held: number;
}

function checkValues(
  bytes: Uint8Array,
  { element, words }: Page,
  { encoding, held }: Encoded,
): void {
  switch (encoding) {
    case "PLAIN_DICTIONARY":
    case "RLE_DICTIONARY": {
      const width = bytes[0] ?? NaN;
      require(width <= 32 && (held === 0 || words > 0), "indices must come with a dictionary");
      const found = held === 0 ? [] : hybrid(bytes.subarray(1), width, held);
      require(!found.some((index) => index >= words), `an index must be in a dictionary of ${words} words`);
      break;
    }
    case "RLE":
      require(element.type === "BOOLEAN", "runs must be of booleans");
      // Behind their length.
      hybrid(bytes.subarray(4), 1, held);
      break;
    case "DELTA_BINARY_PACKED": {
      const [block, minis] = varints(bytes);
      const isBlock = block <= 2 ** 20 && minis >= 1 && minis <= 2 ** 12 && block % minis === 0;
      require(isBlock, "blocks of differences must be of a sound size");
      break;
    }
    default:
      require(
        /^(PLAIN|BYTE_STREAM_SPLIT)$/.test(encoding),
        `values must be encoded as numbers are, not by ${encoding}`,
      );
  }
}

/** Runs of whole numbers below 2^width, and numbers packed by bits, in turns. */
function hybrid(bytes: Uint8Array, width: number, n: number): Uint32Array {
  const out = new Uint32Array(n);
  const size = Math.ceil(width / 8);
  let [at, seen] = [0, 0];
  while (seen < n) {
    let [header, shift] = [0, 0];
    for (let byte = 128; byte >= 128; shift += 7) {
      require(at < bytes.length && shift < 28, "runs must end within their page");
      byte = bytes[at++]!;
      header |= (byte & 127) << shift;
    }
    const count = header >> 1;
    require(
      count > 0 && (header & 1 ? 8 * count < n - seen + 512 : count <= n - seen),
      "a run must be no longer than its page",
    );
    const length = header & 1 ? count * width : size;
    require(at + length <= bytes.length, "runs must end within their page");
    seen = header & 1
      ? unpackBits(bytes.subarray(at, at + length), width, out, seen)
      : repeat(bytes.subarray(at, at + size), count, out, seen);
    at += length;
  }
  return out;
}

function unpackBits(bytes: Uint8Array, width: number, out: Uint32Array, first: number): number {
  const end = width === 0 ? out.length : Math.min(out.length, first + bytes.length * 8 / width);
  let bit = 0;
  for (let k = first; k < end; k++) {
    let value = 0;
    for (let b = 0; b < width; b++, bit++) value |= (bytes[bit >> 3]! >> (bit & 7) & 1) << b;
    out[k] = value;
  }
  return end;
}

function repeat(bytes: Uint8Array, count: number, out: Uint32Array, first: number): number {
  out.fill(bytes.reduce((value, byte, i) => value | byte << 8 * i, 0), first, first + count);
  return first + count;
}

function varints(bytes: Uint8Array): [number, number] {
  const found: number[] = [];
  for (let [at, value, scale] = [0, 0, 1]; found.length < 2 && at < Math.min(bytes.length, 16); at++) {
    value += (bytes[at]! & 127) * scale;
    scale *= 128;
    if (bytes[at]! < 128) [value, scale] = [(found.push(value), 0), 1];
  }
  return [found[0] ?? NaN, found[1] ?? NaN];
}

function countOnes(levels: Uint32Array): number {
  return levels.reduce((sum, level) => sum + (level === 1 ? 1 : 0), 0);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function viewOf(bytes: Uint8Array): DataView<ArrayBuffer> {
  return new DataView(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
}

function require(holds: boolean, rule: string): void {
  if (!holds) throw new RangeError(rule);
}
