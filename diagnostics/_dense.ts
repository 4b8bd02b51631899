// Matrices in the memory of one WebAssembly module, and their products.

import { type TileModule, tileModule } from "./_tile.ts";

/** A row-major matrix of float32. Rows and columns are multiples of eight: see {@linkcode padded}. */
export interface Matrix {
  /** `[rows, cols]`, a view of the module's memory. */
  readonly data: Float32Array;
  /** Number of rows. */
  readonly rows: number;
  /** Numbers in a row. */
  readonly cols: number;
}

const PAGE = 2 ** 16;
// Zeros at the start of the memory: the bias of products that have none.
const ZEROS = 8;
let machine: TileModule | undefined;

/** The least multiple of eight that is not below `size`: what products work on. */
export function padded(size: number): number {
  return 8 * Math.ceil(size / 8);
}

/**
 * Lends the module's memory, cleared, and returns a function that hands it out piece by piece.
 * There is one memory for all: what an earlier call lent is void, so do not wait in between.
 */
export function workspace(floats: number): (length: number) => Float32Array {
  machine ??= tileModule();
  const { memory } = machine;
  const missing = 4 * (ZEROS + floats) - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  const all = new Float32Array(memory.buffer, 0, ZEROS + floats).fill(0);
  let used = ZEROS;
  return (length) => all.subarray(used, used += length);
}

/** `out = A B`. */
export function product(a: Matrix, b: Matrix, out: Matrix): void {
  multiply({ data: a.data, row: a.cols, step: 1 }, b, out);
}

/** `out = Aᵀ B`. */
export function productTurned(a: Matrix, b: Matrix, out: Matrix): void {
  multiply({ data: a.data, row: 1, step: a.cols }, b, out);
}

/** `out = max(floor, A B + bias)`, the bias added to every row. */
export function affine(a: Matrix, { weight, bias, floor }: Affine, out: Matrix): void {
  multiply({ data: a.data, row: a.cols, step: 1 }, weight, out, { bias, floor });
}

/** What {@linkcode affine} does. */
export interface Affine {
  /** B. */
  readonly weight: Matrix;
  /** `[cols]`. */
  readonly bias: Float32Array;
  /** 0 for ReLU, −∞ for none. */
  readonly floor: number;
}

/** Clears numbers where `by`, of the same shape, is not positive. */
export function mask({ data }: Matrix, by: Matrix): void {
  machine!.mask(data.length, data.byteOffset, by.data.byteOffset);
}

/** `out = Aᵀ`. */
export function transpose({ data, rows, cols }: Matrix, out: Matrix): void {
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) out.data[j * rows + i] = data[i * cols + j]!;
}

// A with any distances between its numbers, so that a transposed one needs no copy.
interface Strided {
  readonly data: Float32Array;
  readonly row: number;
  readonly step: number;
}

interface Finish {
  readonly bias: Float32Array | undefined;
  readonly floor: number;
}

const PLAIN: Finish = { bias: undefined, floor: -Infinity };

function multiply(a: Strided, b: Matrix, out: Matrix, { bias, floor }: Finish = PLAIN): void {
  const { panel } = machine!;
  const from = a.data.byteOffset;
  for (let j = 0; j < b.cols; j += 8) {
    const right = b.data.byteOffset + 4 * j;
    const to = out.data.byteOffset + 4 * j;
    const add = bias ? bias.byteOffset + 4 * j : 0;
    panel(out.rows, b.rows, from, 4 * a.row, 4 * a.step, right, 4 * b.cols, to, add, floor);
  }
}
