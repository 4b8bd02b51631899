// deno-lint-ignore-file camelcase -- as the format has it
// Parquet by hyparquet, which is loaded with this module.

import {
  type ColumnData,
  type ColumnMetaData,
  type Compressors,
  type FileMetaData,
  parquetMetadata,
  parquetRead,
  type SchemaElement,
} from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { exactNumber } from "./_npy_numbers.ts";
import { type Budget, checkPages } from "./_parquet_pages.ts";
import { unpackPage } from "./_parquet_unpack.ts";
import { endOfStruct } from "./_thrift.ts";
import { show } from "./_plain_data.ts";
import { FormatError } from "./errors.ts";
import { points } from "./points.ts";
import type { Table } from "./table.ts";

/** Bytes that a file's numbers, or its pages, may take however small it is. */
const FREE = 2 ** 24;
/** Above that, how many times larger than the file they may be. */
const MOST_RATIO = 1000;

/** Reads a table. */
export async function decodeParquet(bytes: Uint8Array): Promise<Table> {
  const metadata = metadataOf(bytes);
  const columns = columnsOf(metadata.schema);
  const n = Number(metadata.num_rows);
  requireRows(metadata, columns, n);
  const budget = { left: Math.max(FREE, MOST_RATIO * bytes.length) };
  if (8 * n * columns.length > budget.left) {
    refuse("its numbers must not be that much larger than its bytes", `${n} rows in ${bytes.length} bytes`);
  }
  const data = new Float64Array(n * columns.length);
  for (const [j, { name }] of columns.entries()) {
    let at = j;
    for (const values of await columnOf(bytes, { metadata, element: columns[j]!, j, budget })) {
      for (let i = 0; i < values.length; i++) {
        data[at] = numberOf(values[i], name, (at - j) / columns.length);
        at += columns.length;
      }
    }
    const held = (at - j) / columns.length;
    if (held !== n) refuse(`column ${show(name)} must have ${n} rows`, `${held}`);
  }
  return { names: columns.map(({ name }) => name), rows: points(data, columns.length) };
}

/** Writes a table. */
export function encodeParquet({ names, rows }: Table): Uint8Array<ArrayBuffer> {
  const { data, n, dim } = rows;
  const columnData = names.map((name, j) => ({
    name,
    type: "DOUBLE" as const,
    nullable: false,
    data: Float64Array.from({ length: n }, (_, i) => data[i * dim + j]!),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData, codec: "UNCOMPRESSED", createdBy: "likely" }));
}

function metadataOf(bytes: Uint8Array): FileMetaData {
  try {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = bytes.length - 8;
    const start = end < 0 ? -1 : end - view.getUint32(end, true);
    if (start < 0) throw new RangeError(`it must take no more than ${Math.max(0, end)} bytes`);
    endOfStruct(bytes.subarray(0, end), start);
    const { schema, row_groups, num_rows, ...rest } = parquetMetadata(bytes as Uint8Array<ArrayBuffer>);
    if (!Array.isArray(schema) || !Array.isArray(row_groups)) throw new TypeError("there is no schema");
    return { schema, row_groups, num_rows, ...rest };
  } catch (cause) {
    return refuse("it must end with a description of its columns", (cause as Error).message, cause);
  }
}

/** What a column of numbers is stored as. */
const NUMBERS = /^(BOOLEAN|INT32|INT64|FLOAT|DOUBLE)$/;
/** Of whole numbers that are none: days, times, texts. */
const OTHERS = /^(DATE|TIME|TIMESTAMP|INTERVAL|UTF8|STRING|JSON|BSON|ENUM|UUID)/;

function columnsOf([root, ...rest]: readonly SchemaElement[]): SchemaElement[] {
  if (rest.length === 0) refuse("it must have a column", "there is none");
  let at = 0;
  for (let k = 0; k < (root!.num_children ?? 0); k++, at++) {
    const { name, num_children, repetition_type, type, converted_type, logical_type } = rest[at] ??
      {} as SchemaElement;
    const isHalf = type === "FIXED_LEN_BYTE_ARRAY" && rest[at]?.type_length === 2 &&
      logical_type?.type === "FLOAT16";
    const what = num_children || repetition_type === "REPEATED"
      ? "nested"
      : !isHalf && !NUMBERS.test(type ?? "") || OTHERS.test(converted_type ?? "") ||
          OTHERS.test(logical_type?.type ?? "")
      ? `of ${logical_type?.type ?? converted_type ?? type ?? "nothing"}`
      : undefined;
    if (what) refuse("every column must hold numbers, and one in a row", `${show(name)} is ${what}`);
  }
  if (at !== rest.length) refuse(`it must have ${at} columns`, `${rest.length}`);
  const names = rest.map(({ name }) => name);
  const twice = names.find((name, j) => names.indexOf(name) !== j);
  if (twice !== undefined) refuse("names of columns must be distinct", `${show(twice)} is there twice`);
  return rest;
}

function requireRows({ row_groups }: FileMetaData, columns: readonly SchemaElement[], n: number): void {
  const rows = row_groups.reduce((sum, { num_rows }) => sum + Number(num_rows), 0);
  const isCount = Number.isSafeInteger(n) && n >= 0 && row_groups.every(({ num_rows }) => num_rows >= 0);
  if (!isCount || rows !== n) refuse(`its groups must hold ${n} rows`, `${rows}`);
  const odd = row_groups.findIndex(({ columns: parts }) =>
    parts?.length !== columns.length ||
    parts.some(({ meta_data }, j) =>
      meta_data?.path_in_schema?.length !== 1 || meta_data.path_in_schema[0] !== columns[j]!.name
    )
  );
  if (odd >= 0) {
    refuse(`each group of rows must have all ${columns.length} columns in order`, `group ${odd} has not`);
  }
}

/** A column of all groups. */
interface Column {
  readonly metadata: FileMetaData;
  readonly element: SchemaElement;
  /** Its place. */
  readonly j: number;
  readonly budget: Budget;
}

/** The values of a column, in order, its pages checked before. */
async function columnOf(
  bytes: Uint8Array,
  { metadata, element, j, budget }: Column,
): Promise<ArrayLike<unknown>[]> {
  const unpacked: Unpacked[] = [];
  const unpack = async (codec: string, packed: Uint8Array, size: number) => {
    const page = await unpackPage(codec, packed, size);
    if (codec !== "UNCOMPRESSED") unpacked.push({ packed: packed.length, page });
    return page;
  };
  for (const [g, { columns, num_rows }] of metadata.row_groups.entries()) {
    const { meta_data, file_path } = columns[j]!;
    try {
      if (file_path) throw new TypeError("it must be in this file");
      const part = partOf(bytes, meta_data!, element);
      const chunk = { bytes: part, element, codec: meta_data!.codec, rows: Number(num_rows) };
      await checkPages(chunk, unpack, budget);
    } catch (cause) {
      refuse(
        `column ${show(element.name)} of group ${g} must be sound`,
        (cause as Error).message ?? cause,
        cause,
      );
    }
  }
  const chunks: ColumnData[] = [];
  await parquetRead({
    file: fileOf(bytes),
    // Without offsets into the file that are of no use here, and nobody has checked.
    metadata: {
      ...metadata,
      row_groups: metadata.row_groups.map((group) => ({
        ...group,
        columns: group.columns.map(({ meta_data, file_offset }) => ({ meta_data, file_offset })),
      })),
    } as FileMetaData,
    columns: [element.name],
    compressors: inTurn(unpacked),
    // What a callback throws would be nobody's.
    onChunk: (chunk) => void chunks.push(chunk),
  }).catch((cause: Error) => refuse(`column ${show(element.name)} must be readable`, cause.message, cause));
  return chunks.sort((a, b) => a.rowStart - b.rowStart).map(({ columnData }) => columnData);
}

function fileOf(bytes: Uint8Array) {
  return {
    byteLength: bytes.length,
    slice: (start: number, end?: number) => bytes.slice(start, end).buffer as ArrayBuffer,
  };
}

/** A page, and the bytes that it was packed in. */
interface Unpacked {
  readonly packed: number;
  readonly page: Uint8Array;
}

/** Hands out what was unpacked, as hyparquet comes by the same pages. */
function inTurn(pages: readonly Unpacked[]): Compressors {
  let next = 0;
  const unpack = (packed: Uint8Array, size: number) => {
    const found = pages[next++];
    if (found?.packed === packed.length && found.page.length === size) return found.page;
    throw new RangeError("its pages must be in order");
  };
  return { SNAPPY: unpack, GZIP: unpack, BROTLI: unpack, LZ4: unpack, ZSTD: unpack, LZ4_RAW: unpack };
}

/** The bytes that hyparquet will read. */
function partOf(bytes: Uint8Array, column: ColumnMetaData, element: SchemaElement): Uint8Array {
  if (column.type !== element.type) {
    throw new TypeError(`its type must be ${element.type}, not ${column.type}`);
  }
  const start = Number(column.dictionary_page_offset || column.data_page_offset);
  const end = start + Number(column.total_compressed_size);
  if (start >= 4 && end >= start && end <= bytes.length) return bytes.slice(start, end);
  throw new RangeError(`its pages must lie in the file, not from ${start} to ${end}`);
}

/** What is missing is no number, and never 0. */
function numberOf(value: unknown, name: string, i: number): number {
  if (value === null || value === undefined) return NaN;
  if (typeof value === "bigint") return exactNumber(value, `row ${i}, column ${show(name)},`);
  if (typeof value === "number" || typeof value === "boolean") return Number(value);
  return refuse(`column ${show(name)} must hold numbers`, `row ${i} is ${show(value)}`);
}

function refuse(rule: string, state: string, cause?: unknown): never {
  throw new FormatError(`Cannot read Parquet as ${rule}: ${state}`, { cause });
}
