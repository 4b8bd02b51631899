// Apart from the other checks, since points are checked by it and others check points.

/**
 * Requires a whole number in [low, high].
 *
 * @param action What cannot be done otherwise.
 * @param name What the value is called.
 * @param value The value.
 * @param low The least allowed.
 * @param high The largest allowed.
 * @throws {RangeError} If it is not.
 *
 * @example Usage
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { requireInteger } from "@likely/core/check";
 *
 * assertThrows(
 *   () => requireInteger("draw", "n", 0, 1),
 *   RangeError,
 *   "Cannot draw as n must be a whole number >= 1: current value is 0",
 * );
 * ```
 */
export function requireInteger(
  action: string,
  name: string,
  value: number,
  low: number,
  high: number = Number.MAX_SAFE_INTEGER,
): void {
  const rule = high === Number.MAX_SAFE_INTEGER ? `>= ${low}` : `in [${low}, ${high}]`;
  require(
    Number.isInteger(value) && value >= low && value <= high,
    action,
    name,
    `a whole number ${rule}`,
    value,
  );
}

/** Requires what a rule says of a number. */
export function require(holds: boolean, action: string, name: string, rule: string, value: number): void {
  if (holds) return;
  throw new RangeError(`Cannot ${action} as ${name} must be ${rule}: current value is ${value}`);
}
