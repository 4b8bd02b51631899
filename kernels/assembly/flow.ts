// Masked affine transforms and what all flows share. Rows are `(y, c)`: the target, then its
// context; log-determinants are float64, one a row.

import { tanh } from "./activation";
import { get } from "./loss";
import { exp, madd } from "./vector";

/** Log-scales stay below this. */
export const BOUND: f32 = 7;

/** tanh, by a call: it is long, and seldom the only thing to be done. */
export function tanhOf(v: v128): v128 {
  return tanh(v);
}

/** `eᵛ`, likewise. */
export function expOf(v: v128): v128 {
  return exp(v);
}

/** Lanes before the `rest`-th. */
// @ts-ignore: decorator
@inline
export function lanesBefore(rest: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(rest));
}

/** Adds to the float64 number of row i, or sets it. */
// @ts-ignore: decorator
@inline
export function credit(values: usize, i: i32, amount: f64, add: i32): void {
  const at = values + (<usize>i << 3);
  store<f64>(at, add ? load<f64>(at) + amount : amount);
}

/** Sum of the four lanes in float64. */
// @ts-ignore: decorator
@inline
function sum64(v: v128): f64 {
  return (<f64>f32x4.extract_lane(v, 0) + <f64>f32x4.extract_lane(v, 1)) +
    (<f64>f32x4.extract_lane(v, 2) + <f64>f32x4.extract_lane(v, 3));
}

/**
 * `z_j = (y_j − m_j) exp bound(h_j)` of d coordinates; m and, from the next whole vector on, h are in
 * `out`. What follows z in its last vector is overwritten. Log-determinants are added to `values`.
 */
export function affine(
  rows: i32,
  d: i32,
  out: usize,
  outRow: usize,
  y: usize,
  yRow: usize,
  z: usize,
  zRow: usize,
  values: usize,
  add: i32,
): void {
  const end = <usize>((d + 3) & ~3) << 2;
  const most = f32x4.splat(BOUND);
  const share = f32x4.splat(1 / BOUND);
  for (let i = 0; i < rows; i++, out += outRow, y += yRow, z += zRow) {
    let logDet: f64 = 0;
    for (let j: usize = 0; j < end; j += 16) {
      // Where columns only pad, h is 0.
      const b = f32x4.mul(most, tanhOf(f32x4.mul(v128.load(out + end + j), share)));
      v128.store(z + j, f32x4.mul(f32x4.sub(v128.load(y + j), v128.load(out + j)), expOf(b)));
      logDet += sum64(b);
    }
    credit(values, i, logDet, add);
  }
}

/**
 * The adjoint of {@link affine}, its `out` and z given. Adjoints of z become those of y in place,
 * without what the network adds; those of m and h go to `outD`. `seed` is that of the log-determinant.
 */
export function affineBack(
  rows: i32,
  d: i32,
  out: usize,
  outRow: usize,
  z: usize,
  zRow: usize,
  adjoint: usize,
  adjointRow: usize,
  outD: usize,
  seed: f32,
): void {
  const end = <usize>((d + 3) & ~3) << 2;
  const most = f32x4.splat(BOUND);
  const share = f32x4.splat(1 / BOUND);
  const one = f32x4.splat(1);
  for (let i = 0; i < rows; i++, out += outRow, outD += outRow, z += zRow, adjoint += adjointRow) {
    for (let j: usize = 0; j < end; j += 16) {
      const own = lanesBefore(d - <i32>(j >> 2));
      const t = tanhOf(f32x4.mul(v128.load(out + end + j), share));
      const before = v128.load(adjoint + j);
      const after = f32x4.mul(before, expOf(f32x4.mul(most, t)));
      v128.store(outD + j, v128.and(f32x4.neg(after), own));
      const pull = madd(before, v128.load(z + j), f32x4.splat(seed));
      v128.store(outD + end + j, v128.and(f32x4.mul(pull, f32x4.sub(one, f32x4.mul(t, t))), own));
      v128.store(adjoint + j, v128.bitselect(after, before, own));
    }
  }
}

/** log(2π) / 2. */
const LOG_ROOT: f64 = 0.9189385332046727;

/**
 * Adds the standard normal log density of z to `values`. Where there is an adjoint its rows become
 * `(−seed z, 0)`, `width` numbers in all.
 */
export function normalBase(
  rows: i32,
  d: i32,
  z: usize,
  zRow: usize,
  values: usize,
  adjoint: usize,
  adjointRow: usize,
  width: i32,
  seed: f32,
): void {
  for (let i = 0; i < rows; i++, z += zRow) {
    let squares: f64 = 0;
    for (let j = 0; j < d; j++) {
      const value = get(z, j);
      squares += value * value;
    }
    credit(values, i, -0.5 * squares - <f64>d * LOG_ROOT, 1);
    if (!adjoint) continue;
    memory.fill(adjoint, 0, <usize>width << 2);
    for (let j: usize = 0; j < <usize>d << 2; j += 4) store<f32>(adjoint + j, -seed * load<f32>(z + j));
    adjoint += adjointRow;
  }
}

/** The slot becomes minus the mean of the values. */
export function negativeMean(n: i32, values: usize, slot: usize): void {
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) sum += load<f64>(values + (<usize>i << 3));
  store<f64>(slot, -sum / <f64>n);
}

/** `dst[i, j] = src[i, index_j]`; indices are numbers like all others. */
export function pickColumns(
  rows: i32,
  n: i32,
  dst: usize,
  dstRow: usize,
  src: usize,
  srcRow: usize,
  index: usize,
): void {
  for (let i = 0; i < rows; i++, dst += dstRow, src += srcRow) {
    for (let j: usize = 0; j < <usize>n << 2; j += 4) {
      store<f32>(dst + j, load<f32>(src + (<usize>load<f32>(index + j) << 2)));
    }
  }
}

/** The adjoint of {@link pickColumns}: `dst[i, index_j] += src[i, j]`. */
export function spreadColumns(
  rows: i32,
  n: i32,
  dst: usize,
  dstRow: usize,
  src: usize,
  srcRow: usize,
  index: usize,
): void {
  for (let i = 0; i < rows; i++, dst += dstRow, src += srcRow) {
    for (let j: usize = 0; j < <usize>n << 2; j += 4) {
      const to = dst + (<usize>load<f32>(index + j) << 2);
      store<f32>(to, load<f32>(to) + load<f32>(src + j));
    }
  }
}
