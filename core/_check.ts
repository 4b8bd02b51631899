// Checks used at public entries. Messages name the action, the rule and the value.

/** Requires a whole number in [low, high]. */
export function requireInteger(
  action: string,
  name: string,
  value: number,
  low: number,
  high: number = Number.MAX_SAFE_INTEGER,
): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  const rule = high === Number.MAX_SAFE_INTEGER
    ? `a whole number >= ${low}`
    : `a whole number in [${low}, ${high}]`;
  throw new RangeError(`Cannot ${action} as ${name} must be ${rule}: current value is ${value}`);
}

/** Requires a finite number > 0. */
export function requirePositive(action: string, name: string, value: number): void {
  if (Number.isFinite(value) && value > 0) return;
  throw new RangeError(`Cannot ${action} as ${name} must be a finite number > 0: current value is ${value}`);
}

/** Requires a finite number. */
export function requireFinite(action: string, name: string, value: number): void {
  if (Number.isFinite(value)) return;
  throw new RangeError(`Cannot ${action} as ${name} must be finite: current value is ${value}`);
}

/** Requires two lengths to agree. */
export function requireLength(action: string, name: string, length: number, expected: number): void {
  if (length === expected) return;
  throw new TypeError(
    `Cannot ${action} as ${name} must have length ${expected}: current length is ${length}`,
  );
}
