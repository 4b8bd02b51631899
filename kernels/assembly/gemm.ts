// Dense matrix products. Every product of the engine (forward, input gradient, weight
// gradient) is `C = init + bias + A · B` with B packed in panels; only A's strides differ.

// Written by `../_tiles.ts` while the module is built.
import { tile2x16, tile3x12, tile5x8, tile6x4 } from "./tiles";

/** Longest run of the inner sum: what of A and of a panel fits the first-level cache. */
const DEPTH = 256;

/**
 * Width of the panel at column j of n: twelve, and at the end what is left over. Sixteen are
 * better not cut into twelve and four.
 */
// @ts-ignore: decorator
@inline
function widthAt(j: i32, n: i32): i32 {
  if (n - j != 16) return min(n - j, 12);
  return ASC_FEATURE_RELAXED_SIMD ? 16 : 8;
}

/**
 * Packs B `[k, n]`, n a multiple of four, in panels of twelve columns (`[n / 12][k][12]`, the
 * last ones as {@link widthAt} says), on the way scaling row i by `scale[i]`, adding `add[i]` in
 * the first `addRows` rows, and leaving the column sums of the result in `sums`, or adding them
 * to what is there. Address 0 means no scale, and no sums.
 */
export function packRows(
  k: i32,
  n: i32,
  src: usize,
  row: usize,
  dst: usize,
  scale: usize,
  add: usize,
  addRows: i32,
  sums: usize,
  accumulate: i32,
): void {
  for (let j = 0, width = 0; j < n; j += width) {
    width = widthAt(j, n);
    const panel = dst + <usize>(j * k) * 4;
    const step = <usize>width * 4;
    for (let v: usize = 0; v < step; v += 16) {
      const at = <usize>j * 4 + v;
      const total = packColumns(k, src + at, row, panel + v, step, scale, add + at, addRows);
      if (sums) v128.store(sums + at, accumulate ? f32x4.add(v128.load(sums + at), total) : total);
    }
  }
}

/** Four columns of {@link packRows}; returns their sums. */
function packColumns(
  k: i32,
  src: usize,
  row: usize,
  dst: usize,
  step: usize,
  scale: usize,
  add: usize,
  addRows: i32,
): v128 {
  let total = f32x4.splat(0);
  for (let i = 0; i < k; i++) {
    let v = v128.load(src);
    if (scale) v = f32x4.mul(v, v128.load_splat<f32>(scale + <usize>i * 4));
    if (i < addRows) v = f32x4.add(v, v128.load(add));
    total = f32x4.add(total, v);
    v128.store(dst, v);
    src += row;
    add += row;
    dst += step;
  }
  return total;
}

/** Packs the transpose of W `[rows, k]` as B `[k, rows]`, columns padded with zeros to four. */
export function packTransposed(rows: i32, k: i32, src: usize, row: usize, dst: usize): void {
  const n = (rows + 3) & ~3;
  for (let j = 0, width = 0; j < n; j += width) {
    width = widthAt(j, n);
    for (let c = 0; c < width; c++) {
      const from = j + c < rows ? src + <usize>(j + c) * row : 0;
      let to = dst + <usize>c * 4;
      for (let i: usize = 0; i < <usize>k * 4; i += 4) {
        store<f32>(to, from ? load<f32>(from + i) : 0);
        to += <usize>width * 4;
      }
    }
    dst += <usize>(width * k) * 4;
  }
}

/**
 * `C[m, n] = init + bias + A[m, k] · B[k, n]`. A's element (i, j) is at `a + i·aRow + j·aStep`
 * (bytes), so a transposed A is the same call; `init` has rows `initRow` bytes apart (0 for
 * one row for all). Address 0 holds zeros.
 *
 * Three rows of twelve columns are nine sums, which hide the latency of two FMA a cycle and leave
 * room among the sixteen registers of x86. Four rows would fill them: on one machine that is 6 %
 * faster, on another, where something seems to be spilled, it takes half as long again. Other widths are what
 * is left over at the end.
 */
export function gemm(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  c: usize,
  cRow: usize,
  init: usize,
  initRow: usize,
  bias: usize,
): void {
  for (let start = 0; start < k; start += DEPTH) {
    const depth = min(k - start, DEPTH);
    const from = a + <usize>start * aStep;
    for (let j = 0, width = 0; j < n; j += width) {
      width = widthAt(j, n);
      const at = <usize>j * 4;
      const panel = b + <usize>(j * k + start * width) * 4;
      const first = bias ? bias + at : 0;
      if (width == 4) {
        tile6x4(m, depth, from, aRow, aStep, panel, c + at, cRow, init + at, initRow, first);
      } else if (width == 8) {
        tile5x8(m, depth, from, aRow, aStep, panel, c + at, cRow, init + at, initRow, first);
      } else if (width == 12) {
        tile3x12(m, depth, from, aRow, aStep, panel, c + at, cRow, init + at, initRow, first);
      } else {
        tile2x16(m, depth, from, aRow, aStep, panel, c + at, cRow, init + at, initRow, first);
      }
    }
    init = c;
    initRow = cRow;
    bias = 0;
  }
}
