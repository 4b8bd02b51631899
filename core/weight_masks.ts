/**
 * Weights that are always 0: what keeps a masked flow autoregressive.
 *
 * @module
 */

import { byParts } from "./_parts.ts";
import type { MafSpec } from "./density_spec.ts";
import { densityWidths } from "./density_widths.ts";
import type { Spec } from "./spec.ts";

/**
 * Gives the masks of a spec's weights, for those that have one: 1 where a weight may be what it
 * likes, 0 where it is 0. Engines rely on the zeros in what they are given and keep them.
 *
 * @param spec The network; trusted, see {@linkcode checkSpec}.
 * @returns Masks by weight name, each of its weight's length; empty for most kinds.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { weightMasks } from "@likely/core";
 *
 * const masks = weightMasks({
 *   kind: "maf",
 *   thetaDim: 2,
 *   xDim: 1,
 *   target: "theta",
 *   transforms: 1,
 *   hidden: [4],
 *   activation: "silu",
 * });
 * // Two units see x alone, two also the first coordinate; nothing sees the second.
 * assertEquals([...masks["transform0/0/weight"]!], [0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1]);
 * ```
 */
export function weightMasks(spec: Spec): Record<string, Uint8Array> {
  if (spec.kind === "mixed") return byParts(spec, weightMasks);
  if (spec.kind !== "maf") return {};
  const masks: Record<string, Uint8Array> = {};
  for (let t = 0; t < spec.transforms; t++) addTransform(masks, spec, t);
  return masks;
}

/**
 * The degree of a hidden unit of a masked layer: it sees coordinates of lower ranks.
 *
 * @param unit The unit, in [0, width).
 * @param width Units in its layer.
 * @param dim Coordinates.
 * @returns A degree in [0, dim), never falling from unit to unit.
 */
export function hiddenDegree(unit: number, width: number, dim: number): number {
  return Math.floor(unit * dim / width);
}

/**
 * The rank of a coordinate in a masked transform: it depends on those of lower ranks.
 *
 * @param coordinate In [0, dim).
 * @param transform The transform's number, from 0.
 * @param dim Coordinates.
 * @returns A rank in [0, dim); the coordinate of rank r is `maskedRank(r, …)`.
 */
export function maskedRank(coordinate: number, transform: number, dim: number): number {
  return transform % 2 === 0 ? coordinate : dim - 1 - coordinate;
}

function addTransform(masks: Record<string, Uint8Array>, spec: MafSpec, t: number): void {
  const { target: dim, context } = densityWidths(spec);
  const rank = Array.from({ length: dim }, (_, j) => maskedRank(j, t, dim));
  const free = new Array<number>(context).fill(-1);
  // A unit of degree d sees ranks below d: as sources, coordinates have the degree rank + 1.
  const row = [...rank.map((r) => r + 1), ...free];
  let before = row;
  spec.hidden.forEach((width, i) => {
    const degrees = Array.from({ length: width }, (_, k) => hiddenDegree(k, width, dim));
    masks[`transform${t}/${i}/weight`] = mask(before, degrees);
    before = degrees;
  });
  masks[`transform${t}/out/weight`] = mask(before, [...rank, ...rank]);
  masks[`transform${t}/skip/weight`] = mask(row, rank);
}

/** `[sources, sinks]`: 1 where the source's degree is no higher. */
function mask(sources: readonly number[], sinks: readonly number[]): Uint8Array {
  const out = new Uint8Array(sources.length * sinks.length);
  sources.forEach((from, i) => {
    sinks.forEach((to, j) => out[i * sinks.length + j] = from <= to ? 1 : 0);
  });
  return out;
}
