// Coupled rational-quadratic splines: forward, adjoint and inverse. The outputs of a network are, for
// each coordinate moved, a shift, a log-scale, k widths, k heights and k − 1 slopes. Scalars are
// float64: there are few, and places in a narrow bin are differences.

import { BOUND, credit, expOf, lanesBefore, tanhOf } from "./flow";
import { log1p } from "./head";
import { exp64, get, log64, set, sigmoidOf } from "./loss";
import { exp } from "./vector";

/** Least width, height and slope of a bin, in shares of what there is. */
const LEAST: f64 = 1e-3;
/** `log(exp(1 − LEAST) − 1)`: a slope of 0 means 1. */
const ONE: f64 = 0.5397424172369522;

// Of the bin at hand: which, where it begins, how wide and high it is, the slopes at its ends.
let bin: i32 = 0;
let left: f64 = 0;
let bottom: f64 = 0;
let width: f64 = 0;
let height: f64 = 0;
let slope0: f64 = 0;
let slope1: f64 = 0;

/** k numbers become their softmax, in place; or only shares of a sum whose inverse is returned. */
function softmax(at: usize, k: i32, normalise: bool): f64 {
  const bytes = <usize>k << 2;
  let top = f32x4.splat(-Infinity);
  for (let j: usize = 0; j < bytes; j += 16) {
    const own = lanesBefore(k - <i32>(j >> 2));
    top = f32x4.max(top, v128.bitselect(v128.load(at + j), f32x4.splat(-Infinity), own));
  }
  const first = max(f32x4.extract_lane(top, 0), f32x4.extract_lane(top, 1));
  const most = f32x4.splat(max(first, max(f32x4.extract_lane(top, 2), f32x4.extract_lane(top, 3))));
  let sums = f32x4.splat(0);
  for (let j: usize = 0; j < bytes; j += 16) {
    const own = lanesBefore(k - <i32>(j >> 2));
    const before = v128.load(at + j);
    const e = exp(f32x4.sub(before, most));
    sums = f32x4.add(sums, v128.and(e, own));
    v128.store(at + j, v128.bitselect(e, before, own));
  }
  const total = (f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1)) +
    (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3));
  if (!normalise) return 1.0 / <f64>total;
  const share = f32x4.splat(1 / total);
  for (let j: usize = 0; j < bytes; j += 16) {
    const before = v128.load(at + j);
    v128.store(at + j, v128.bitselect(f32x4.mul(before, share), before, lanesBefore(k - <i32>(j >> 2))));
  }
  return 1;
}

/** What each share of the span makes, given k shares that sum to one. */
// @ts-ignore: decorator
@inline
function size(share: f64, k: i32, span: f64): f64 {
  return 2.0 * span * (LEAST + (1.0 - LEAST * <f64>k) * share);
}

/** The slopes at both ends of the bin; 1 at those of the span. */
// @ts-ignore: decorator
@inline
function findSlopes(slopes: usize, k: i32): void {
  const first = bin > 0 ? load<f32>(slopes + (<usize>(bin - 1) << 2)) : 0;
  const last = bin < k - 1 ? load<f32>(slopes + (<usize>bin << 2)) : 0;
  const u = f32x4.add(f32x4(first, last, 0, 0), f32x4.splat(<f32>ONE));
  const e = expOf(f32x4.neg(f32x4.abs(u)));
  const s = f32x4.add(f32x4.max(u, f32x4.splat(0)), log1p(e));
  slope0 = LEAST + <f64>f32x4.extract_lane(s, 0);
  slope1 = LEAST + <f64>f32x4.extract_lane(s, 1);
}

/**
 * Finds the bin of `value`, which lies within the span: among widths, or on the way back among
 * heights. Both become shares when they are multiplied by `w` and `h`.
 */
function findBin(widths: usize, k: i32, span: f64, value: f64, back: bool, w: f64, h: f64): void {
  const heights = widths + (<usize>k << 2);
  const slopes = heights + (<usize>k << 2);
  left = -span;
  bottom = -span;
  for (bin = 0;; bin++) {
    width = size(w * get(widths, bin), k, span);
    height = size(h * get(heights, bin), k, span);
    const end = back ? bottom + height : left + width;
    if (bin == k - 1 || value < end) break;
    left += width;
    bottom += height;
  }
  findSlopes(slopes, k);
}

/** `bound(h) / BOUND` of a log-scale. */
// @ts-ignore: decorator
@inline
function boundOf(h: usize): f32 {
  return f32x4.extract_lane(tanhOf(f32x4.mul(v128.load_splat<f32>(h), f32x4.splat(1 / BOUND))), 0);
}

/** `eᵇ`. */
// @ts-ignore: decorator
@inline
function scaleOf(b: f32): f64 {
  return <f64>f32x4.extract_lane(expOf(f32x4.splat(b)), 0);
}

/** Column of the i-th coordinate that is moved. */
// @ts-ignore: decorator
@inline
function columnAt(index: usize, i: i32): usize {
  return <usize>load<f32>(index + (<usize>i << 2)) << 2;
}

/**
 * Moves coordinates of y, in place: `f((y − m) exp bound(h))`, m the shift and what is in `line`.
 * Log-determinants are added to `values`. In `out` widths and heights become shares, and shifts what
 * the spline is given: for {@link splineBack}.
 */
export function spline(
  rows: i32,
  moved: i32,
  k: i32,
  span32: f32,
  out: usize,
  outRow: usize,
  line: usize,
  lineRow: usize,
  y: usize,
  yRow: usize,
  index: usize,
  values: usize,
  add: i32,
): void {
  const span = <f64>span32;
  const each = <usize>(3 * k + 1) << 2;
  for (let i = 0; i < rows; i++, out += outRow, line += lineRow, y += yRow) {
    let logDet: f64 = 0;
    for (let c = 0, p = out; c < moved; c++, p += each) {
      softmax(p + 8, k, true);
      softmax(p + 8 + (<usize>k << 2), k, true);
      const to = y + columnAt(index, c);
      const b = BOUND * boundOf(p + 4);
      logDet += <f64>b;
      const a = (get(to, 0) - get(p, 0) - get(line, c)) * scaleOf(b);
      store<f32>(p, <f32>a);
      if (a > -span && a < span) {
        findBin(p + 8, k, span, a, false, 1, 1);
        const xi = (a - left) / width;
        const q = xi * (1.0 - xi);
        const s = height / width;
        const e = s + (slope1 + slope0 - 2.0 * s) * q;
        const rise = slope1 * xi * xi + 2.0 * s * q + slope0 * (1.0 - xi) * (1.0 - xi);
        logDet += log64(s * s * rise / (e * e));
        store<f32>(to, <f32>(bottom + height * (s * xi * xi + slope0 * q) / e));
      } else {
        store<f32>(to, <f32>a);
      }
    }
    credit(values, i, logDet, add);
  }
}

/**
 * The adjoint of {@link spline}, in place: `out` and `line` become their adjoints, and adjoints of
 * what was moved become those of what it was, without what the network adds.
 */
export function splineBack(
  rows: i32,
  moved: i32,
  k: i32,
  span32: f32,
  out: usize,
  outRow: usize,
  line: usize,
  lineRow: usize,
  adjoint: usize,
  adjointRow: usize,
  index: usize,
  seed32: f32,
): void {
  const span = <f64>span32;
  const seed = <f64>seed32;
  const each = <usize>(3 * k + 1) << 2;
  for (let i = 0; i < rows; i++, out += outRow, line += lineRow, adjoint += adjointRow) {
    for (let c = 0, p = out; c < moved; c++, p += each) {
      const to = adjoint + columnAt(index, c);
      const a = get(p, 0);
      const t32 = boundOf(p + 4);
      const t = <f64>t32;
      let pull = get(to, 0);
      if (a > -span && a < span) pull = bendBack(p + 8, k, span, a, pull, seed);
      else memory.fill(p + 8, 0, each - 8);
      const own = pull * scaleOf(BOUND * t32);
      set(p, 0, -own);
      set(line, c, -own);
      set(p, 1, (pull * a + seed) * (1.0 - t * t));
      set(to, 0, own);
    }
  }
}

/** Adjoints of widths, heights and slopes, in place; returns that of what the spline was given. */
function bendBack(widths: usize, k: i32, span: f64, a: f64, pull: f64, seed: f64): f64 {
  findBin(widths, k, span, a, false, 1, 1);
  const xi = (a - left) / width;
  const rest = 1.0 - xi;
  const q = xi * rest;
  const turn = 1.0 - 2.0 * xi;
  const s = height / width;
  const bend = slope1 + slope0 - 2.0 * s;
  const e = s + bend * q;
  const top = s * xi * xi + slope0 * q;
  const rise = slope1 * xi * xi + 2.0 * s * q + slope0 * rest * rest;
  const ofTop = pull * height / e;
  const ofE = -ofTop * top / e - 2.0 * seed / e;
  const ofRise = seed / rise;
  const ofXi = ofTop * (2.0 * s * xi + slope0 * turn) + ofE * bend * turn +
    2.0 * ofRise * (slope1 * xi + s * turn - slope0 * rest);
  const ofS = ofTop * xi * xi + ofE * (1.0 - 2.0 * q) + 2.0 * ofRise * q + 2.0 * seed / s;
  const ofSlope0 = (ofTop + ofE) * q + ofRise * rest * rest;
  const ofSlope1 = ofE * q + ofRise * xi * xi;
  const ofA = ofXi / width;
  const heights = widths + (<usize>k << 2);
  slopesBack(heights + (<usize>k << 2), k, ofSlope0, ofSlope1);
  sharesBack(widths, k, span, -ofA, -(ofS * s + ofXi * xi) / width);
  sharesBack(heights, k, span, pull, pull * top / e + ofS / width);
  return ofA;
}

/** All slopes but those at the ends of the bin have no say. */
function slopesBack(slopes: usize, k: i32, ofSlope0: f64, ofSlope1: f64): void {
  for (let i = 1; i < k; i++) {
    const pull = i == bin ? ofSlope0 : i == bin + 1 ? ofSlope1 : 0.0;
    const u = get(slopes, i - 1) + ONE;
    set(slopes, i - 1, pull == 0 ? 0 : pull * sigmoidOf(u, exp64(-abs(u))));
  }
}

/** Sizes before the bin have the adjoint `before`, its own `here`, those after it none. */
function sharesBack(shares: usize, k: i32, span: f64, before: f64, here: f64): void {
  const scale = 2.0 * span * (1.0 - LEAST * <f64>k);
  let mean: f64 = 0;
  for (let i = 0; i <= bin; i++) mean += get(shares, i) * (i < bin ? before : here);
  for (let i = 0; i < k; i++) {
    const own = i < bin ? before : i == bin ? here : 0.0;
    set(shares, i, scale * get(shares, i) * (own - mean));
  }
}

/** The inverse of {@link spline}, for draws: z becomes y, in place. */
export function splineDraw(
  rows: i32,
  moved: i32,
  k: i32,
  span32: f32,
  out: usize,
  outRow: usize,
  line: usize,
  lineRow: usize,
  y: usize,
  yRow: usize,
  index: usize,
): void {
  const span = <f64>span32;
  const each = <usize>(3 * k + 1) << 2;
  for (let i = 0; i < rows; i++, out += outRow, line += lineRow, y += yRow) {
    for (let c = 0, p = out; c < moved; c++, p += each) {
      const to = y + columnAt(index, c);
      let a = get(to, 0);
      if (a > -span && a < span) {
        const w = softmax(p + 8, k, false);
        const h = softmax(p + 8 + (<usize>k << 2), k, false);
        findBin(p + 8, k, span, a, true, w, h);
        a = left + width * solve(a - bottom);
      }
      const b = BOUND * boundOf(p + 4);
      store<f32>(to, <f32>(get(p, 0) + get(line, c) + a * scaleOf(-b)));
    }
  }
}

/** Where in the bin, as a share of its width, the spline has risen so far above its bottom. */
// @ts-ignore: decorator
@inline
function solve(risen: f64): f64 {
  const s = height / width;
  const bend = risen * (slope1 + slope0 - 2.0 * s);
  const a = height * (s - slope0) + bend;
  const b = height * slope0 - bend;
  const c = -s * risen;
  // The root in [0, 1], without cancellation.
  return 2.0 * c / (-b - sqrt(max(0.0, b * b - 4.0 * a * c)));
}
