// Activations with the derivatives that the backward passes need.

import { exp, flush, madd } from "./vector";

/**
 * Slopes in SiLU's tail, and adjoints behind them, below this are 0: they mean nothing, and
 * their products with weights would be subnormal.
 */
export const LEAST: f32 = 1e-25;

/**
 * Cephes' `tanhf`: an odd polynomial below 0.625, `1 − 2 / (e²ᶻ + 1)` above. Relative error
 * below 3e-7.
 */
// @ts-ignore: decorator
@inline
export function tanh(z: v128): v128 {
  const size = f32x4.abs(z);
  const square = f32x4.mul(z, z);
  let p = madd(f32x4.splat(-5.70498872745e-3), square, f32x4.splat(2.06390887954e-2));
  p = madd(p, square, f32x4.splat(-5.37397155531e-2));
  p = madd(p, square, f32x4.splat(1.33314422036e-1));
  p = madd(p, square, f32x4.splat(-3.33332819422e-1));
  const near = madd(f32x4.mul(p, square), z, z);
  const e = exp(f32x4.add(size, size));
  const far = f32x4.sub(f32x4.splat(1), f32x4.div(f32x4.splat(2), f32x4.add(e, f32x4.splat(1))));
  const signed = v128.or(far, v128.and(z, i32x4.splat(0x80000000)));
  return v128.bitselect(signed, near, f32x4.ge(size, f32x4.splat(0.625)));
}

/**
 * `a = act(z)`, and where the addresses are not 0 the first derivative in `s1` and the second
 * in `s2`. Kinds: 0 SiLU, 1 tanh, 2 ReLU.
 */
export function activate(kind: i32, count: i32, z: usize, a: usize, s1: usize, s2: usize): void {
  if (kind == 0) silu(count, z, a, s1, s2);
  else if (kind == 1) tanhs(count, z, a, s1, s2);
  else relu(count, z, a, s1, s2);
}

function silu(count: i32, z: usize, a: usize, s1: usize, s2: usize): void {
  const one = f32x4.splat(1);
  const end = <usize>count << 2;
  let at: usize = 0;
  // Two vectors at a time share what it takes to load the constants.
  for (; !s2 && at + 32 <= end; at += 32) {
    const x = v128.load(z + at);
    const u = v128.load(z + at, 16);
    const e = exp(f32x4.neg(x));
    const f = exp(f32x4.neg(u));
    const p = flush(f32x4.div(one, f32x4.add(one, e)), LEAST);
    const q = flush(f32x4.div(one, f32x4.add(one, f)), LEAST);
    const y = f32x4.mul(x, p);
    const v = f32x4.mul(u, q);
    v128.store(a + at, y);
    v128.store(a + at, v, 16);
    if (!s1) continue;
    v128.store(s1 + at, madd(y, f32x4.mul(e, p), p));
    v128.store(s1 + at, madd(v, f32x4.mul(f, q), q), 16);
  }
  for (; at < end; at += 16) {
    const x = v128.load(z + at);
    const e = exp(f32x4.neg(x));
    const p = flush(f32x4.div(one, f32x4.add(one, e)), LEAST);
    const y = f32x4.mul(x, p);
    v128.store(a + at, y);
    if (!s1) continue;
    // d/dz z p = p + z p (1 − p); d²/dz² = p (1 − p) (2 + z (1 − 2p)).
    const slope = f32x4.mul(e, p); // 1 − p without cancellation
    v128.store(s1 + at, madd(y, slope, p));
    if (!s2) continue;
    const bend = madd(x, f32x4.sub(slope, p), f32x4.splat(2));
    v128.store(s2 + at, f32x4.mul(f32x4.mul(p, slope), bend));
  }
}

function tanhs(count: i32, z: usize, a: usize, s1: usize, s2: usize): void {
  const one = f32x4.splat(1);
  for (let at: usize = 0; at < <usize>count << 2; at += 16) {
    const y = tanh(v128.load(z + at));
    v128.store(a + at, y);
    if (!s1) continue;
    const slope = f32x4.sub(one, f32x4.mul(y, y));
    v128.store(s1 + at, slope);
    if (s2) v128.store(s2 + at, f32x4.mul(f32x4.mul(f32x4.splat(-2), y), slope));
  }
}

function relu(count: i32, z: usize, a: usize, s1: usize, s2: usize): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  for (let at: usize = 0; at < <usize>count << 2; at += 16) {
    const x = v128.load(z + at);
    v128.store(a + at, f32x4.max(x, zero));
    if (!s1) continue;
    v128.store(s1 + at, v128.and(f32x4.gt(x, zero), one));
    if (s2) v128.store(s2 + at, zero);
  }
}

/** `q ← s1 · q` and, where there is an `s2`, first `s2 ← s2 · q`; what is tiny becomes 0. */
export function activateBack(count: i32, q: usize, s1: usize, s2: usize): void {
  for (let at: usize = 0; at < <usize>count << 2; at += 16) {
    const adjoint = v128.load(q + at);
    if (s2) v128.store(s2 + at, flush(f32x4.mul(v128.load(s2 + at), adjoint), LEAST));
    v128.store(q + at, flush(f32x4.mul(v128.load(s1 + at), adjoint), LEAST));
  }
}
