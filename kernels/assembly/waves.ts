// Fourier features: cosines and sines of numbers times frequencies, and their products.

import { madd, ROUND } from "./vector";

/** What is left of angles after k quarter turns, `shifted` being k and {@link ROUND}. */
// @ts-ignore: decorator
@inline
function remainder(angle: v128, shifted: v128): v128 {
  const k = f32x4.sub(shifted, f32x4.splat(ROUND));
  // π / 2 in three parts, so that the products are exact.
  let r = madd(k, f32x4.splat(-1.5703125), angle);
  r = madd(k, f32x4.splat(-4.837512969970703125e-4), r);
  r = madd(k, f32x4.splat(-7.54978995489188216e-8), r);
  return f32x4.pmin(f32x4.pmax(r, f32x4.splat(-1)), f32x4.splat(1));
}

/** Sine of at most an eighth of a turn: the polynomial of Cephes' `sinf`. */
// @ts-ignore: decorator
@inline
function smallSine(r: v128, square: v128): v128 {
  let p = madd(f32x4.splat(-1.9515295891e-4), square, f32x4.splat(8.3321608736e-3));
  p = madd(p, square, f32x4.splat(-1.6666654611e-1));
  return madd(f32x4.mul(p, square), r, r);
}

/** Cosine of at most an eighth of a turn, given its square: that of Cephes' `cosf`. */
// @ts-ignore: decorator
@inline
function smallCosine(square: v128): v128 {
  let p = madd(f32x4.splat(2.443315711809948e-5), square, f32x4.splat(-1.388731625493765e-3));
  p = madd(p, square, f32x4.splat(4.166664568298827e-2));
  return madd(f32x4.mul(p, square), square, madd(square, f32x4.splat(-0.5), f32x4.splat(1)));
}

/** What a wave is in its quarter: 0 the sine s, 1 the cosine c, 2 and 3 their negatives. */
// @ts-ignore: decorator
@inline
function inQuarter(quarter: v128, s: v128, c: v128): v128 {
  const isCosine = i32x4.ne(v128.and(quarter, i32x4.splat(1)), i32x4.splat(0));
  const sign = i32x4.shl(v128.and(quarter, i32x4.splat(2)), 30);
  return v128.xor(v128.bitselect(c, s, isCosine), sign);
}

/**
 * Of each number of `count` elements, those of one element side by side, the cosines of its
 * products with its column's `k` frequencies, then the sines. Frequencies fill `half` places: from
 * the last vector back, sines are written over what cosines overshoot.
 *
 * Absolute error below 1.5e-7, beside that of the angle itself, for angles up to 1e4; where float32
 * knows no angles any more, from 1e6 on, some number in [-1, 1]. NaN stays NaN: `pmin` and `pmax`
 * return their first argument when it is one.
 */
export function waves(
  count: i32,
  element: i32,
  half: i32,
  k: i32,
  x: usize,
  frequencies: usize,
  dst: usize,
  row: usize,
): void {
  const bytes = half << 2;
  const sines = <usize>k << 2;
  for (let i = 0; i < count; i++) {
    let table = frequencies;
    for (let c = 0; c < element; c++, x += 4, dst += row, table += bytes) {
      const u = v128.load_splat<f32>(x);
      for (let j = bytes - 16; j >= 0; j -= 16) {
        const angle = f32x4.mul(u, v128.load(table + j));
        const shifted = madd(angle, f32x4.splat(0.6366197723675814), f32x4.splat(ROUND));
        const r = remainder(angle, shifted);
        const square = f32x4.mul(r, r);
        const sine = smallSine(r, square);
        const cosine = smallCosine(square);
        v128.store(dst + j, inQuarter(i32x4.add(shifted, i32x4.splat(1)), sine, cosine));
        v128.store(dst + sines + j, inQuarter(shifted, sine, cosine));
      }
    }
  }
}

/**
 * `dst[i] = share · Σ_e ⊗_c waves[i, e, c]`: of each of m elements the products of one wave a
 * column, n waves each, the last column's running fastest.
 */
export function multiplyWaves(
  rows: i32,
  m: i32,
  element: i32,
  n: i32,
  src: usize,
  row: usize,
  share: f32,
  dst: usize,
  dstRow: usize,
): void {
  let blocks = 1;
  for (let c = 1; c < element; c++) blocks *= n;
  const block = <usize>n << 2;
  const last = row * <usize>(element - 1);
  for (let i = 0; i < rows; i++, dst += dstRow) {
    memory.fill(dst, 0, block * <usize>blocks);
    for (let e = 0; e < m; e++, src += row * <usize>element) {
      for (let a = 0; a < blocks; a++) {
        const factor = share * product(a, element - 1, n, src, row);
        addScaled(block, dst + <usize>a * block, src + last, factor);
      }
    }
  }
}

/** The product of one wave of each of the first columns: the digits of `a` in base n tell which. */
// @ts-ignore: decorator
@inline
function product(a: i32, columns: i32, n: i32, src: usize, row: usize): f32 {
  let p: f32 = 1;
  for (let c = columns - 1; c >= 0; c--, a /= n) p *= load<f32>(src + <usize>c * row + (<usize>(a % n) << 2));
  return p;
}

/** `dst += factor · src`, runs that need not fill vectors. */
// @ts-ignore: decorator
@inline
function addScaled(bytes: usize, dst: usize, src: usize, factor: f32): void {
  const scale = f32x4.splat(factor);
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) {
    v128.store(dst + at, madd(scale, v128.load(src + at), v128.load(dst + at)));
  }
  for (; at < bytes; at += 4) store<f32>(dst + at, load<f32>(dst + at) + factor * load<f32>(src + at));
}
