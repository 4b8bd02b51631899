// A choice among k, whose logits are the outputs of a network; targets are whole numbers from 0 on.

import { credit } from "./flow";
import { LEAST } from "./activation";
import { exp64, get, logSumExp, set } from "./loss";

/**
 * Log probabilities of y, to `values`: −∞ of what is no category. Where there is an adjoint, `outD` becomes
 * that of `out` times `seed`, and the adjoint's rows `(that of y, 0)`, `width` numbers in all: 0.
 */
export function categorical(
  rows: i32,
  k: i32,
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
  for (let i = 0; i < rows; i++, out += outRow, outD += outRow, y += yRow) {
    const all = logSumExp(out, k);
    const wanted = get(y, 0);
    const is = wanted >= 0 && wanted < <f64>k && wanted == floor(wanted);
    const chosen = is ? <i32>wanted : -1;
    credit(values, i, is ? get(out, chosen) - all : -Infinity, 0);
    if (!adjoint) continue;
    memory.fill(adjoint, 0, <usize>width << 2);
    for (let c = 0; c < k; c++) {
      const slope = <f64>seed * ((c == chosen ? 1.0 : 0.0) - exp64(get(out, c) - all));
      set(outD, c, abs(slope) < LEAST ? 0 : slope);
    }
    adjoint += adjointRow;
  }
}

/** Targets from `shares` in [0, 1): the first whose cumulated share is beyond. */
export function categoricalDraw(rows: i32, k: i32, out: usize, y: usize, yRow: usize, shares: usize): void {
  const all = logSumExp(out, k);
  for (let i = 0; i < rows; i++, y += yRow) {
    let rest = get(shares, i);
    let c = 0;
    for (; c < k - 1; c++) {
      rest -= exp64(get(out, c) - all);
      if (rest < 0) break;
    }
    set(y, 0, <f64>c);
  }
}
