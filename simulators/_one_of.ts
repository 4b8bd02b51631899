// A choice by name.

/** Requires one of a few words. */
export function requireOneOf(action: string, name: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return;
  throw new RangeError(
    `Cannot ${action} as ${name} must be one of ${allowed.join(", ")}: current value is ${value}`,
  );
}
