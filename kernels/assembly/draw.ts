// Draws from masked flows. Rows are the vectors here: in panels of sixteen, coordinate after
// coordinate and unit after unit, so that what one coordinate adds is a product of its own.

import { activate } from "./activation";
import { BOUND, expOf, tanhOf } from "./flow";
import { tile2x16 } from "./tiles";
import { madd } from "./vector";

/** Rows in a panel, and their bytes. */
const PANEL: i32 = 16;
const LINE: usize = 64;

/** Bytes of a row of a weight of n columns. */
// @ts-ignore: decorator
@inline
function rowOf(n: i32): usize {
  return <usize>((n + 3) & ~3) << 2;
}

/** The first of `width` units whose degree is at least this. */
// @ts-ignore: decorator
@inline
function firstUnit(degree: i32, width: i32, d: i32): i32 {
  return (degree * width + d - 1) / d;
}

// @ts-ignore: decorator
@inline
function widthAt(widths: usize, layer: i32): i32 {
  return <i32>load<f32>(widths + (<usize>layer << 2));
}

/** Every row of the panel begins with the biases of `count` columns. */
function fillBiases(count: i32, bias: usize, to: usize): void {
  for (let u = 0; u < count; u++, bias += 4, to += LINE) {
    const v = v128.load_splat<f32>(bias);
    v128.store(to, v);
    v128.store(to, v, 16);
    v128.store(to, v, 32);
    v128.store(to, v, 48);
  }
}

/** `to = bias + W[…k, columns] · from` of `count` columns `apart` bytes from each other. */
function columns(
  count: i32,
  k: i32,
  weight: usize,
  apart: usize,
  row: usize,
  from: usize,
  to: usize,
): void {
  // There are few columns, mostly two: tall tiles would compute most of theirs in vain.
  tile2x16(count, k, weight, apart, row, from, to, LINE, to, LINE, 0);
}

/**
 * The inverse of one masked transform: in each panel z `[d]` becomes y, in place and in the first d
 * of `x`, which goes on with the c numbers of the context. Weights lie as their names are ordered;
 * `widths` are those of the hidden layers, whose units go to `units`, with two lines to spare.
 */
export function maskedDraw(
  panels: i32,
  d: i32,
  c: i32,
  layers: i32,
  widths: usize,
  kind: i32,
  weights: usize,
  z: usize,
  x: usize,
  units: usize,
  unitBytes: usize,
  backwards: i32,
): void {
  for (let p = 0; p < panels; p++) {
    memory.fill(x, 0, <usize>d * LINE);
    for (let rank = 0; rank < d; rank++) {
      const j = backwards ? d - 1 - rank : rank;
      drawColumn(d, c, layers, widths, kind, weights, z, x, units, rank, j);
    }
    memory.copy(z, x, <usize>d * LINE);
    z += <usize>d * LINE;
    x += <usize>(d + c) * LINE;
    units += unitBytes;
  }
}

/** Coordinate j of a panel, given those of lower ranks: only units of its degree are new. */
function drawColumn(
  d: i32,
  c: i32,
  layers: i32,
  widths: usize,
  kind: i32,
  weight: usize,
  z: usize,
  x: usize,
  units: usize,
  rank: i32,
  j: i32,
): void {
  let from = x;
  let fanIn = d + c;
  let seen = fanIn;
  for (let layer = 0; layer < layers; layer++) {
    const width = widthAt(widths, layer);
    const row = rowOf(width);
    const first = firstUnit(rank, width, d);
    const last = firstUnit(rank + 1, width, d);
    const count = last - first;
    const at = <usize>first << 2;
    const to = units + <usize>first * LINE;
    if (count > 0) {
      fillBiases(count, weight + <usize>fanIn * row + at, to);
      columns(count, seen, weight + at, 4, row, from, to);
      activate(kind, count * PANEL, to, to, 0, 0);
    }
    weight += <usize>(fanIn + 1) * row;
    from = units;
    units += <usize>width * LINE;
    fanIn = width;
    seen = last;
  }
  const part = rowOf(d);
  const row = part + part;
  const at = <usize>j << 2;
  const bias = weight + <usize>fanIn * row + at;
  fillBiases(1, bias, units);
  fillBiases(1, bias + part, units + LINE);
  columns(2, seen, weight + at, part, row, from, units);
  columns(1, d + c, bias + row, 0, part, x, units);
  const own = <usize>j * LINE;
  const most = f32x4.splat(-BOUND);
  const share = f32x4.splat(1 / BOUND);
  for (let v: usize = 0; v < LINE; v += 16) {
    const scale = expOf(f32x4.mul(most, tanhOf(f32x4.mul(v128.load(units + LINE + v), share))));
    v128.store(x + own + v, madd(v128.load(z + own + v), scale, v128.load(units + v)));
  }
}
