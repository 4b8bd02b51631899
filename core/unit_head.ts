/**
 * Outputs in units of their own size.
 *
 * @module
 */

import type { HeadSpec, Spec } from "./spec.ts";

/** A head, and what its outputs have to be multiplied by. */
export interface UnitHead {
  /** As the head that was given, with outputs about 1. */
  readonly head: HeadSpec;
  /** > 0: times this, they are those of the head that was given. */
  readonly unit: number;
}

/**
 * Takes the size of its outputs off a head: the scale of `softplus` and of a quadratic one, the sum of the
 * weights of an absolute one.
 *
 * Costs have the unit of their distance, which may be 10⁻²⁴ or 10²⁴. Engines compute in float32, and call
 * small what is small beside 1; so they are given a head of unit size, to train and to evaluate, and the
 * host multiplies in float64.
 *
 * @param head Any head.
 * @returns The head of unit size, and the unit; a linear one is as it was.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { unitHead } from "@likely/core";
 *
 * assertEquals(unitHead({ kind: "softplus", scale: 1e-24 }), {
 *   head: { kind: "softplus", scale: 1 },
 *   unit: 1e-24,
 * });
 * assertEquals(unitHead({ kind: "absolute", weights: [3, 1] }).head, { kind: "absolute", weights: [0.75, 0.25] });
 * ```
 */
export function unitHead(head: HeadSpec): UnitHead {
  switch (head.kind) {
    case "linear":
      return { head, unit: 1 };
    case "softplus":
      return { head: { ...head, scale: 1 }, unit: head.scale };
    case "quadratic":
      return {
        head: { ...head, scale: 1, weights: head.weights.map((w) => w / head.scale) },
        unit: head.scale,
      };
    case "absolute": {
      const unit = head.weights.reduce((a, b) => a + b, 0);
      return { head: { ...head, weights: head.weights.map((w) => w / unit) }, unit };
    }
  }
}

/**
 * Does the same for a whole spec; a density has no head, and its outputs are in nats.
 *
 * @param spec Any spec.
 * @returns The spec with a head of unit size, and the unit.
 */
export function unitSpec<S extends Spec>(spec: S): { readonly spec: S; readonly unit: number } {
  if (spec.kind !== "network") return { spec, unit: 1 };
  const { head, unit } = unitHead(spec.head);
  return { spec: { ...spec, head }, unit };
}
