// Coupled rational-quadratic splines: forward, adjoint and inverse. A thread has a row.

import { eachThread } from "./kernel.ts";

const SPLINE = `
const LEAST: f32 = 1e-3;
/** log(exp(1 − LEAST) − 1): a slope of 0 means 1. */
const ONE: f32 = 0.5397424172369522;

/** Of a bin: which, where it begins, how wide and high it is, the slopes at its ends. */
struct Bin { at: u32, left: f32, bottom: f32, width: f32, height: f32, slope0: f32, slope1: f32 };

/** k numbers become their softmax, in place. */
fn softmax(at: u32, k: u32) {
  var top = arena[at];
  for (var j = 1u; j < k; j++) { top = max(top, arena[at + j]); }
  var sum = 0.0;
  for (var j = 0u; j < k; j++) {
    let e = expOf(arena[at + j] - top);
    sum += e;
    arena[at + j] = e;
  }
  let share = 1.0 / sum;
  for (var j = 0u; j < k; j++) { arena[at + j] = arena[at + j] * share; }
}

/** What each share of the span makes. */
fn sizeOf(share: f32, k: u32, span: f32) -> f32 {
  return 2.0 * span * (LEAST + (1.0 - LEAST * f32(k)) * share);
}

/** The slope at a knot; 1 at the ends of the span. */
fn slopeAt(slopes: u32, k: u32, knot: u32) -> f32 {
  var u = ONE;
  if (knot > 0u && knot < k) { u += arena[slopes + knot - 1u]; }
  return LEAST + softplusOf(u, expOf(-abs(u)));
}

/** The bin of a value within the span, among widths, or on the way back among heights. */
fn findBin(widths: u32, k: u32, span: f32, value: f32, back: bool) -> Bin {
  let heights = widths + k;
  var b = Bin(0u, -span, -span, 0.0, 0.0, 0.0, 0.0);
  for (var j = 0u; j < k; j++) {
    b.at = j;
    b.width = sizeOf(arena[widths + j], k, span);
    b.height = sizeOf(arena[heights + j], k, span);
    let end = select(b.left + b.width, b.bottom + b.height, back);
    if (j == k - 1u || value < end) { break; }
    b.left += b.width;
    b.bottom += b.height;
  }
  b.slope0 = slopeAt(heights + k, k, b.at);
  b.slope1 = slopeAt(heights + k, k, b.at + 1u);
  return b;
}

fn boundOf(h: f32) -> f32 { return tanhOf(h / BOUND); }
`;

/** In `m` widths and heights become shares, and shifts what the spline is given. */
export const spline = eachThread(
  "rows moved k span~ m@ outRow@ line@ lineRow@ y@ yRow@ index@ values@ plus",
  (a) => a[1]!,
  `
  var logDet = 0.0;
  for (var c = 0u; c < moved; c++) {
    let p = m + i * outRow + c * (3u * k + 1u);
    softmax(p + 2u, k);
    softmax(p + 2u + k, k);
    let at = y + i * yRow + u32(arena[index + c]);
    let b = BOUND * boundOf(arena[p + 1u]);
    logDet += b;
    let a = (arena[at] - arena[p] - arena[line + i * lineRow + c]) * expOf(b);
    arena[p] = a;
    var moves = a;
    if (a > -span && a < span) {
      let f = findBin(p + 2u, k, span, a, false);
      let xi = (a - f.left) / f.width;
      let q = xi * (1.0 - xi);
      let s = f.height / f.width;
      let e = s + (f.slope1 + f.slope0 - 2.0 * s) * q;
      let rise = f.slope1 * xi * xi + 2.0 * s * q + f.slope0 * (1.0 - xi) * (1.0 - xi);
      logDet += logOf(s * s * rise / (e * e));
      moves = f.bottom + f.height * (s * xi * xi + f.slope0 * q) / e;
    }
    arena[at] = moves;
  }
  if (plus != 0u) { logDet += arena[values + 2u * i]; }
  arena[values + 2u * i] = logDet;`,
  { of: "rows", outside: SPLINE },
);

const BACK = `${SPLINE}
/** Sizes before the bin have the adjoint \`before\`, its own \`here\`, those after it none. */
fn sharesBack(shares: u32, k: u32, bin: u32, span: f32, before: f32, here: f32) {
  let scale = 2.0 * span * (1.0 - LEAST * f32(k));
  var mean = 0.0;
  for (var j = 0u; j <= bin; j++) { mean += arena[shares + j] * select(here, before, j < bin); }
  for (var j = 0u; j < k; j++) {
    var own = 0.0;
    if (j < bin) { own = before; } else if (j == bin) { own = here; }
    arena[shares + j] = scale * arena[shares + j] * (own - mean);
  }
}

/** Adjoints of widths, heights and slopes, in place; returns that of what the spline was given. */
fn bendBack(widths: u32, k: u32, span: f32, a: f32, pull: f32, seed: f32) -> f32 {
  let f = findBin(widths, k, span, a, false);
  let xi = (a - f.left) / f.width;
  let rest = 1.0 - xi;
  let q = xi * rest;
  let turn = 1.0 - 2.0 * xi;
  let s = f.height / f.width;
  let bend = f.slope1 + f.slope0 - 2.0 * s;
  let e = s + bend * q;
  let top = s * xi * xi + f.slope0 * q;
  let rise = f.slope1 * xi * xi + 2.0 * s * q + f.slope0 * rest * rest;
  let ofTop = pull * f.height / e;
  let ofE = -ofTop * top / e - 2.0 * seed / e;
  let ofRise = seed / rise;
  let ofXi = ofTop * (2.0 * s * xi + f.slope0 * turn) + ofE * bend * turn +
    2.0 * ofRise * (f.slope1 * xi + s * turn - f.slope0 * rest);
  let ofS = ofTop * xi * xi + ofE * (1.0 - 2.0 * q) + 2.0 * ofRise * q + 2.0 * seed / s;
  let ofSlope0 = (ofTop + ofE) * q + ofRise * rest * rest;
  let ofSlope1 = ofE * q + ofRise * xi * xi;
  let ofA = ofXi / f.width;
  let heights = widths + k;
  let slopes = heights + k;
  for (var j = 1u; j < k; j++) {
    var own = 0.0;
    if (j == f.at) { own = ofSlope0; } else if (j == f.at + 1u) { own = ofSlope1; }
    let u = arena[slopes + j - 1u] + ONE;
    arena[slopes + j - 1u] = own * sigmoidOf(u, expOf(-abs(u)));
  }
  sharesBack(widths, k, f.at, span, -ofA, -(ofS * s + ofXi * xi) / f.width);
  sharesBack(heights, k, f.at, span, pull, pull * top / e + ofS / f.width);
  return ofA;
}
`;

export const splineBack = eachThread(
  "rows moved k span~ m@ outRow@ line@ lineRow@ adjoint@ adjointRow@ index@ seed~",
  (a) => a[1]!,
  `
  for (var c = 0u; c < moved; c++) {
    let p = m + i * outRow + c * (3u * k + 1u);
    let at = adjoint + i * adjointRow + u32(arena[index + c]);
    let a = arena[p];
    let t = boundOf(arena[p + 1u]);
    var pull = arena[at];
    if (a > -span && a < span) {
      pull = bendBack(p + 2u, k, span, a, pull, seed);
    } else {
      for (var j = 2u; j < 3u * k + 1u; j++) { arena[p + j] = 0.0; }
    }
    let own = pull * expOf(BOUND * t);
    arena[p] = -own;
    arena[line + i * lineRow + c] = -own;
    arena[p + 1u] = (pull * a + seed) * (1.0 - t * t);
    arena[at] = own;
  }`,
  { of: "rows", outside: BACK },
);

/** The inverse: z becomes y, in place. */
export const splineDraw = eachThread(
  "rows moved k span~ m@ outRow@ line@ lineRow@ y@ yRow@ index@",
  (a) => a[1]!,
  `
  for (var c = 0u; c < moved; c++) {
    let p = m + i * outRow + c * (3u * k + 1u);
    let at = y + i * yRow + u32(arena[index + c]);
    var a = arena[at];
    if (a > -span && a < span) {
      softmax(p + 2u, k);
      softmax(p + 2u + k, k);
      let f = findBin(p + 2u, k, span, a, true);
      let risen = a - f.bottom;
      let s = f.height / f.width;
      let bend = risen * (f.slope1 + f.slope0 - 2.0 * s);
      let qa = f.height * (s - f.slope0) + bend;
      let qb = f.height * f.slope0 - bend;
      let qc = -s * risen;
      // The root in [0, 1], without cancellation.
      a = f.left + f.width * (2.0 * qc / (-qb - sqrt(max(0.0, qb * qb - 4.0 * qa * qc))));
    }
    arena[at] = arena[p] + arena[line + i * lineRow + c] + a * expOf(-BOUND * boundOf(arena[p + 1u]));
  }`,
  { of: "rows", outside: SPLINE },
);
