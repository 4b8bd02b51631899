/**
 * Arrays of numbers as NumPy saves them: `.npy`.
 *
 * @module
 */

import { kindOf, readNumbers } from "./_npy_numbers.ts";
import { parseLiteral } from "./_python_literal.ts";
import { show } from "./_plain_data.ts";
import { FormatError } from "./errors.ts";

/** An array of numbers, whatever it was stored as. */
export interface NpyArray {
  /** Sizes; none for a single number. */
  readonly shape: readonly number[];
  /** Row-major; of a structured array the fields of each element one after another. */
  readonly values: Float64Array;
  /** The fields of a structured array. */
  readonly names?: readonly string[];
}

/** What a file begins with. */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Sizes of the longest shape, as NumPy has it. */
const MOST_DIMS = 64;

/**
 * Reads what `numpy.save` wrote.
 *
 * Floats of 2, 4 or 8 bytes, whole numbers and booleans, of either byte order, row-major or
 * Fortran-ordered, and structured arrays of these. Room is made for no more numbers than the bytes hold.
 *
 * @param bytes The file.
 * @returns The array, as float64.
 * @throws {FormatError} If it is no such file, is too short or too long, holds objects, text or complex
 * numbers, or a whole number that no float64 is.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, readNpy, writeNpy } from "@likely/core";
 *
 * const { data, n, dim } = fromRows([[1, 2], [3, 4.5]]);
 * const bytes = writeNpy({ shape: [n, dim], values: data });
 * assertEquals(readNpy(bytes), { shape: [2, 2], values: data });
 * ```
 */
export function readNpy(bytes: Uint8Array): NpyArray {
  const { descr, isFortran, shape, at } = headerOf(bytes);
  const fields = typeof descr === "string" ? [["", descr] as const] : fieldsOf(descr);
  const kinds = fields.map(([name, type]) => kindOf(type) ?? refuseType(name, type));
  const size = kinds.reduce((sum, kind) => sum + kind.bytes, 0);
  const count = shape.reduce((a, b) => a * b, 1);
  if (count * size !== bytes.length - at) {
    refuse(
      `${count} numbers of shape (${shape.join(", ")}) must take ${count * size} bytes`,
      `${bytes.length - at}`,
    );
  }
  const values = new Float64Array(count * kinds.length);
  let offset = at;
  for (const [j, kind] of kinds.entries()) {
    readNumbers(bytes, { kind, at: offset, stride: size }, { out: values, first: j, step: kinds.length });
    offset += kind.bytes;
  }
  const rowMajor = isFortran && shape.length > 1 ? transposed(values, shape, kinds.length) : values;
  return { shape, values: rowMajor, ...typeof descr !== "string" && { names: fields.map(([name]) => name) } };
}

/**
 * Writes an array as `numpy.save` does, in little-endian float64.
 *
 * @param array Its shape and its numbers, row-major.
 * @returns The file.
 * @throws {TypeError} If the shape is not that of the numbers.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { writeNpy } from "@likely/core";
 *
 * assertEquals(writeNpy({ shape: [2], values: Float64Array.of(1, 2) }).length, 128 + 2 * 8);
 * ```
 */
export function writeNpy({ shape, values }: Pick<NpyArray, "shape" | "values">): Uint8Array<ArrayBuffer> {
  const count = shape.reduce((a, b) => a * b, 1);
  if (count !== values.length) {
    throw new TypeError(
      `Cannot write NPY as values must have length ${count}: current length is ${values.length}`,
    );
  }
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const dict = `{'descr': '<f8', 'fortran_order': False, 'shape': (${sizes}), }`;
  // The numbers begin at a multiple of 64 bytes, so that they can be mapped.
  const length = Math.ceil((11 + dict.length) / 64) * 64;
  const bytes = new Uint8Array(length + 8 * count);
  const view = new DataView(bytes.buffer);
  bytes.set([...MAGIC, 1, 0]);
  view.setUint16(8, length - 10, true);
  bytes.set(new TextEncoder().encode(`${dict.padEnd(length - 11)}\n`), 10);
  for (let i = 0; i < count; i++) view.setFloat64(length + 8 * i, values[i]!, true);
  return bytes;
}

/** Whether bytes begin as such a file does. */
export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

interface Header {
  readonly descr: unknown;
  readonly isFortran: boolean;
  readonly shape: readonly number[];
  /** Where the numbers begin. */
  readonly at: number;
}

function headerOf(bytes: Uint8Array): Header {
  if (!isNpy(bytes)) refuse("it must begin with \\x93NUMPY", show([...bytes.subarray(0, 6)]));
  const version = bytes[6]!;
  if (!(version >= 1 && version <= 3)) refuse("its version must be 1, 2 or 3", `${version}`);
  const wide = version > 1 ? 4 : 2;
  const start = 8 + wide;
  if (bytes.length < start) refuse(`its header must take ${start} bytes at least`, `${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const at = start + (wide === 2 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (at > bytes.length) refuse(`its header must end at byte ${at}`, `the file has ${bytes.length}`);
  const text = new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(bytes.subarray(start, at));
  const { descr, fortran_order: isFortran, shape } = dictOf(text);
  if (typeof isFortran !== "boolean") refuse("fortran_order must be True or False", show(isFortran));
  if (!isShape(shape)) refuse(`shape must be at most ${MOST_DIMS} whole numbers >= 0`, show(shape));
  return { descr, isFortran, shape, at };
}

function dictOf(text: string): Record<string, unknown> {
  try {
    const value = parseLiteral(text.trim());
    if (value instanceof Map) return Object.fromEntries(value);
  } catch (cause) {
    refuse("its header must be a Python dictionary", (cause as Error).message);
  }
  return refuse("its header must be a Python dictionary", show(text));
}

function isShape(shape: unknown): shape is readonly number[] {
  return Array.isArray(shape) && shape.length <= MOST_DIMS &&
    shape.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/** Names and types of the fields of a structured array. */
function fieldsOf(descr: unknown): readonly (readonly [name: string, type: string])[] {
  if (!Array.isArray(descr) || descr.length === 0) refuse("descr must be a type or fields", show(descr));
  return (descr as unknown[]).map((field) => {
    const [name, type, shape] = Array.isArray(field) ? field : [];
    if (typeof name === "string" && typeof type === "string" && shape === undefined) return [name, type];
    refuse("every field must have a name and the type of one number", show(field));
  });
}

function refuseType(name: string, type: string): never {
  const which = name === "" ? "its type" : `the type of field ${show(name)}`;
  refuse(
    `${which} must be a float of 2, 4 or 8 bytes, a whole number or a boolean`,
    `"${type}"${/O/.test(type) ? ", of Python objects" : /[SU]/.test(type) ? ", of text" : ""}`,
  );
}

/** Of an array of the first index running fastest the same with the last one. */
function transposed(values: Float64Array, shape: readonly number[], width: number): Float64Array {
  const out = new Float64Array(values.length);
  const index = new Array<number>(shape.length).fill(0);
  const strides = shape.map((_, i) => shape.slice(0, i).reduce((a, b) => a * b, width));
  let from = 0;
  for (let to = 0; to < out.length; to += width) {
    for (let j = 0; j < width; j++) out[to + j] = values[from + j]!;
    for (let d = shape.length - 1; d >= 0; d--) {
      from += strides[d]!;
      if (++index[d]! < shape[d]!) break;
      from -= strides[d]! * shape[d]!;
      index[d] = 0;
    }
  }
  return out;
}

function refuse(rule: string, state: string): never {
  throw new FormatError(`Cannot read NPY as ${rule}: current value is ${state}`);
}
