// Checks of options. Messages name the action, the rule and the value.

/** Requires a finite number > 0. */
export function requirePositive(action: string, name: string, value: number): void {
  if (Number.isFinite(value) && value > 0) return;
  throw new RangeError(`Cannot ${action} as ${name} must be a finite number > 0: current value is ${value}`);
}

/** Requires a finite number ≥ 0. */
export function requireNonNegative(action: string, name: string, value: number): void {
  if (Number.isFinite(value) && value >= 0) return;
  throw new RangeError(`Cannot ${action} as ${name} must be a finite number >= 0: current value is ${value}`);
}

/** Requires a whole number ≥ 1. */
export function requireWhole(action: string, name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return;
  throw new RangeError(`Cannot ${action} as ${name} must be a whole number >= 1: current value is ${value}`);
}
