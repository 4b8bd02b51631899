// Heads that compare the outputs of a network of θ with x: values, and their slopes in the outputs.

import { eachThread } from "./kernel.ts";

const PUT = `
/** Sets a slope, or adds to it. */
fn put(at: u32, slope: f32, plus: u32) {
  if (plus != 0u) { arena[at] = arena[at] + slope; } else { arena[at] = slope; }
}
`;

const ROW = `
  let o = outputs + i * row;
  let seen = x + i * xRow;
  let d = adjoint + i * row;
  var sum = 0.0;`;

/** `Σ_j w_j (m_j − x_j)² + scale · softplus(v)`. */
export const paraboloid = eachThread(
  "rows n row@ outputs@ x@ xRow@ weights@ scale~ dst@ adjoint@ plus",
  (a) => a[1]!,
  `${ROW}
  for (var j = 0u; j < n; j++) {
    let away = arena[o + j] - arena[seen + j];
    let pull = arena[weights + j] * away;
    sum += pull * away;
    if (adjoint != 0u) { put(d + j, pull + pull, plus); }
  }
  let v = arena[o + n];
  let e = expOf(-abs(v));
  arena[dst + i] = sum + scale * softplusOf(v, e);
  if (adjoint != 0u) {
    put(d + n, scale * sigmoidOf(v, e), plus);
    // What pads the row.
    if (plus == 0u) {
      arena[d + n + 1u] = 0.0;
      arena[d + n + 2u] = 0.0;
      arena[d + n + 3u] = 0.0;
    }
  }`,
  { of: "rows", outside: PUT },
);

/** `Σ_j w_j (|δ_j| + 2 s_j softplus(−|δ_j| / s_j))`, `δ = m − x`, `s = softplus(u) + 1e-6`. */
export const absoluteHead = eachThread(
  "rows n row@ outputs@ x@ xRow@ weights@ scale~ dst@ adjoint@ plus",
  (a) => a[1]!,
  `${ROW}
  for (var j = 0u; j < n; j++) {
    let weight = arena[weights + j];
    let away = arena[o + j] - arena[seen + j];
    let size = abs(away);
    let u = arena[o + n + j];
    let tail = expOf(-abs(u));
    let s = softplusOf(u, tail) + 1e-6;
    let steps = size / s;
    let e = expOf(-steps);
    let twice = 2.0 * log1pOf(e);
    sum += weight * (twice * s + size);
    if (adjoint != 0u) {
      // d/d|δ| = tanh(|δ| / 2s); d/ds = 2 softplus(−|δ| / s) + 2 (|δ| / s) σ(−|δ| / s).
      let share = 1.0 / (1.0 + e);
      let slope = weight * ((1.0 - e) * share);
      put(d + j, select(slope, -slope, away < 0.0), plus);
      put(d + n + j, weight * (2.0 * steps * (e * share) + twice) * sigmoidOf(u, tail), plus);
    }
  }
  arena[dst + i] = sum;`,
  { of: "rows", outside: PUT },
);
