// Mixtures of Gaussians with triangular precision factors. The outputs of a network are, each from a
// whole vector on, k logits, k · d means, k · d log-diagonals, and what is below the diagonals.

import { BOUND, credit, expOf, lanesBefore, tanhOf } from "./flow";
import { LEAST } from "./activation";
import { exp64, get, log64, logSumExp, set } from "./loss";
import { flush, sumLanes } from "./vector";

const LOG_ROOT: f64 = 0.9189385332046727;

/** Bytes of n numbers in whole vectors. */
// @ts-ignore: decorator
@inline
function whole(n: i32): usize {
  return <usize>((n + 3) & ~3) << 2;
}

/** Log-diagonals become bounded, in place, and their exponentials go to `diagonals`. */
function boundAll(count: i32, at: usize, diagonals: usize): void {
  const most = f32x4.splat(BOUND);
  const share = f32x4.splat(1 / BOUND);
  for (let j: usize = 0; j < <usize>count << 2; j += 16) {
    const b = f32x4.mul(most, tanhOf(f32x4.mul(v128.load(at + j), share)));
    v128.store(at + j, b);
    // What pads them stays 0: it becomes an adjoint.
    v128.store(diagonals + j, v128.and(expOf(b), lanesBefore(count - <i32>(j >> 2))));
  }
}

/** Four of `y − μ`. */
// @ts-ignore: decorator
@inline
function away4(y: usize, mean: usize, j: usize): v128 {
  return f32x4.sub(v128.load(y + j), v128.load(mean + j));
}

/** Coordinate i of `L (y − μ)`. */
// @ts-ignore: decorator
@inline
function coordinate(i: i32, y: usize, mean: usize, diagonals: usize, below: usize): f64 {
  let sum = f32x4.splat(0);
  const end = <usize>i << 2;
  for (let j: usize = 0; j < end; j += 16) {
    const part = f32x4.mul(v128.load(below + j), away4(y, mean, j));
    sum = f32x4.add(sum, v128.and(part, lanesBefore(i - <i32>(j >> 2))));
  }
  return <f64>sumLanes(sum) + get(diagonals, i) * (get(y, i) - get(mean, i));
}

/** log of a component's share and density, but for constants. */
function component(d: i32, logit: f64, y: usize, mean: usize, logs: usize, diagonals: usize, below: usize): f64 {
  let sum = logit;
  for (let i = 0; i < d; i++) {
    const z = coordinate(i, y, mean, diagonals, below);
    sum += get(logs, i) - 0.5 * z * z;
    below += <usize>i << 2;
  }
  return sum;
}

/**
 * Log densities of y, to `values`. Log-diagonals become bounded in `out`, and `outD`, of the same
 * rows, is written over; where there is an adjoint it becomes that of `out` times `seed`, and the
 * adjoint's rows `(that of y, 0)`, `width` numbers in all.
 */
export function mixture(
  rows: i32,
  k: i32,
  d: i32,
  out: usize,
  outRow: usize,
  outD: usize,
  y: usize,
  yRow: usize,
  values: usize,
  adjoint: usize,
  adjointRow: usize,
  width: i32,
  seed: f32,
): void {
  const means = whole(k);
  const logs = means + whole(k * d);
  const belows = logs + whole(k * d);
  const step = <usize>d << 2;
  const triangle = <usize>(d * (d - 1) / 2) << 2;
  for (let i = 0; i < rows; i++, out += outRow, outD += outRow, y += yRow) {
    boundAll(k * d, out + logs, outD + logs);
    const all = logSumExp(out, k);
    // A running sum of exponentials, relative to the largest so far.
    let top: f64 = -Infinity;
    let sum: f64 = 0;
    for (let c = 0; c < k; c++) {
      const at = <usize>c * step;
      const below = out + belows + <usize>c * triangle;
      const term = component(d, get(out, c), y, out + means + at, out + logs + at, outD + logs + at, below);
      // To be found again on the way back.
      store<f32>(outD + (<usize>c << 2), <f32>term);
      const next = max(top, term);
      sum = sum * exp64(top - next) + exp64(term - next);
      top = next;
    }
    const here = top + log64(sum);
    credit(values, i, here - all - <f64>d * LOG_ROOT, 0);
    if (!adjoint) continue;
    memory.fill(adjoint, 0, <usize>width << 2);
    memory.fill(outD + means, 0, whole(k * d));
    for (let c = 0; c < k; c++) {
      const at = <usize>c * step;
      const share = <f64>seed * exp64(get(outD, c) - here);
      set(outD, c, share - <f64>seed * exp64(get(out, c) - all));
      const below = belows + <usize>c * triangle;
      if (abs(share) < LEAST) {
        // It has no say, and its slopes would be subnormal.
        memory.fill(outD + logs + at, 0, step);
        memory.fill(outD + below, 0, triangle);
        continue;
      }
      componentBack(d, share, y, out + means + at, out + logs + at, out + below, outD - out, adjoint);
    }
    adjoint += adjointRow;
  }
}

/** Adjoints of one component, each `away` bytes from what it is of. */
function componentBack(
  d: i32,
  share: f64,
  y: usize,
  mean: usize,
  logs: usize,
  below: usize,
  away: usize,
  adjoint: usize,
): void {
  const diagonals = logs + away;
  for (let i = 0; i < d; i++) {
    const pull = -share * coordinate(i, y, mean, diagonals, below);
    const pulls = f32x4.splat(<f32>pull);
    const end = <usize>i << 2;
    for (let j: usize = 0; j < end; j += 16) {
      const own = lanesBefore(i - <i32>(j >> 2));
      const part = v128.and(flush(f32x4.mul(pulls, v128.load(below + j)), LEAST), own);
      v128.store(adjoint + j, f32x4.add(v128.load(adjoint + j), part));
      v128.store(mean + away + j, f32x4.sub(v128.load(mean + away + j), part));
      const slope = flush(f32x4.mul(pulls, away4(y, mean, j)), LEAST);
      const to = below + away + j;
      v128.store(to, v128.bitselect(slope, v128.load(to), own));
    }
    const part = pull * get(diagonals, i);
    set(adjoint, i, get(adjoint, i) + part);
    set(mean + away, i, get(mean + away, i) - part);
    const t = get(logs, i) / <f64>BOUND;
    set(diagonals, i, (part * (get(y, i) - get(mean, i)) + share) * (1.0 - t * t));
    below += end;
  }
}

/** Standard normal rows become draws, in place; `shares` tell from which component. */
export function mixtureDraw(rows: i32, k: i32, d: i32, out: usize, y: usize, yRow: usize, shares: usize): void {
  const means = out + whole(k);
  const logs = means + whole(k * d);
  const belows = logs + whole(k * d);
  const all = logSumExp(out, k);
  for (let i = 0; i < rows; i++, y += yRow) {
    let rest = get(shares, i);
    let c = 0;
    for (; c < k - 1; c++) {
      rest -= exp64(get(out, c) - all);
      if (rest < 0) break;
    }
    const at = <usize>(c * d) << 2;
    solve(d, y, means + at, logs + at, belows + (<usize>(c * d * (d - 1) / 2) << 2));
  }
}

/** `L (y − μ) = z` from the first coordinate on, in place. */
function solve(d: i32, y: usize, mean: usize, logs: usize, below: usize): void {
  for (let i = 0; i < d; i++) {
    let rest = get(y, i);
    for (let j = 0; j < i; j++) rest -= get(below, j) * (get(y, j) - get(mean, j));
    const e = exp64(-2.0 * <f64>BOUND * (1.0 / (1.0 + exp64(-2.0 * get(logs, i) / <f64>BOUND)) - 0.5));
    store<f32>(y + (<usize>i << 2), <f32>(get(mean, i) + rest * e));
    below += <usize>i << 2;
  }
}
