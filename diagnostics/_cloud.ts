// How far a row is from a cloud of others, and where that ranks.

import { log, pow } from "@likely/core/elementary";
import { type Points, row } from "@likely/core";
import type { MisspecificationCheck, MisspecificationResult } from "./misspecification_check.ts";
import { standardBy } from "./_standard_rows.ts";
import { whitening } from "./_whitening.ts";

/** Rows that distances are measured to. */
export interface Cloud {
  /** Distance of row i of `rows`: the mean over its nearest, in whitened units. */
  distance(rows: Points, i: number): number;
  /** The map to whitened units. */
  whiten(rows: Points): Points;
}

/** Rows for each column below which correlations are noise, and columns are only standardised. */
const ROWS_PER_COLUMN = 4;

/** Learns the units of a cloud; `rows` in raw units. */
export function cloudOf(rows: Points, neighbours: number): Cloud {
  const whiten = rows.n < ROWS_PER_COLUMN * rows.dim ? standardBy(rows) : whitening(rows);
  const cloud = whiten(rows);
  return { whiten, distance: (whitened, i) => nearest(cloud, row(whitened, i), neighbours) };
}

/**
 * Judges observations by a cloud and the distances of further rows to it; `see` makes a row of an
 * observation.
 */
export function judgeBy(
  cloud: Cloud,
  ranked: ArrayLike<number>,
  see: (x: ArrayLike<number>) => Points,
): MisspecificationCheck {
  const held = ranked.length;
  const check = (x: ArrayLike<number>): MisspecificationResult => {
    const at = cloud.whiten(see(x));
    if (!at.data.every(Number.isFinite)) {
      return { distance: Infinity, mahalanobis: Infinity, pValue: 1 / (held + 1) };
    }
    const distance = cloud.distance(at, 0);
    let farther = 0;
    for (let i = 0; i < held; i++) if (ranked[i]! >= distance) farther++;
    return {
      distance,
      mahalanobis: Math.sqrt(at.data.reduce((sum, z) => sum + z * z, 0)),
      pValue: (1 + farther) / (held + 1),
    };
  };
  const beyond = tailOf(ranked);
  return { check, warning: (x, level = 0.01) => sentence(check(x), { level, held, beyond }) };
}

function sentence(
  { distance, pValue }: MisspecificationResult,
  { level, held, beyond }: {
    readonly level: number;
    readonly held: number;
    readonly beyond: ((distance: number) => number) | undefined;
  },
): string | undefined {
  const farther = Math.round(pValue * (held + 1)) - 1;
  if (pValue <= level) {
    return `The observation is unlike the simulations: ${farther === 0 ? "none" : farther} of ${held} ` +
      `held-out ones lie as far from the rest (distance ${
        distance.toPrecision(3)
      }): the posterior may be wrong`;
  }
  if (farther > 0) return undefined;
  if (!beyond) {
    return `The observation lies farther out (distance ${distance.toPrecision(3)}) than each of ${held} ` +
      `held-out simulations: whether it is unlike them cannot be judged from so few, ` +
      `${Math.ceil(1 / level) - 1} would allow it`;
  }
  const share = beyond(distance);
  if (share > level) return undefined;
  return `The observation is unlike the simulations: none of ${held} held-out ones lies as far from the rest ` +
    `(distance ${distance.toPrecision(3)}), and by the tail of their distances fewer than one in ` +
    `${Math.round(1 / Math.max(share, 1e-12)).toLocaleString("en")} would: the posterior may be wrong`;
}

/** Held-out rows that a tail is told from, at least. */
const TAIL = 20;

/**
 * The share of rows that lie farther than all that were held out, by a power law through the farthest
 * tenth of them (Hill 1975): whether one of many observations is unlike the simulations cannot be told
 * by ranks among a few hundred. Tails are mostly lighter than that, so it errs towards silence.
 */
function tailOf(ranked: ArrayLike<number>): ((distance: number) => number) | undefined {
  const k = Math.floor(ranked.length / 10);
  if (k < TAIL) return undefined;
  const far = Float64Array.from(ranked).sort().subarray(-k - 1);
  const threshold = far[0]!;
  if (!(threshold > 0)) return undefined;
  const shape = far.reduce((sum, distance) => sum + log(distance / threshold), 0) / k;
  return (distance) => (k / ranked.length) * pow(distance / threshold, -1 / shape);
}

/** The mean of the k least distances. */
function nearest(cloud: Points, x: Float64Array, k: number): number {
  const best = new Float64Array(Math.min(k, cloud.n)).fill(Infinity);
  for (let i = 0; i < cloud.n; i++) {
    const limit = best[best.length - 1]!;
    let sum = 0;
    for (let j = 0; j < cloud.dim && sum < limit; j++) sum += (cloud.data[i * cloud.dim + j]! - x[j]!) ** 2;
    if (sum >= limit) continue;
    let at = best.length - 1;
    for (; at > 0 && best[at - 1]! > sum; at--) best[at] = best[at - 1]!;
    best[at] = sum;
  }
  return best.reduce((sum, d2) => sum + Math.sqrt(d2), 0) / best.length;
}
