// deno-lint-ignore-file camelcase -- as the format has it
// Parquet by hyparquet, which is loaded with this module.

import {
  type ColumnData,
  type ColumnMetaData,
  type FileMetaData,
  parquetMetadata,
  parquetRead,
  type SchemaElement,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { parquetWriteBuffer } from "hyparquet-writer";
import { exactNumber } from "./_npy_numbers.ts";
import { type Budget, checkPages } from "./_parquet_pages.ts";
import { show } from "./_plain_data.ts";
import { FormatError } from "./errors.ts";
import { points } from "./points.ts";
import type { Table } from "./table.ts";

/** Bytes that a file's numbers, or its pages, may take however small it is. */
const FREE = 2 ** 24;
/** Above that, how many times larger than the file they may be. */
const MOST_RATIO = 1000;

/** Nothing packed by LZ4 is an offset out of range to hyparquet-compressors. */
const unpackers: typeof compressors = Object.fromEntries(
  Object.entries(compressors).map(([codec, unpack]) => [
    codec,
    (packed: Uint8Array, size: number) => size === 0 ? new Uint8Array() : unpack!(packed, size),
  ]),
);

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
  checkGroups(bytes, { metadata, columns, budget });
  // Offsets into the file that are of no use here, and nobody has checked.
  const bare = {
    ...metadata,
    row_groups: metadata.row_groups.map((group) => ({
      ...group,
      columns: group.columns.map(({ meta_data, file_offset }) => ({ meta_data, file_offset })),
    })),
  } as FileMetaData;
  const file = {
    byteLength: bytes.length,
    slice: (start: number, end?: number) => bytes.slice(start, end).buffer as ArrayBuffer,
  };
  const data = new Float64Array(n * columns.length);
  for (const [j, { name }] of columns.entries()) {
    const chunks: ColumnData[] = [];
    // What a callback throws would be nobody's.
    const onChunk = (chunk: ColumnData) => void chunks.push(chunk);
    await parquetRead({ file, metadata: bare, columns: [name], compressors: unpackers, onChunk }).catch((
      cause: Error,
    ) => refuse(`column ${show(name)} must be readable`, cause.message, cause));
    const held = chunks.reduce((sum, { columnData }) => sum + columnData.length, 0);
    if (held !== n) refuse(`column ${show(name)} must have ${n} rows`, `${held}`);
    for (const { columnData, rowStart } of chunks) {
      for (let i = 0; i < columnData.length; i++) {
        data[(rowStart + i) * columns.length + j] = numberOf(columnData[i], name, rowStart + i);
      }
    }
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
      meta_data?.path_in_schema.length !== 1 || meta_data.path_in_schema[0] !== columns[j]!.name
    )
  );
  if (odd >= 0) {
    refuse(`each group of rows must have all ${columns.length} columns in order`, `group ${odd} has not`);
  }
}

interface Groups {
  readonly metadata: FileMetaData;
  readonly columns: readonly SchemaElement[];
  readonly budget: Budget;
}

function checkGroups(bytes: Uint8Array, { metadata, columns, budget }: Groups): void {
  for (const [g, { columns: parts, num_rows }] of metadata.row_groups.entries()) {
    for (const [j, { meta_data, file_path }] of parts.entries()) {
      const element = columns[j]!;
      try {
        if (file_path) throw new TypeError("it must be in this file");
        const part = partOf(bytes, meta_data!, element);
        checkPages({ bytes: part, element, codec: meta_data!.codec, rows: Number(num_rows) }, unpack, budget);
      } catch (cause) {
        refuse(`column ${show(element.name)} of group ${g} must be sound`, (cause as Error).message, cause);
      }
    }
  }
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

function unpack(codec: string, packed: Uint8Array, size: number): Uint8Array {
  const unpacker = unpackers[codec as keyof typeof unpackers];
  if (codec !== "UNCOMPRESSED" && !unpacker) {
    throw new TypeError(`it must be compressed by a known codec, not by ${codec}`);
  }
  const bytes = unpacker ? unpacker(packed, size) : packed;
  if (bytes.length === size) return bytes;
  throw new RangeError(`a page must have ${size} bytes, not ${bytes.length}`);
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
