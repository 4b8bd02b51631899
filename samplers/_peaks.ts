// What peaks are: which of them are one, and which are none.

import { log } from "@likely/core/elementary";
import { type Interval, type LogDensity, type Points, row, type Support, zeros } from "@likely/core";
import type { Peak } from "./_maximise.ts";

/** One peak and how many searches ended there. */
export interface PeakGroup {
  /** The highest end. */
  readonly peak: Peak;
  /** How many. */
  readonly starts: number;
}

/** A valley that is no deeper, in nats and as a share of the values (float32 rounds), is none. */
const SHALLOW = 1e-3;
const SHALLOW_SHARE = 1e-6;
/** Where on the way from one peak to another a valley is looked for. */
const BETWEEN = [0.25, 0.5, 0.75];

/**
 * Joins the ends of searches that have no valley between them; the highest end of each group
 * stands for it. One call of `evaluate` a group.
 *
 * @param target What was climbed.
 * @param peaks The highest first.
 */
export function groupPeaks(target: LogDensity, peaks: readonly Peak[]): PeakGroup[] {
  const groups: PeakGroup[] = [];
  for (let [peak, ...others] = peaks; peak;) {
    const valley = valleys(target, peak, others);
    const isSame = ({ value }: Peak, i: number) =>
      valley[i]! >= value - SHALLOW - SHALLOW_SHARE * Math.abs(value);
    const apart = others.filter((other, i) => !isSame(other, i));
    groups.push({ peak, starts: 1 + others.length - apart.length });
    [peak, ...others] = apart;
  }
  return groups;
}

/** The lowest value on the way from a peak to each of others. */
function valleys(target: LogDensity, { position }: Peak, others: readonly Peak[]): Float64Array {
  const ways = BETWEEN.length;
  const points = zeros(others.length * ways, target.dim);
  others.forEach((other, i) =>
    BETWEEN.forEach((share, k) =>
      row(points, i * ways + k).set(position.map((z, d) => z + share * (other.position[d]! - z)))
    )
  );
  if (points.n === 0) return new Float64Array();
  const { value } = target.evaluate(points, { gradient: false });
  return Float64Array.from(others, (_, i) => Math.min(...value.subarray(i * ways, (i + 1) * ways)));
}

/** An end of a coordinate towards which a density does not fall. */
export interface Edge {
  /** Which coordinate. */
  readonly column: number;
  /** The end itself, possibly infinite. */
  readonly end: number;
}

/** How far the ends are looked for: a thousandth of the distance to a finite one, a thousand units beyond. */
const TO_FINITE = log(1000);
const TO_INFINITE = 1000;
const STEPS = [1 / 3, 2 / 3, 1];

/**
 * The edges that a peak sits at: where the density falls nowhere on the way to an end of the
 * support, its top is not inside it.
 *
 * @param target What was climbed, in coordinates `z / spread`.
 */
export function edgesOf(target: LogDensity, peak: Peak, support: Support, spread: Float64Array): Edge[] {
  const ways = support.flatMap((interval, column) =>
    [-1, 1].map((side) => ({ column, side, end: endOf(interval, side) }))
  );
  const points: Points = zeros(ways.length * STEPS.length, target.dim);
  ways.forEach(({ column, side, end }, w) => {
    const size = Math.max(1, Math.abs(peak.position[column]!));
    const far = Number.isFinite(end) ? TO_FINITE / spread[column]! : TO_INFINITE * size;
    STEPS.forEach((share, k) => {
      const at = row(points, w * STEPS.length + k);
      at.set(peak.position);
      at[column]! += outward(support[column]!, side) * share * far;
    });
  });
  const { value } = target.evaluate(points, { gradient: false });
  const slack = 4 * Number.EPSILON * Math.abs(peak.value);
  return ways.filter((_, w) => {
    const path = [peak.value, ...value.subarray(w * STEPS.length, (w + 1) * STEPS.length)];
    return path.every((v, k) => k === 0 || v >= path[k - 1]! - slack);
  });
}

/** A hill that falls by a nat over so little of the spread is none that a prior has heard of. */
const THIN = 1e-8;

/** Whether the density falls at once on both sides of a coordinate: a pole, or noise. */
export function isNeedle(target: LogDensity, peak: Peak): boolean {
  const points = zeros(2 * target.dim, target.dim);
  for (let w = 0; w < points.n; w++) {
    const column = w >> 1;
    row(points, w).set(peak.position);
    const step = THIN * Math.max(1, Math.abs(peak.position[column]!));
    points.data[w * target.dim + column]! += w % 2 === 0 ? step : -step;
  }
  const { value } = target.evaluate(points, { gradient: false });
  return value.some((v, w) => w % 2 === 0 && Math.max(v, value[w + 1]!) < peak.value - 1);
}

function endOf({ low, high }: Interval, side: number): number {
  return side < 0 ? low : high;
}

/** The sign of z on the way to an end: θ = b − exp z falls with z. */
function outward({ low, high }: Interval, side: number): number {
  return low === -Infinity && high < Infinity ? -side : side;
}
