/**
 * Heads that measure x from what θ alone makes.
 *
 * @module
 */

import type { AbsoluteHead, HeadSpec, QuadraticHead } from "./spec.ts";

/**
 * A head under which the trunk sees θ alone: its outputs, and θ by a way past it, make a function of
 * x (or its features) whose shape is known.
 */
export type MeasuringHead = QuadraticHead | AbsoluteHead;

/**
 * Gives the head if it is one that measures x; under the others θ and x meet before the trunk.
 *
 * @param head Any head.
 * @returns The same, or `undefined`.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { measuringHead } from "@likely/core";
 *
 * assertEquals(measuringHead({ kind: "absolute", weights: [1, 2] })?.weights.length, 2);
 * assertEquals(measuringHead({ kind: "linear" }), undefined);
 * ```
 */
export function measuringHead(head: HeadSpec): MeasuringHead | undefined {
  return head.kind === "quadratic" || head.kind === "absolute" ? head : undefined;
}
