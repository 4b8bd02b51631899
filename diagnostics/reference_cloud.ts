/**
 * The misspecification check in a few kilobytes, to travel with an artifact.
 *
 * @module
 */

import { fromRows, gatherRows, type Points, type ReferenceCloud, zeros } from "@likely/core";
import { requireColumns, requireInteger, requireRows } from "@likely/core/check";
import { cloudOf, judgeBy } from "./_cloud.ts";
import type { MisspecificationCheck } from "./misspecification_check.ts";

/** Options of {@linkcode referenceCloud}. */
export interface ReferenceCloudOptions {
  /**
   * Most rows to keep.
   *
   * @default {500}
   */
  readonly rows?: number;
  /**
   * Most numbers to keep, a byte each: of wide rows there are fewer, but never less than ten.
   *
   * @default {8192}
   */
  readonly bytes?: number;
  /**
   * Most further rows whose distances are kept; the least p-value is one over one more.
   *
   * @default {499}
   */
  readonly heldOut?: number;
}

/** How many nearest rows a distance is averaged over. */
const NEIGHBOURS = 5;
const CODES = 255;

/**
 * Keeps some rows, rounded to a byte a number, and the distances of others to them.
 *
 * The distances are to the rounded rows, as those of an observation will be: rounding costs
 * sharpness, but the p-value stays exact.
 *
 * @param simulations `[n, p]`, n ≥ 20, in an order that means nothing: the first ones are kept,
 * the last ones held out.
 * @param options How much.
 * @returns Plain data, a few kilobytes.
 * @throws {RangeError} If there are fewer than 20 rows, one is not finite, or an option is out of
 * its range.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { independent, key, normal } from "@likely/core";
 * import { checkReference, referenceCloud } from "@likely/diagnostics";
 *
 * const simulations = independent({ a: normal(0, 1), b: normal(0, 5) }).sample(key(0), 2000);
 * const cloud = referenceCloud(simulations);
 * assert(JSON.stringify(cloud).length < 8000);
 * assert(checkReference(cloud).check([0.5, -3]).pValue > 0.05);
 * assert(checkReference(cloud).warning([9, 0])!.startsWith("The observation is unlike"));
 * ```
 */
export function referenceCloud(simulations: Points, options: ReferenceCloudOptions = {}): ReferenceCloud {
  const { rows = 500, bytes = 8192, heldOut = 499 } = options;
  requireRows("keep a reference", "the simulations", simulations, 20);
  requireInteger("keep a reference", "rows", rows, 10);
  requireInteger("keep a reference", "heldOut", heldOut, 1);
  const { n, dim } = simulations;
  const held = Math.min(heldOut, n >> 1);
  const kept = Math.min(rows, n - held, Math.max(10, Math.floor(bytes / dim)));
  const coded = encode(gatherRows(simulations, Array.from({ length: kept }, (_, i) => i)));
  const cloud = cloudOf(decode(coded), NEIGHBOURS);
  const others = cloud.whiten(gatherRows(simulations, Array.from({ length: held }, (_, i) => n - 1 - i)));
  const distances = Array.from({ length: held }, (_, i) => +cloud.distance(others, i).toPrecision(4));
  return { ...coded, distances: distances.sort((a, b) => a - b) };
}

/**
 * Judges observations by what {@linkcode referenceCloud} kept, as `misspecification` does by
 * simulations.
 *
 * @param reference The rows and distances.
 * @returns The check.
 */
export function checkReference(reference: ReferenceCloud): MisspecificationCheck {
  const known = decode(reference);
  const cloud = cloudOf(known, NEIGHBOURS);
  return judgeBy(cloud, reference.distances, (x) => {
    const observation = fromRows([x]);
    requireColumns("check an observation", "x", observation, known.dim);
    return observation;
  });
}

function encode({ data, n, dim }: Points): Omit<ReferenceCloud, "distances"> {
  const column = (j: number) => Array.from({ length: n }, (_, i) => data[i * dim + j]!);
  const ranges = Array.from({ length: dim }, (_, j) => {
    const values = column(j);
    const low = Math.min(...values);
    return { low, step: (Math.max(...values) - low) / CODES };
  });
  // Six digits are enough, of a step: what is kept is what rounded rows decode to.
  const low = ranges.map(({ low, step }) => +low.toPrecision(digits(low, step)));
  const step = ranges.map(({ step }) => +step.toPrecision(6));
  const code = (value: number, j: number) =>
    step[j]! > 0 ? Math.min(CODES, Math.max(0, Math.round((value - low[j]!) / step[j]!))) : 0;
  // One call a row: an argument list has its limits.
  const rows = Array.from(
    { length: n },
    (_, i) => String.fromCharCode(...Array.from({ length: dim }, (_, j) => code(data[i * dim + j]!, j))),
  );
  return { low, step, codes: btoa(rows.join("")) };
}

/** Digits of a number far from zero that are left when a step is taken away from it; at least six. */
function digits(low: number, step: number): number {
  const lost = step > 0 && low !== 0 ? Math.ceil(Math.log10(Math.abs(low) / step)) : 0;
  return Math.min(17, Math.max(6, lost + 3));
}

function decode({ low, step, codes }: Omit<ReferenceCloud, "distances">): Points {
  const bytes = atob(codes);
  const dim = low.length;
  const out = zeros(bytes.length / dim, dim);
  for (let k = 0; k < bytes.length; k++) {
    out.data[k] = low[k % dim]! + step[k % dim]! * bytes.charCodeAt(k);
  }
  return out;
}
