/**
 * Chains that have settled in different places.
 *
 * @module
 */

import type { Draws } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { isConstant } from "./_chains.ts";

/** Chains that sit together. */
export interface ChainGroup {
  /** Which, from 0. */
  readonly chains: readonly number[];
  /** `[d]`: the mean of their draws. */
  readonly mean: Float64Array;
}

// In standard deviations within chains. At three, two normal modes hardly overlap.
const APART = 3;

// In the same unit: the halves of a chain that drifts, or that changed its place, are farther
// apart than those of one that has settled.
const SETTLED = 1;

/**
 * Groups chains by where they have settled. More than one group means several modes, between
 * which chains do not move: what share each mode has, these draws do not tell.
 *
 * Chains sit together when no parameter's means are more than three standard deviations apart
 * (within chains, root mean square of the two), directly or by way of other chains. Nothing is
 * said about chains that have not settled: if in one of them a parameter stands still, or the
 * means of its halves differ by more than one standard deviation, all chains are one group.
 *
 * @param draws At least two draws in each chain, finite.
 * @returns The groups, that of the first chain first.
 * @throws {RangeError} If there are fewer than two draws in a chain.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { chainModes } from "@likely/diagnostics";
 *
 * const values = Float64Array.from({ length: 300 }, (_, i) => Math.sin(i) + (i < 100 || i >= 200 ? 0 : 9));
 * const info = { sampler: "none", evaluations: 0 };
 * const groups = chainModes({ names: ["mu"], chains: 3, length: 100, values, info, warnings: [] });
 * assertEquals(groups.map(({ chains }) => chains), [[0, 2], [1]]);
 * ```
 */
export function chainModes(draws: Draws): ChainGroup[] {
  requireInteger("group chains", "the number of draws in a chain", draws.length, 2);
  const places = Array.from({ length: draws.chains }, (_, c) => placeOf(draws, c));
  const groups = places.every(({ isSettled }) => isSettled) ? linked(places) : [Array.from(places.keys())];
  return groups.map((chains) => ({ chains, mean: meanOf(chains.map((c) => places[c]!.mean)) }));
}

/** Where one chain is. */
interface Place {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly isSettled: boolean;
}

function placeOf({ names, length, values }: Draws, c: number): Place {
  const dim = names.length;
  const rows = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, t) => {
      const at = (c * length + from + t) * dim;
      return values.subarray(at, at + dim);
    });
  const half = Math.floor(length / 2);
  const mean = meanOf(rows(0, length));
  const variance = meanOf(rows(0, length).map((row) => row.map((x, j) => (x - mean[j]!) ** 2)));
  const [first, second] = [meanOf(rows(0, half)), meanOf(rows(half, length))];
  const isStill = (j: number) => isConstant(rows(0, length).map((row) => row[j]!));
  const isSettled = variance.every((v, j) => !isStill(j) && (first[j]! - second[j]!) ** 2 < SETTLED ** 2 * v);
  return { mean, variance, isSettled };
}

/** Joins every chain with all groups that have a chain near it. */
function linked(places: readonly Place[]): number[][] {
  let groups: number[][] = [];
  for (const [c, place] of places.entries()) {
    const isNear = (group: number[]) => group.some((other) => !areApart(place, places[other]!));
    const near = groups.filter(isNear);
    groups = [...groups.filter((group) => !near.includes(group)), [...near.flat(), c]];
  }
  return groups.map((group) => group.toSorted((a, b) => a - b)).sort((a, b) => a[0]! - b[0]!);
}

function areApart(a: Place, b: Place): boolean {
  return a.mean.some((mean, j) =>
    (mean - b.mean[j]!) ** 2 > APART ** 2 * (a.variance[j]! + b.variance[j]!) / 2
  );
}

function meanOf(rows: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(rows[0]!.length);
  for (const row of rows) for (let j = 0; j < sum.length; j++) sum[j]! += row[j]! / rows.length;
  return sum;
}
