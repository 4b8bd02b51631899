// Dense matrix products. Every product of the engine (forward, input gradient, weight
// gradient) is `C = init + bias + A · B` with B packed in panels; only A's strides differ.

import { madd } from "./vector";

/** Longest run of the inner sum: what of A and of a panel fits the first-level cache. */
const DEPTH = 256;

/** Width of the panel at column j of n: twelve, and at the end what is left over. */
// @ts-ignore: decorator
@inline
function widthAt(j: i32, n: i32): i32 {
  return min(n - j, 12);
}

/**
 * Packs B `[k, n]`, n a multiple of four, in panels of twelve columns (`[n / 12][k][12]`, the
 * last one narrower), on the way scaling row i by `scale[i]`, adding `add[i]` in the first
 * `addRows` rows, and leaving the column sums of the result in `sums`. Address 0 means no
 * scale, and no sums.
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
): void {
  for (let j = 0; j < n; j += 12) {
    const panel = dst + <usize>(j * k) * 4;
    const width = <usize>widthAt(j, n) * 4;
    for (let v: usize = 0; v < width; v += 16) {
      const at = <usize>j * 4 + v;
      const total = packColumns(k, src + at, row, panel + v, width, scale, add + at, addRows);
      if (sums) v128.store(sums + at, total);
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
  for (let j = 0; j < n; j += 12) {
    const width = widthAt(j, n);
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
    for (let j = 0; j < n; j += 12) {
      const at = <usize>j * 4;
      const width = widthAt(j, n);
      const panel = b + <usize>(j * k + start * width) * 4;
      const first = bias ? bias + at : 0;
      if (width == 4) {
        tile6x4(m, depth, from, aRow, aStep, panel, c + at, cRow, init + at, initRow, first);
      } else if (width == 8) {
        tile5x8(m, depth, from, aRow, aStep, panel, c + at, cRow, init + at, initRow, first);
      } else if (ASC_FEATURE_RELAXED_SIMD) {
        tile4x12(m, depth, from, aRow, aStep, panel, c + at, cRow, init + at, initRow, first);
      } else {
        tile3x12(m, depth, from, aRow, aStep, panel, c + at, cRow, init + at, initRow, first);
      }
    }
    init = c;
    initRow = cRow;
    bias = 0;
  }
}

/**
 * Twelve columns of C, four rows at a time: twelve sums, which with three vectors of B and one
 * of A fill the sixteen registers of x86 and hide the latency of FMA. Missing rows at the
 * bottom repeat the last one: the same numbers are stored twice. The order of the statements
 * is the order of the machine code, and it matters: see the build flags in `_build.ts`.
 */
function tile4x12(
  m: i32,
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
  const last = m - 1;
  for (let i = 0; i < m; i += 4) {
    const i0 = <usize>i;
    const i1 = <usize>min(i + 1, last);
    const i2 = <usize>min(i + 2, last);
    const i3 = <usize>min(i + 3, last);
    let a0 = a + i0 * aRow;
    let a1 = a + i1 * aRow;
    let a2 = a + i2 * aRow;
    let a3 = a + i3 * aRow;
    const bias0 = v128.load(bias);
    const bias1 = v128.load(bias, 16);
    const bias2 = v128.load(bias, 32);
    const n0 = init + i0 * initRow;
    let c00 = f32x4.add(bias0, v128.load(n0));
    let c01 = f32x4.add(bias1, v128.load(n0, 16));
    let c02 = f32x4.add(bias2, v128.load(n0, 32));
    const n1 = init + i1 * initRow;
    let c10 = f32x4.add(bias0, v128.load(n1));
    let c11 = f32x4.add(bias1, v128.load(n1, 16));
    let c12 = f32x4.add(bias2, v128.load(n1, 32));
    const n2 = init + i2 * initRow;
    let c20 = f32x4.add(bias0, v128.load(n2));
    let c21 = f32x4.add(bias1, v128.load(n2, 16));
    let c22 = f32x4.add(bias2, v128.load(n2, 32));
    const n3 = init + i3 * initRow;
    let c30 = f32x4.add(bias0, v128.load(n3));
    let c31 = f32x4.add(bias1, v128.load(n3, 16));
    let c32 = f32x4.add(bias2, v128.load(n3, 32));
    const end = b + <usize>k * 48;
    for (let p = b; p < end; p += 48) {
      const b0 = v128.load(p);
      const b1 = v128.load(p, 16);
      const b2 = v128.load(p, 32);
      const s0 = v128.load_splat<f32>(a0);
      c00 = madd(s0, b0, c00);
      c01 = madd(s0, b1, c01);
      c02 = madd(s0, b2, c02);
      const s1 = v128.load_splat<f32>(a1);
      c10 = madd(s1, b0, c10);
      c11 = madd(s1, b1, c11);
      c12 = madd(s1, b2, c12);
      const s2 = v128.load_splat<f32>(a2);
      c20 = madd(s2, b0, c20);
      c21 = madd(s2, b1, c21);
      c22 = madd(s2, b2, c22);
      const s3 = v128.load_splat<f32>(a3);
      c30 = madd(s3, b0, c30);
      c31 = madd(s3, b1, c31);
      c32 = madd(s3, b2, c32);
      a0 += aStep;
      a1 += aStep;
      a2 += aStep;
      a3 += aStep;
    }
    const o0 = c + i0 * cRow;
    v128.store(o0, c00);
    v128.store(o0, c01, 16);
    v128.store(o0, c02, 32);
    const o1 = c + i1 * cRow;
    v128.store(o1, c10);
    v128.store(o1, c11, 16);
    v128.store(o1, c12, 32);
    const o2 = c + i2 * cRow;
    v128.store(o2, c20);
    v128.store(o2, c21, 16);
    v128.store(o2, c22, 32);
    const o3 = c + i3 * cRow;
    v128.store(o3, c30);
    v128.store(o3, c31, 16);
    v128.store(o3, c32, 32);
  }
}

/** The same three rows at a time, for a host where product and sum are two instructions. */
function tile3x12(
  m: i32,
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
  const last = m - 1;
  for (let i = 0; i < m; i += 3) {
    const i0 = <usize>i;
    const i1 = <usize>min(i + 1, last);
    const i2 = <usize>min(i + 2, last);
    let a0 = a + i0 * aRow;
    let a1 = a + i1 * aRow;
    let a2 = a + i2 * aRow;
    const bias0 = v128.load(bias);
    const bias1 = v128.load(bias, 16);
    const bias2 = v128.load(bias, 32);
    const n0 = init + i0 * initRow;
    let c00 = f32x4.add(bias0, v128.load(n0));
    let c01 = f32x4.add(bias1, v128.load(n0, 16));
    let c02 = f32x4.add(bias2, v128.load(n0, 32));
    const n1 = init + i1 * initRow;
    let c10 = f32x4.add(bias0, v128.load(n1));
    let c11 = f32x4.add(bias1, v128.load(n1, 16));
    let c12 = f32x4.add(bias2, v128.load(n1, 32));
    const n2 = init + i2 * initRow;
    let c20 = f32x4.add(bias0, v128.load(n2));
    let c21 = f32x4.add(bias1, v128.load(n2, 16));
    let c22 = f32x4.add(bias2, v128.load(n2, 32));
    const end = b + <usize>k * 48;
    for (let p = b; p < end; p += 48) {
      const b0 = v128.load(p);
      const b1 = v128.load(p, 16);
      const b2 = v128.load(p, 32);
      const s0 = v128.load_splat<f32>(a0);
      c00 = madd(s0, b0, c00);
      c01 = madd(s0, b1, c01);
      c02 = madd(s0, b2, c02);
      const s1 = v128.load_splat<f32>(a1);
      c10 = madd(s1, b0, c10);
      c11 = madd(s1, b1, c11);
      c12 = madd(s1, b2, c12);
      const s2 = v128.load_splat<f32>(a2);
      c20 = madd(s2, b0, c20);
      c21 = madd(s2, b1, c21);
      c22 = madd(s2, b2, c22);
      a0 += aStep;
      a1 += aStep;
      a2 += aStep;
    }
    const o0 = c + i0 * cRow;
    v128.store(o0, c00);
    v128.store(o0, c01, 16);
    v128.store(o0, c02, 32);
    const o1 = c + i1 * cRow;
    v128.store(o1, c10);
    v128.store(o1, c11, 16);
    v128.store(o1, c12, 32);
    const o2 = c + i2 * cRow;
    v128.store(o2, c20);
    v128.store(o2, c21, 16);
    v128.store(o2, c22, 32);
  }
}

/** Eight columns left over, five rows at a time. */
function tile5x8(
  m: i32,
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
  const last = m - 1;
  for (let i = 0; i < m; i += 5) {
    const i0 = <usize>i;
    const i1 = <usize>min(i + 1, last);
    const i2 = <usize>min(i + 2, last);
    const i3 = <usize>min(i + 3, last);
    const i4 = <usize>min(i + 4, last);
    let a0 = a + i0 * aRow;
    let a1 = a + i1 * aRow;
    let a2 = a + i2 * aRow;
    let a3 = a + i3 * aRow;
    let a4 = a + i4 * aRow;
    const bias0 = v128.load(bias);
    const bias1 = v128.load(bias, 16);
    const n0 = init + i0 * initRow;
    let c00 = f32x4.add(bias0, v128.load(n0));
    let c01 = f32x4.add(bias1, v128.load(n0, 16));
    const n1 = init + i1 * initRow;
    let c10 = f32x4.add(bias0, v128.load(n1));
    let c11 = f32x4.add(bias1, v128.load(n1, 16));
    const n2 = init + i2 * initRow;
    let c20 = f32x4.add(bias0, v128.load(n2));
    let c21 = f32x4.add(bias1, v128.load(n2, 16));
    const n3 = init + i3 * initRow;
    let c30 = f32x4.add(bias0, v128.load(n3));
    let c31 = f32x4.add(bias1, v128.load(n3, 16));
    const n4 = init + i4 * initRow;
    let c40 = f32x4.add(bias0, v128.load(n4));
    let c41 = f32x4.add(bias1, v128.load(n4, 16));
    const end = b + <usize>k * 32;
    for (let p = b; p < end; p += 32) {
      const b0 = v128.load(p);
      const b1 = v128.load(p, 16);
      const s0 = v128.load_splat<f32>(a0);
      c00 = madd(s0, b0, c00);
      c01 = madd(s0, b1, c01);
      const s1 = v128.load_splat<f32>(a1);
      c10 = madd(s1, b0, c10);
      c11 = madd(s1, b1, c11);
      const s2 = v128.load_splat<f32>(a2);
      c20 = madd(s2, b0, c20);
      c21 = madd(s2, b1, c21);
      const s3 = v128.load_splat<f32>(a3);
      c30 = madd(s3, b0, c30);
      c31 = madd(s3, b1, c31);
      const s4 = v128.load_splat<f32>(a4);
      c40 = madd(s4, b0, c40);
      c41 = madd(s4, b1, c41);
      a0 += aStep;
      a1 += aStep;
      a2 += aStep;
      a3 += aStep;
      a4 += aStep;
    }
    const o0 = c + i0 * cRow;
    v128.store(o0, c00);
    v128.store(o0, c01, 16);
    const o1 = c + i1 * cRow;
    v128.store(o1, c10);
    v128.store(o1, c11, 16);
    const o2 = c + i2 * cRow;
    v128.store(o2, c20);
    v128.store(o2, c21, 16);
    const o3 = c + i3 * cRow;
    v128.store(o3, c30);
    v128.store(o3, c31, 16);
    const o4 = c + i4 * cRow;
    v128.store(o4, c40);
    v128.store(o4, c41, 16);
  }
}

/** Four columns left over, six rows at a time. */
function tile6x4(
  m: i32,
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
  const last = m - 1;
  for (let i = 0; i < m; i += 6) {
    const i0 = <usize>i;
    const i1 = <usize>min(i + 1, last);
    const i2 = <usize>min(i + 2, last);
    const i3 = <usize>min(i + 3, last);
    const i4 = <usize>min(i + 4, last);
    const i5 = <usize>min(i + 5, last);
    let a0 = a + i0 * aRow;
    let a1 = a + i1 * aRow;
    let a2 = a + i2 * aRow;
    let a3 = a + i3 * aRow;
    let a4 = a + i4 * aRow;
    let a5 = a + i5 * aRow;
    const bias0 = v128.load(bias);
    const n0 = init + i0 * initRow;
    let c00 = f32x4.add(bias0, v128.load(n0));
    const n1 = init + i1 * initRow;
    let c10 = f32x4.add(bias0, v128.load(n1));
    const n2 = init + i2 * initRow;
    let c20 = f32x4.add(bias0, v128.load(n2));
    const n3 = init + i3 * initRow;
    let c30 = f32x4.add(bias0, v128.load(n3));
    const n4 = init + i4 * initRow;
    let c40 = f32x4.add(bias0, v128.load(n4));
    const n5 = init + i5 * initRow;
    let c50 = f32x4.add(bias0, v128.load(n5));
    const end = b + <usize>k * 16;
    for (let p = b; p < end; p += 16) {
      const b0 = v128.load(p);
      const s0 = v128.load_splat<f32>(a0);
      c00 = madd(s0, b0, c00);
      const s1 = v128.load_splat<f32>(a1);
      c10 = madd(s1, b0, c10);
      const s2 = v128.load_splat<f32>(a2);
      c20 = madd(s2, b0, c20);
      const s3 = v128.load_splat<f32>(a3);
      c30 = madd(s3, b0, c30);
      const s4 = v128.load_splat<f32>(a4);
      c40 = madd(s4, b0, c40);
      const s5 = v128.load_splat<f32>(a5);
      c50 = madd(s5, b0, c50);
      a0 += aStep;
      a1 += aStep;
      a2 += aStep;
      a3 += aStep;
      a4 += aStep;
      a5 += aStep;
    }
    const o0 = c + i0 * cRow;
    v128.store(o0, c00);
    const o1 = c + i1 * cRow;
    v128.store(o1, c10);
    const o2 = c + i2 * cRow;
    v128.store(o2, c20);
    const o3 = c + i3 * cRow;
    v128.store(o3, c30);
    const o4 = c + i4 * cRow;
    v128.store(o4, c40);
    const o5 = c + i5 * cRow;
    v128.store(o5, c50);
  }
}
