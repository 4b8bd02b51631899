/**
 * Several arrays in one file as NumPy saves them: `.npz`.
 *
 * @module
 */

import { zipSync } from "fflate/browser";
import { show } from "./_plain_data.ts";
import { zipEntries } from "./_zip.ts";
import { FormatError } from "./errors.ts";
import { type NpyArray, readNpy, writeNpy } from "./npy.ts";

/**
 * Reads what `numpy.savez` or `numpy.savez_compressed` wrote: see {@linkcode readNpy} for the arrays.
 *
 * @param bytes The file.
 * @returns The arrays by their names, in the order of the file.
 * @throws {FormatError} If it is no such file, is damaged, or an array cannot be read: the message names it.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readNpz, writeNpz } from "@likely/core";
 *
 * const theta = { shape: [2, 1], values: Float64Array.of(1, 2) };
 * assertEquals(readNpz(writeNpz({ theta })).get("theta"), theta);
 * ```
 */
export function readNpz(bytes: Uint8Array): Map<string, NpyArray> {
  const names = npzNames(bytes);
  return new Map(names.map((name) => [name, readNpzArray(bytes, name)]));
}

/**
 * The names of the arrays in a file, nothing of them read.
 *
 * @param bytes The file.
 * @returns The names, in the order of the file.
 * @throws {FormatError} If it is no such file.
 */
export function npzNames(bytes: Uint8Array): string[] {
  return arraysIn(bytes).map(({ name }) => name);
}

/**
 * Reads one array of a file.
 *
 * @param bytes The file.
 * @param name The array's name.
 * @returns The array.
 * @throws {FormatError} If there is none, or it cannot be read.
 */
export function readNpzArray(bytes: Uint8Array, name: string): NpyArray {
  const all = arraysIn(bytes);
  const found = all.find((array) => array.name === name);
  if (!found) {
    throw new FormatError(
      `Cannot read NPZ as it must hold ${show(name)}: it holds ${all.map((array) => array.name).join(", ")}`,
    );
  }
  try {
    return readNpy(found.read());
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw new FormatError(`${name}: ${cause.message}`, { cause });
  }
}

/**
 * Writes arrays as `numpy.savez` does, not deflated: `numpy.load(path)["theta"]` reads them.
 *
 * @param arrays By name: shape and numbers, row-major.
 * @returns The file.
 * @throws {TypeError} If a shape is not that of its numbers.
 * @throws {RangeError} If the file would be larger than 4 GB.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { npzNames, writeNpz } from "@likely/core";
 *
 * const bytes = writeNpz({ x: { shape: [1], values: Float64Array.of(0.5) } });
 * assertEquals(npzNames(bytes), ["x"]);
 * ```
 */
export function writeNpz(
  arrays: Readonly<Record<string, Pick<NpyArray, "shape" | "values">>>,
): Uint8Array<ArrayBuffer> {
  const files = Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [`${name}.npy`, writeNpy(array)]),
  );
  const size = Object.values(files).reduce((sum, { length }) => sum + length + 1000, 0);
  if (size >= 2 ** 32) {
    throw new RangeError(`Cannot write NPZ as it must be smaller than 4 GB: current value is ${size} bytes`);
  }
  // A fixed time, so that the same numbers give the same bytes.
  return zipSync(files, { level: 0, mtime: EPOCH }) as Uint8Array<ArrayBuffer>;
}

/** The first that an archive can tell, of any time zone. */
const EPOCH = "1980-01-02T00:00:00";

function arraysIn(bytes: Uint8Array): { readonly name: string; read(): Uint8Array }[] {
  const entries = zipEntries(bytes).filter(({ name }) => name.endsWith(".npy"));
  if (entries.length === 0) throw new FormatError("Cannot read NPZ as it must hold an array: there is none");
  return entries.map(({ name, read }) => ({ name: name.slice(0, -4), read }));
}
