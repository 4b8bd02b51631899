/**
 * Whether coupled simulations are what they should be.
 *
 * @module
 */

import { mean, type Points } from "@likely/core";
import type { LevelPairs, LevelRows } from "./level_pairs.ts";

/** Standard errors by which means of one level in two roles may differ. */
const FAR = 5;
/** Of what differs between rows of like θ, the share that a coupled pair may still differ by. */
const UNCOUPLED = 0.8;
/** Fewer pairs tell nothing. */
const FEWEST = 30;
/** Pairs that are compared with their neighbours. */
const MOST = 300;

/**
 * Looks for levels that do not telescope: the coarse halves of a level must have the law of the fine rows one
 * level down, and pairs must differ less than rows of like θ that share no random numbers.
 *
 * @param pairs What was simulated.
 * @returns Sentences; none where nothing was found. Neighbours in θ are far apart where parameters are many:
 * pairs that are not coupled may then pass.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { independent, key, leveled, normal } from "@likely/core";
 * import { coupledSimulate, levelWarnings } from "@likely/multilevel";
 *
 * const level = { cost: 1, simulate: (_: unknown, [a]: Float64Array) => [a!] };
 * const simulator = leveled({ name: "same", thetaDim: 1, xDim: 1, levels: [level, level] });
 * const pairs = await coupledSimulate(key(0), { prior: independent({ a: normal(0, 1) }), simulator }, [90, 50]);
 * assertEquals(levelWarnings(pairs), []);
 * ```
 */
export function levelWarnings({ levels }: LevelPairs): string[] {
  return levels.flatMap((rows, l) => {
    if (!rows.coarse) return [];
    return [
      ...otherLaw(levels[l - 1]!.fine, rows.coarse, l),
      ...uncoupled(rows, rows.coarse, l),
    ];
  });
}

/** Means of the same level in both roles. */
function otherLaw(below: Points, coarse: Points, l: number): string[] {
  for (let j = 0; j < coarse.dim; j++) {
    const [a, b] = [moments(below, j), moments(coarse, j)];
    const error = Math.hypot(a.error, b.error);
    const away = Math.abs(a.mean - b.mean) / error;
    if (!(away > FAR) || Math.min(below.n, coarse.n) < FEWEST) continue;
    return [
      `Column ${j} of the coarse halves of level ${l} has a mean of ${show(b.mean)}, level ${
        l - 1
      } by itself of ` +
      `${show(a.mean)}, ${
        away.toFixed(1)
      } standard errors apart: they are not of one law, and the sum over levels ` +
      "does not telescope",
    ];
  }
  return [];
}

/** Beside the coarse half of the row with the nearest θ, which shares no random numbers. */
function uncoupled({ theta, fine }: LevelRows, coarse: Points, l: number): string[] {
  const n = Math.min(theta.n, MOST);
  if (n < FEWEST) return [];
  const nearest = neighbours(theta, n);
  const dim = fine.dim;
  let least = Infinity;
  for (let j = 0; j < dim; j++) {
    let [own, other] = [0, 0];
    for (let i = 0; i < n; i++) {
      own += (fine.data[i * dim + j]! - coarse.data[i * dim + j]!) ** 2;
      other += (fine.data[i * dim + j]! - coarse.data[nearest[i]! * dim + j]!) ** 2;
    }
    if (other > 0) least = Math.min(least, own / other);
  }
  if (!(least > UNCOUPLED) || least === Infinity) return [];
  return [
    `The two halves of pairs of level ${l} differ as much as rows of like theta do that share nothing: they seem ` +
    "not to share their random numbers, and then several levels are worse than one",
  ];
}

function neighbours({ data, dim }: Points, n: number): Int32Array {
  const scale = Float64Array.from({ length: dim }, (_, j) => {
    const column = Float64Array.from({ length: n }, (_, i) => data[i * dim + j]!);
    const centre = mean(column);
    return Math.sqrt(mean(column.map((value) => (value - centre) ** 2))) || 1;
  });
  return Int32Array.from({ length: n }, (_, i) => {
    let [best, at] = [Infinity, 0];
    for (let k = 0; k < n; k++) {
      if (k === i) continue;
      let distance = 0;
      for (let j = 0; j < dim; j++) distance += ((data[i * dim + j]! - data[k * dim + j]!) / scale[j]!) ** 2;
      if (distance < best) [best, at] = [distance, k];
    }
    return at;
  });
}

function moments({ data, n, dim }: Points, j: number): { readonly mean: number; readonly error: number } {
  const column = Float64Array.from({ length: n }, (_, i) => data[i * dim + j]!);
  const centre = mean(column);
  return { mean: centre, error: Math.sqrt(mean(column.map((value) => (value - centre) ** 2)) / n) };
}

function show(value: number): string {
  return value.toPrecision(4);
}
