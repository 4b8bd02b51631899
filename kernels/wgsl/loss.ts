// Losses on logits h, atom-major: the value to a slot, the gradient in h to r. One workgroup.

import type { Kernel } from "./kernel.ts";
import { eachThread } from "./kernel.ts";
import { SUM_ALL, SUMMERS } from "./sum.ts";

/** A kernel of one workgroup that sums. */
export function summing(args: string, body: string, outside = ""): Kernel {
  return { args, size: SUMMERS, outside: SUM_ALL + outside, body, groups: () => 1 };
}

export const sumVector = summing(
  "count x@ dst@",
  `
  var sum = 0.0;
  for (var k = lane; k < count; k += ${SUMMERS}u) { sum += arena[x + k]; }
  sum = sumAll(lane, sum);
  if (lane == 0u) { arena[dst] = sum; }`,
);

export const softplusHead = eachThread(
  "count scale~ h@ dst@ slope@",
  (a) => a[1]!,
  `
  let value = arena[h + i];
  let e = expOf(-abs(value));
  arena[dst + i] = scale * softplusOf(value, e);
  arena[slope + i] = scale * sigmoidOf(value, e);`,
  { of: "count" },
);

export const crossEntropy = summing(
  "n balance~ h@ r@ slot@",
  `
  let share = 0.5 / f32(n);
  var sum = 0.0;
  var believed = 0.0;
  for (var k = lane; k < 2u * n; k += ${SUMMERS}u) {
    let value = arena[h + k];
    let e = expOf(-abs(value));
    let p = sigmoidOf(value, e);
    sum += softplusOf(select(value, -value, k < n), e);
    believed += p;
    // 1 − σ(h) is σ(−h): no cancellation where h is large.
    arena[r + k] = share * select(p, -sigmoidOf(-value, e), k < n);
  }
  sum = sumAll(lane, sum);
  believed = sumAll(lane, believed);
  let excess = 2.0 * believed * share - 1.0;
  if (lane == 0u) { arena[slot] = sum * share + balance * excess * excess; }
  if (balance == 0.0) { return; }
  let pull = 4.0 * balance * excess * share;
  for (var k = lane; k < 2u * n; k += ${SUMMERS}u) {
    let value = arena[h + k];
    let p = sigmoidOf(value, expOf(-abs(value)));
    arena[r + k] = arena[r + k] + pull * p * (1.0 - p);
  }`,
);

/** `weight · softplus` of the log mean over K logits from the first on, and what it pulls by. */
const WINDOW = `
struct Window { value: f32, pull: f32, top: f32 };
fn windowOf(h: u32, n: u32, k: u32, first: u32, weight: f32, offset: f32) -> Window {
  var top = arena[h + first * n];
  for (var a = first; a < first + k; a++) { top = max(top, arena[h + a * n]); }
  var total = 0.0;
  for (var a = first; a < first + k; a++) { total += expOf(arena[h + a * n] - top); }
  let s = top + logOf(total) + offset;
  let e = expOf(-abs(s));
  return Window(weight * softplusOf(s, e), weight * sigmoidOf(s, e) / total, top);
}
`;

export const contrast = summing(
  "n k gamma~ offset~ h@ r@ slot@",
  `
  let share = 1.0 / ((1.0 + gamma) * f32(n));
  var sum = 0.0;
  for (var q = lane; q < n; q += ${SUMMERS}u) {
    let others = windowOf(h + q, n, k, 1u, share, offset);
    let own = windowOf(h + q, n, k, 0u, share * gamma, offset);
    sum += others.value + own.value - gamma * share * (arena[h + q] + offset);
    for (var a = 0u; a <= k; a++) {
      let value = arena[h + a * n + q];
      var slope = 0.0;
      if (a > 0u) { slope += others.pull * expOf(value - others.top); }
      if (a < k) { slope += own.pull * expOf(value - own.top); }
      if (a == 0u) { slope -= gamma * share; }
      arena[r + a * n + q] = slope;
    }
  }
  sum = sumAll(lane, sum);
  if (lane == 0u) { arena[slot] = sum; }`,
  WINDOW,
);

export const squaredError = summing(
  "n value@ wanted@ r@ slot@",
  `
  var sum = 0.0;
  for (var k = lane; k < n; k += ${SUMMERS}u) {
    let miss = arena[value + k] - arena[wanted + k];
    sum += miss * miss;
    arena[r + k] = 2.0 * miss / f32(n);
  }
  sum = sumAll(lane, sum);
  if (lane == 0u) { arena[slot] = sum / f32(n); }`,
);

/** Adds to the slot. */
export const scoreResidual = summing(
  "n d row@ share~ weights@ g@ score@ v@ slot@",
  `
  var sum = 0.0;
  for (var k = lane; k < n * d; k += ${SUMMERS}u) {
    let at = k / d * row + k % d;
    let miss = arena[g + at] - arena[score + at];
    let weighted = arena[weights + k % d] * miss;
    sum += weighted * miss;
    arena[v + at] = 2.0 * share * weighted;
  }
  sum = sumAll(lane, sum);
  if (lane == 0u) { arena[slot] = arena[slot] + share * sum; }`,
);

/** Values are two places apart. */
export const negativeMean = summing(
  "n values@ slot@",
  `
  var sum = 0.0;
  for (var k = lane; k < n; k += ${SUMMERS}u) { sum += arena[values + 2u * k]; }
  sum = sumAll(lane, sum);
  if (lane == 0u) { arena[slot] = -sum / f32(n); }`,
);
