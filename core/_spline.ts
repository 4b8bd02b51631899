// The rational-quadratic spline of one number, see `NsfSpec`; the identity outside its span.

import { exp, expm1, log, log1p } from "./elementary.ts";

/** Knots of a spline: `[K + 1]` each. */
export interface Spline {
  /** Where the knots are, rising. */
  readonly from: Float64Array;
  /** Where they go, rising. */
  readonly to: Float64Array;
  /** The slope at each; 1 at both ends. */
  readonly slope: Float64Array;
}

/** A number on the other side, and the log-slope of this way. */
export interface SplineMapped {
  readonly value: number;
  readonly logSlope: number;
}

const LEAST = 1e-3;
/** What makes a slope of 1 of an output of 0. */
const NEUTRAL = log(expm1(1 - LEAST));

/** Reads a spline off a network's outputs: widths `[K]`, heights `[K]`, slopes `[K − 1]`. */
export function splineOf(outputs: Float64Array, span: number): Spline {
  const bins = (outputs.length + 1) / 3;
  const inner = outputs.subarray(2 * bins).map((h) => LEAST + softplus(h + NEUTRAL));
  return {
    from: knots(outputs.subarray(0, bins), span),
    to: knots(outputs.subarray(bins, 2 * bins), span),
    slope: Float64Array.of(1, ...inner, 1),
  };
}

/** From the base's side of the layer's scale to z: `f(a)`, `log f′(a)`. */
export function toBase({ from, to, slope }: Spline, a: number): SplineMapped {
  const k = bin(from, a);
  if (k < 0) return { value: a, logSlope: 0 };
  const [width, height] = [from[k + 1]! - from[k]!, to[k + 1]! - to[k]!];
  const [s, d0, d1] = [height / width, slope[k]!, slope[k + 1]!];
  const share = (a - from[k]!) / width;
  const both = share * (1 - share);
  const value = to[k]! + height * (s * share * share + d0 * both) / (s + (d1 + d0 - 2 * s) * both);
  return { value, logSlope: logSlopeAt({ s, d0, d1 }, share) };
}

/** The way back: the root of a quadratic, in the form that does not cancel. */
export function toTarget({ from, to, slope }: Spline, z: number): SplineMapped {
  const k = bin(to, z);
  if (k < 0) return { value: z, logSlope: 0 };
  const [width, height] = [from[k + 1]! - from[k]!, to[k + 1]! - to[k]!];
  const [s, d0, d1] = [height / width, slope[k]!, slope[k + 1]!];
  const up = z - to[k]!;
  const bend = up * (d1 + d0 - 2 * s);
  const a = height * (s - d0) + bend;
  const b = height * d0 - bend;
  const c = -s * up;
  const share = 2 * c / (-b - Math.sqrt(Math.max(0, b * b - 4 * a * c)));
  return { value: from[k]! + share * width, logSlope: -logSlopeAt({ s, d0, d1 }, share) };
}

interface BinSlopes {
  readonly s: number;
  readonly d0: number;
  readonly d1: number;
}

function logSlopeAt({ s, d0, d1 }: BinSlopes, share: number): number {
  const rest = 1 - share;
  const both = share * rest;
  const bends = d1 * share * share + 2 * s * both + d0 * rest * rest;
  return 2 * log(s) + log(bends) - 2 * log(s + (d1 + d0 - 2 * s) * both);
}

/** The bin that a number is in, −1 outside; NaN is outside. */
function bin(knots: Float64Array, value: number): number {
  if (!(value > knots[0]! && value < knots[knots.length - 1]!)) return -1;
  let k = 0;
  while (value >= knots[k + 1]!) k++;
  return k;
}

function knots(outputs: Float64Array, span: number): Float64Array {
  const top = Math.max(...outputs);
  const parts = outputs.map((h) => exp(h - top));
  const total = parts.reduce((sum, part) => sum + part, 0);
  const out = new Float64Array(parts.length + 1).fill(-span);
  parts.forEach((part, k) => {
    out[k + 1] = out[k]! + 2 * span * (LEAST + (1 - LEAST * parts.length) * part / total);
  });
  out[parts.length] = span;
  return out;
}

function softplus(h: number): number {
  return Math.max(h, 0) + log1p(exp(-Math.abs(h)));
}
