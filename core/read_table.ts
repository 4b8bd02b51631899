/**
 * Tables of numbers from elsewhere, told by what they are, not by what they are called.
 *
 * @module
 */

import { fileSystem } from "./_file_system.ts";
import { show } from "./_plain_data.ts";
import type { TablePick } from "./table_pick.ts";
import { readCsv } from "./csv.ts";
import { FormatError } from "./errors.ts";
import { type NpyArray, readNpy } from "./npy.ts";
import { npzNames, readNpzArray } from "./npz.ts";
import { readParquet } from "./parquet.ts";
import { points } from "./points.ts";
import type { Table } from "./table.ts";

/**
 * Reads a table: CSV, NPY, NPZ, Parquet, or a Zarr folder of version 2 or 3.
 *
 * Which of them it is its first bytes tell. An array of more than two dimensions has a row for each of the
 * first; one of chains and draws (ArviZ) a row for each draw. Arrays of a group are columns side by side, in
 * the order of their names. What is missing is NaN.
 *
 * @param source The path of a file or folder, which needs permission to read it (`--allow-read`); or the
 * bytes of a file.
 * @param options Which table, where there are several; `sims.npz#theta` names one in a path, too.
 * @returns Names, empty where there are none, and rows.
 * @throws {FormatError} If it is no table of numbers: the message names the file, the place and the rule.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, readTable, writeParquet } from "@likely/core";
 *
 * const table = { names: ["a", "b"], rows: fromRows([[1, 2], [3, 4]]) };
 * assertEquals(await readTable(await writeParquet(table)), table);
 * assertEquals(await readTable(new TextEncoder().encode("a;b\n1;2\n3;4\n")), table);
 * ```
 */
export async function readTable(source: string | Uint8Array, options: TablePick = {}): Promise<Table> {
  if (typeof source !== "string") return await decode(source, options);
  const { path, pick } = await pathOf(source);
  const asked = pick === undefined ? options : { ...options, pick };
  const { readZarrTable } = await import("./_zarr_table.ts");
  if (await isFolder(path)) return await readZarrTable(path.replace(/(?<=.)\/+$/, ""), asked);
  try {
    return await decode(new Uint8Array(await fileSystem().readFile(path)), asked);
  } catch (cause) {
    if (cause instanceof FormatError || cause instanceof SyntaxError) {
      throw new FormatError(`${path}: ${cause.message}`, { cause });
    }
    if ((cause as { code?: string }).code !== "ENOENT") throw cause;
    throw new FormatError(`Cannot read ${path} as it must exist: there is no such file`, { cause });
  }
}

/** A path, and what is behind its # where no file has that in its name. */
async function pathOf(source: string): Promise<{ readonly path: string; readonly pick?: string }> {
  const [, path, pick] = /^(.+)#([^#]+)$/.exec(source) ?? [];
  if (path === undefined || await isThere(source)) return { path: source };
  return { path, pick: pick! };
}

async function isThere(path: string): Promise<boolean> {
  return await fileSystem().stat(path).then(() => true, () => false);
}

async function isFolder(path: string): Promise<boolean> {
  return await fileSystem().stat(path).then((found) => found.isDirectory(), () => false);
}

async function decode(bytes: Uint8Array, options: TablePick): Promise<Table> {
  const { pick } = options;
  const magic = Array.from(bytes.subarray(0, 6), (byte) => String.fromCharCode(byte)).join("");
  if (magic.startsWith("PK\x03\x04") || magic.startsWith("PK\x05\x06")) {
    return npzTable(bytes, options);
  }
  if (pick !== undefined) {
    throw new FormatError(
      `Cannot read a table as only NPZ files and Zarr folders hold arrays by name: ${
        show(pick)
      } was asked for`,
    );
  }
  if (magic.startsWith("\x93NUMPY")) return arrayTable(readNpy(bytes));
  if (magic.startsWith("PAR1")) return await readParquet(bytes);
  const other = OTHERS.find(([start]) => magic.startsWith(start));
  if (other) {
    throw new FormatError(
      `Cannot read a table as it must be CSV, NPY, NPZ, Parquet or Zarr: it is ${other[1]}`,
    );
  }
  return readCsv(bytes, { missing: "nan" });
}

const OTHERS = [
  ["\x89HDF", "HDF5, as NetCDF is; write it as Zarr"],
  ["CDF", "NetCDF; write it as Zarr"],
  ["\x1f\x8b", "compressed by gzip; unpack it"],
  ["\x28\xb5\x2f\xfd", "compressed by Zstandard; unpack it"],
  ["PARE", "an encrypted Parquet file"],
  ["ARROW1", "an Arrow file; write it as Parquet"],
  ["MATLAB", "a MATLAB file"],
  ["\x80\x04", "a pickle of Python, which is a program and not data"],
  ["\x80\x05", "a pickle of Python, which is a program and not data"],
] as const;

function npzTable(bytes: Uint8Array, { pick, prefer = [] }: TablePick): Table {
  const names = npzNames(bytes);
  const name = pick ?? prefer.find((wanted) => names.includes(wanted)) ??
    (names.length === 1 ? names[0]! : undefined);
  if (name !== undefined) return arrayTable(readNpzArray(bytes, name));
  throw new FormatError(
    `Cannot read a table as one of its arrays must be chosen, by file.npz#name: it holds ${names.join(", ")}`,
  );
}

function arrayTable({ shape, values, names = [] }: NpyArray): Table {
  if (names.length > 0) return { names, rows: points(values, names.length) };
  const [n = 1, ...rest] = shape;
  const dim = rest.reduce((a, b) => a * b, 1);
  if (n === 0 || dim === 0) {
    throw new FormatError(`Cannot read a table as it must have a number: its shape is (${shape.join(", ")})`);
  }
  return { names: [], rows: points(values, dim), ...shape.length === 1 && { isList: true } };
}
