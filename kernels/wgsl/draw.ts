// Draws from masked flows, coordinate after coordinate; a thread has a row of a panel of sixteen.

import { eachThread } from "./kernel.ts";

const UNITS = `
/** The first of width units whose degree is at least this. */
fn firstUnit(degree: u32, width: u32, d: u32) -> u32 { return (degree * width + d - 1u) / d; }
fn rowOf(n: u32) -> u32 { return (n + 3u) & ~3u; }

fn activated(kind: u32, x: f32) -> f32 {
  if (kind == 0u) { return x / (1.0 + expOf(-x)); }
  if (kind == 1u) { return tanhOf(x); }
  return select(x, 0.0, x <= 0.0 && !isNan(x));
}

/** Σ of n weights, \`apart\` from each other, times lines of a panel. */
fn along(n: u32, weight: u32, apart: u32, line: u32) -> f32 {
  var sum = 0.0;
  for (var s = 0u; s < n; s++) { sum += arena[weight + s * apart] * arena[line + s * 16u]; }
  return sum;
}
`;

export const maskedDraw = eachThread(
  "panels d c layers widths@ kind weights@ z@ x@ units@ unitRow@ backwards",
  (a) => a[1]! * 16,
  `
  let own = i / 16u;
  let r = i % 16u;
  let base = z + own * d * 16u + r;
  let seen = x + own * (d + c) * 16u + r;
  for (var j = 0u; j < d; j++) { arena[seen + j * 16u] = 0.0; }
  for (var rank = 0u; rank < d; rank++) {
    let j = select(rank, d - 1u - rank, backwards != 0u);
    var line = seen;
    var fanIn = d + c;
    var known = d + c;
    var weight = weights;
    var unit = units + own * unitRow + r;
    for (var layer = 0u; layer < layers; layer++) {
      let width = u32(arena[widths + layer]);
      let row = rowOf(width);
      let last = firstUnit(rank + 1u, width, d);
      for (var u = firstUnit(rank, width, d); u < last; u++) {
        let sum = arena[weight + fanIn * row + u] + along(known, weight + u, row, line);
        arena[unit + u * 16u] = activated(kind, sum);
      }
      weight += (fanIn + 1u) * row;
      line = unit;
      unit += width * 16u;
      fanIn = width;
      known = last;
    }
    let piece = rowOf(d);
    let bias = weight + fanIn * 2u * piece + j;
    let shift = arena[bias] + along(known, weight + j, 2u * piece, line) +
      along(d + c, bias + 2u * piece, piece, seen);
    let scale = arena[bias + piece] + along(known, weight + piece + j, 2u * piece, line);
    arena[seen + j * 16u] = arena[base + j * 16u] * expOf(-BOUND * tanhOf(scale / BOUND)) + shift;
  }
  for (var j = 0u; j < d; j++) { arena[base + j * 16u] = arena[seen + j * 16u]; }`,
  { of: "panels * 16u", outside: UNITS },
);
