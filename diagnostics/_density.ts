// Densities on a grid: bin, then blur. One bandwidth rule serves one and two dimensions.
//
// The rule of thumb (Silverman, 1986) blurs the gap between two modes and the width of a curved
// ridge. So it is only the largest of a few candidates, and the one is taken whose estimate
// from one half of each chain has the least integrated squared error against the other half:
// `∫ f_A² − 2 ∫ f_A dB`, and the same with the halves exchanged (least-squares cross-validation,
// Rudemo, 1982). Whole stretches of a chain are held out, not single draws: a sampler repeats
// itself, and a repeated draw would predict itself perfectly. Stretches alternate between the
// halves: a first half in one mode would be best told from a second in another by a great blur.

import type { Interval } from "@likely/core";
import { variance } from "./_chains.ts";

/** One axis of a grid: `bins` cells over an interval. */
export interface Axis extends Interval {
  /** Number of cells. */
  readonly bins: number;
}

/** Draws to be smoothed along one or two axes. */
export interface Sample {
  /** One or two columns, `[n]` each. */
  readonly columns: readonly Float64Array[];
  /** Draws in a chain. */
  readonly length: number;
}

/** The centre of cell `i`. */
export function centre(axis: Axis, i: number): number {
  return axis.low + (i + 0.5) * (axis.high - axis.low) / axis.bins;
}

/** Stretches that a chain is cut into. */
const STRETCHES = 8;

/**
 * Estimates the probability of each cell: `[bins]`, or `[bins, bins]` with the first axis
 * fastest. Mass does not leak over an edge: it is reflected there.
 */
export function density(sample: Sample, axes: readonly Axis[]): Float64Array {
  const [first, second] = halves(sample, axes);
  const largest = ruleOfThumb(sample, axes);
  const candidates = Array.from({ length: 8 }, (_, j) => largest.map((sigma) => sigma * 2 ** (-j / 2)));
  const errors = candidates.map((sigmas) =>
    error(first, second, axes, sigmas) + error(second, first, axes, sigmas)
  );
  const best = Math.min(...errors);
  // The smoothest among equals: half a per cent of the score is noise.
  const chosen = candidates[errors.findIndex((value) => value <= best + 0.005 * Math.abs(best))]!;
  // Twice as many draws as in a half deserve a little less smoothing.
  const shrink = 2 ** (-1 / (axes.length + 4));
  const all = first.map((count, i) => (count + second[i]!) / 2);
  return blur(all, axes, chosen.map((sigma) => sigma * shrink));
}

/** The smallest value inside the highest-density region that holds `level` of the mass. */
export function hpdThreshold(mass: Float64Array, level: number): number {
  const sorted = mass.toSorted().reverse();
  const enough = level * sorted.reduce((sum, value) => sum + value, 0);
  let sum = 0;
  return sorted.find((value) => (sum += value) >= enough) ?? 0;
}

function halves({ columns, length }: Sample, axes: readonly Axis[]): [Float64Array, Float64Array] {
  const n = columns[0]!.length;
  const size = axes.reduce((product, axis) => product * axis.bins, 1);
  const out: [Float64Array, Float64Array] = [new Float64Array(size), new Float64Array(size)];
  // Chains of one draw are particles: halve the set instead.
  const period = length > 1 ? length : n;
  const stretches = Math.min(STRETCHES, period);
  for (let i = 0; i < n; i++) {
    const cell = cellOf(columns, axes, i);
    const half = Math.floor(stretches * (i % period) / period) % 2;
    if (cell >= 0) out[half]![cell]! += 2 / n;
  }
  return out;
}

// −1 outside the window.
function cellOf(columns: readonly Float64Array[], axes: readonly Axis[], i: number): number {
  let cell = 0;
  for (let a = axes.length - 1; a >= 0; a--) {
    const { low, high, bins } = axes[a]!;
    const at = Math.floor((columns[a]![i]! - low) / (high - low) * bins);
    if (at < 0 || at >= bins) return -1;
    cell = cell * bins + at;
  }
  return cell;
}

// In cells.
function ruleOfThumb({ columns }: Sample, axes: readonly Axis[]): number[] {
  return axes.map(({ low, high, bins }, a) => {
    const values = columns[a]!;
    // A single draw has no deviation.
    const sd = values.length > 1 ? Math.sqrt(variance(values)) : 0;
    const cell = (high - low) / bins;
    // A stray draw far outside the window may make the deviation huge.
    return Math.min(sd / cell, bins / 4) * values.length ** (-1 / (axes.length + 4));
  });
}

function error(from: Float64Array, to: Float64Array, axes: readonly Axis[], sigmas: number[]): number {
  const f = blur(from, axes, sigmas);
  return f.reduce((sum, value, i) => sum + value * (value - 2 * to[i]!), 0);
}

function blur(mass: Float64Array, axes: readonly Axis[], sigmas: readonly number[]): Float64Array {
  let out = mass;
  let stride = 1;
  axes.forEach(({ bins }, a) => {
    out = blurAxis(out, { bins, stride }, kernel(sigmas[a]!, bins));
    stride *= bins;
  });
  return out;
}

// Half a Gaussian, at whole cells; never narrower than binning has already made it.
function kernel(sigma: number, bins: number): Float64Array {
  const width = Math.max(sigma, 0.6);
  const radius = Math.min(Math.ceil(3.5 * width), bins - 1);
  const weights = Float64Array.from({ length: radius + 1 }, (_, k) => Math.exp(-0.5 * (k / width) ** 2));
  const total = 2 * weights.reduce((sum, w) => sum + w, 0) - weights[0]!;
  return weights.map((w) => w / total);
}

function blurAxis(
  mass: Float64Array,
  { bins, stride }: { readonly bins: number; readonly stride: number },
  weights: Float64Array,
): Float64Array {
  const out = new Float64Array(mass.length);
  for (let cell = 0; cell < mass.length; cell++) {
    const value = mass[cell]!;
    if (value === 0) continue;
    const i = Math.floor(cell / stride) % bins;
    const start = cell - i * stride;
    out[cell]! += value * weights[0]!;
    for (let k = 1; k < weights.length; k++) {
      const up = i + k < bins ? i + k : 2 * bins - 1 - i - k;
      const down = i - k >= 0 ? i - k : k - i - 1;
      out[start + up * stride]! += value * weights[k]!;
      out[start + down * stride]! += value * weights[k]!;
    }
  }
  return out;
}
