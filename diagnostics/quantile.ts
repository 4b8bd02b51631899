/**
 * Quantiles of a sample.
 *
 * @module
 */

/**
 * Computes a quantile by linear interpolation between order statistics, as NumPy's default
 * (Hyndman & Fan 1996, type 7).
 *
 * @param values The sample, in any order; copied, not changed.
 * @param probability In [0, 1].
 * @returns The quantile; NaN if the sample is empty or holds a NaN.
 * @throws {RangeError} If `probability` is outside [0, 1].
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { quantile } from "@likely/diagnostics";
 *
 * assertEquals(quantile([4, 1, 2, 3], 0.5), 2.5);
 * ```
 */
export function quantile(values: ArrayLike<number>, probability: number): number {
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(
      `Cannot compute a quantile as probability must be in [0, 1]: current value is ${probability}`,
    );
  }
  const sorted = Float64Array.from(values).sort();
  // Typed arrays sort NaN to the end.
  if (sorted.length === 0 || Number.isNaN(sorted[sorted.length - 1]!)) return NaN;
  const at = probability * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  const above = sorted[Math.ceil(at)]!;
  const share = at - Math.floor(at);
  return below === above ? below : below + share * (above - below);
}
