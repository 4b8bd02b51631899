// Checks used at public entries. Messages name the action, the rule and the value.

/** Requires a whole number ≥ low. */
export function requireInteger(action: string, name: string, value: number, low: number): void {
  if (Number.isInteger(value) && value >= low) return;
  throw new RangeError(
    `Cannot ${action} as ${name} must be a whole number >= ${low}: current value is ${value}`,
  );
}

/** Requires a finite number > 0. */
export function requirePositive(action: string, name: string, value: number): void {
  if (Number.isFinite(value) && value > 0) return;
  throw new RangeError(`Cannot ${action} as ${name} must be a finite number > 0: current value is ${value}`);
}

/** Requires a number strictly between 0 and 1. */
export function requireFraction(action: string, name: string, value: number): void {
  if (value > 0 && value < 1) return;
  throw new RangeError(`Cannot ${action} as ${name} must be in (0, 1): current value is ${value}`);
}
