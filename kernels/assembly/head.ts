// Heads that compare the outputs of a network of θ with x: the value of each row, and its slopes
// in the outputs. A row of outputs is n numbers that are compared, whole vectors, then others.

import { exp64, get, set, sigmoidOf, softplusOf } from "./loss";
import { exp, flush, madd, sumLanes } from "./vector";

/** Exponentials and slopes below this are 0: they mean nothing, and their products would be subnormal. */
const LEAST: f32 = 1e-25;

/** Stores slopes, added to what is there if that is asked for. */
// @ts-ignore: decorator
@inline
function put(at: usize, slopes: v128, add: i32): void {
  v128.store(at, add ? f32x4.add(v128.load(at), slopes) : slopes);
}

/**
 * `out = Σ_j w_j (m_j − x_j)² + scale · softplus(v)`, v the first number after the n of m. Slopes
 * go to `adjoint`, whose rows are those of the outputs; address 0 means none.
 */
export function paraboloid(
  rows: i32,
  n: i32,
  row: usize,
  outputs: usize,
  x: usize,
  xRow: usize,
  weights: usize,
  scale: f32,
  out: usize,
  adjoint: usize,
  add: i32,
): void {
  const end = <usize>n << 2;
  for (let i = 0; i < rows; i++, outputs += row, x += xRow) {
    let sum = f32x4.splat(0);
    for (let j: usize = 0; j < end; j += 16) {
      const away = f32x4.sub(v128.load(outputs + j), v128.load(x + j));
      const pull = f32x4.mul(v128.load(weights + j), away);
      sum = madd(pull, away, sum);
      if (adjoint) put(adjoint + j, f32x4.add(pull, pull), add);
    }
    const v = get(outputs + end, 0);
    const e = exp64(-abs(v));
    set(out, i, <f64>sumLanes(sum) + <f64>scale * softplusOf(v, e));
    if (!adjoint) continue;
    const slope = f32x4.replace_lane(f32x4.splat(0), 0, <f32>(<f64>scale * sigmoidOf(v, e)));
    put(adjoint + end, slope, add);
    adjoint += row;
  }
}

/** `log(1 + u)` for u in [0, 1]: `2 artanh(u / (2 + u))`, relative error below 3e-7. */
// @ts-ignore: decorator
@inline
export function log1p(u: v128): v128 {
  const s = f32x4.div(u, f32x4.add(u, f32x4.splat(2)));
  const t = f32x4.mul(s, s);
  let p = madd(f32x4.splat(0.07692307692), t, f32x4.splat(0.09090909091));
  p = madd(p, t, f32x4.splat(0.11111111111));
  p = madd(p, t, f32x4.splat(0.14285714286));
  p = madd(p, t, f32x4.splat(0.2));
  p = madd(p, t, f32x4.splat(0.33333333333));
  p = madd(p, t, f32x4.splat(1));
  return f32x4.mul(f32x4.add(s, s), p);
}

/** `e⁻ᵘ` for u ≥ 0. */
// @ts-ignore: decorator
@inline
function decay(u: v128): v128 {
  return flush(exp(f32x4.neg(u)), LEAST);
}

/**
 * `out = Σ_j w_j (|δ_j| + 2 s_j softplus(−|δ_j| / s_j))` with `δ = m − x` and
 * `s = softplus(u) + 1e-6`, u the vectors after those of m. Slopes are as in {@link paraboloid}.
 */
export function absoluteHead(
  rows: i32,
  n: i32,
  row: usize,
  outputs: usize,
  x: usize,
  xRow: usize,
  weights: usize,
  out: usize,
  adjoint: usize,
  add: i32,
): void {
  const end = <usize>n << 2;
  const one = f32x4.splat(1);
  const two = f32x4.splat(2);
  for (let i = 0; i < rows; i++, outputs += row, x += xRow) {
    let sum = f32x4.splat(0);
    for (let j: usize = 0; j < end; j += 16) {
      const weight = v128.load(weights + j);
      const away = f32x4.sub(v128.load(outputs + j), v128.load(x + j));
      const size = f32x4.abs(away);
      const u = v128.load(outputs + end + j);
      const tail = decay(f32x4.abs(u));
      const s = f32x4.add(f32x4.add(f32x4.max(u, f32x4.splat(0)), log1p(tail)), f32x4.splat(1e-6));
      const steps = f32x4.div(size, s);
      const e = decay(steps);
      const twice = f32x4.mul(two, log1p(e));
      sum = madd(weight, madd(twice, s, size), sum);
      if (!adjoint) continue;
      // d/d|δ| = tanh(|δ| / 2s); d/ds = 2 softplus(−|δ| / s) + 2 (|δ| / s) σ(−|δ| / s).
      const share = f32x4.div(one, f32x4.add(one, e));
      const slope = f32x4.mul(weight, f32x4.mul(f32x4.sub(one, e), share));
      put(adjoint + j, v128.xor(slope, v128.and(away, i32x4.splat(0x80000000))), add);
      const spread = f32x4.mul(weight, madd(f32x4.mul(two, steps), f32x4.mul(e, share), twice));
      const rising = v128.bitselect(tail, one, f32x4.lt(u, f32x4.splat(0)));
      const sigmoid = f32x4.div(rising, f32x4.add(one, tail));
      put(adjoint + end + j, flush(f32x4.mul(spread, sigmoid), LEAST), add);
    }
    set(out, i, <f64>sumLanes(sum));
    if (adjoint) adjoint += row;
  }
}
