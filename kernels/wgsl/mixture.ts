// Mixtures of Gaussians with triangular precision factors, and choices. A thread has a row.

import { eachThread } from "./kernel.ts";

const PARTS = `
fn wholeOf(n: u32) -> u32 { return (n + 3u) & ~3u; }

/** Coordinate j of L (y − μ). */
fn coordinate(j: u32, y: u32, mean: u32, diagonals: u32, below: u32) -> f32 {
  var sum = 0.0;
  for (var q = 0u; q < j; q++) { sum += arena[below + q] * (arena[y + q] - arena[mean + q]); }
  return sum + arena[diagonals + j] * (arena[y + j] - arena[mean + j]);
}
`;

export const mixture = eachThread(
  "rows k d m@ outRow@ outD@ y@ yRow@ values@ adjoint@ adjointRow@ width seed~",
  (a) => a[1]!,
  `
  let o = m + i * outRow;
  let p = outD + i * outRow;
  let x = y + i * yRow;
  let means = wholeOf(k);
  let logs = means + wholeOf(k * d);
  let belows = logs + wholeOf(k * d);
  let triangle = d * (d - 1u) / 2u;
  for (var j = 0u; j < wholeOf(k * d); j++) {
    let b = BOUND * tanhOf(arena[o + logs + j] / BOUND);
    arena[o + logs + j] = b;
    // What pads them stays 0: it becomes an adjoint.
    arena[p + logs + j] = select(0.0, expOf(b), j < k * d);
  }
  let all = logSumExp(o, k);
  for (var c = 0u; c < k; c++) {
    var term = arena[o + c];
    var below = o + belows + c * triangle;
    for (var j = 0u; j < d; j++) {
      let z = coordinate(j, x, o + means + c * d, p + logs + c * d, below);
      term += arena[o + logs + c * d + j] - 0.5 * z * z;
      below += j;
    }
    arena[p + c] = term;
  }
  let here = logSumExp(p, k);
  arena[values + 2u * i] = here - all - f32(d) * LOG_ROOT;
  if (adjoint == 0u) { return; }
  let at = adjoint + i * adjointRow;
  for (var j = 0u; j < width; j++) { arena[at + j] = 0.0; }
  for (var j = 0u; j < wholeOf(k * d); j++) { arena[p + means + j] = 0.0; }
  for (var c = 0u; c < k; c++) {
    let share = seed * expOf(arena[p + c] - here);
    arena[p + c] = share - seed * expOf(arena[o + c] - all);
    let mean = means + c * d;
    var below = belows + c * triangle;
    for (var j = 0u; j < d; j++) {
      let diagonal = logs + c * d + j;
      let pull = -share * coordinate(j, x, o + mean, p + logs + c * d, o + below);
      for (var q = 0u; q < j; q++) {
        let piece = pull * arena[o + below + q];
        arena[at + q] = arena[at + q] + piece;
        arena[p + mean + q] = arena[p + mean + q] - piece;
        arena[p + below + q] = pull * (arena[x + q] - arena[o + mean + q]);
      }
      let piece = pull * arena[p + diagonal];
      arena[at + j] = arena[at + j] + piece;
      arena[p + mean + j] = arena[p + mean + j] - piece;
      let t = arena[o + diagonal] / BOUND;
      arena[p + diagonal] = (piece * (arena[x + j] - arena[o + mean + j]) + share) * (1.0 - t * t);
      below += j;
    }
  }`,
  { of: "rows", outside: PARTS },
);

const CHOOSE = `
/** The first of k whose cumulated share is beyond. */
fn choose(logits: u32, k: u32, share: f32) -> u32 {
  let all = logSumExp(logits, k);
  var rest = share;
  var c = 0u;
  for (; c < k - 1u; c++) {
    rest -= expOf(arena[logits + c] - all);
    if (rest < 0.0) { break; }
  }
  return c;
}
`;

export const mixtureDraw = eachThread(
  "rows k d m@ y@ yRow@ shares@",
  (a) => a[1]!,
  `
  let x = y + i * yRow;
  let c = choose(m, k, arena[shares + i]);
  let mean = m + wholeOf(k) + c * d;
  let logs = mean + wholeOf(k * d);
  var below = m + wholeOf(k) + 2u * wholeOf(k * d) + c * (d * (d - 1u) / 2u);
  for (var j = 0u; j < d; j++) {
    var rest = arena[x + j];
    for (var q = 0u; q < j; q++) { rest -= arena[below + q] * (arena[x + q] - arena[mean + q]); }
    arena[x + j] = arena[mean + j] + rest * expOf(-BOUND * tanhOf(arena[logs + j] / BOUND));
    below += j;
  }`,
  { of: "rows", outside: PARTS + CHOOSE },
);

export const categorical = eachThread(
  "rows k m@ outRow@ outD@ y@ yRow@ values@ adjoint@ adjointRow@ width seed~",
  (a) => a[1]!,
  `
  let o = m + i * outRow;
  let all = logSumExp(o, k);
  let wanted = arena[y + i * yRow];
  let chosen = u32(max(wanted, 0.0));
  let known = wanted >= 0.0 && chosen < k && f32(chosen) == wanted;
  // −∞, in words that no compiler finds to be a constant.
  var value = bitcast<f32>(0xff800000u | (rows & 0u));
  if (known) { value = arena[o + chosen] - all; }
  arena[values + 2u * i] = value;
  if (adjoint == 0u) { return; }
  for (var j = 0u; j < width; j++) { arena[adjoint + i * adjointRow + j] = 0.0; }
  for (var c = 0u; c < k; c++) {
    arena[outD + i * outRow + c] = seed * (select(0.0, 1.0, known && c == chosen) - expOf(arena[o + c] - all));
  }`,
  { of: "rows" },
);

export const categoricalDraw = eachThread(
  "rows k m@ y@ yRow@ shares@",
  (a) => a[1]!,
  "arena[y + i * yRow] = f32(choose(m, k, arena[shares + i]));",
  { of: "rows", outside: CHOOSE },
);
