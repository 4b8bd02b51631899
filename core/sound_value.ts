/**
 * The one rule for log densities that are no numbers.
 *
 * @module
 */

/**
 * What a value of a log density counts as: itself where it is finite, else −∞, no density.
 *
 * A density of NaN says nothing about its point, and one of +∞ would hold a chain, or all
 * particles, for ever: neither can be weighed against another. Every density and every sampler
 * of the house goes by this rule.
 *
 * @param value In nats, as a density returned it.
 * @returns A finite number or −∞.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { soundValue } from "@likely/core";
 *
 * assertEquals([-3, NaN, Infinity, -Infinity].map(soundValue), [-3, -Infinity, -Infinity, -Infinity]);
 * ```
 */
export function soundValue(value: number): number {
  return Number.isFinite(value) ? value : -Infinity;
}
