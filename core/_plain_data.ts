// Checks on plain data that may come from a hostile file, where types promise nothing.

/** Requires an object (not an array, not null). */
export function requireObject(action: string, name: string, value: unknown): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return;
  throw new TypeError(`Cannot ${action} as ${name} must be an object: current value is ${show(value)}`);
}

/** Requires an array. */
export function requireArray(action: string, name: string, value: unknown): void {
  if (Array.isArray(value)) return;
  throw new TypeError(`Cannot ${action} as ${name} must be an array: current value is ${show(value)}`);
}

/** Requires a text that is not empty. */
export function requireText(action: string, name: string, value: unknown): void {
  if (typeof value === "string" && value !== "") return;
  throw new TypeError(
    `Cannot ${action} as ${name} must be a text that is not empty: current value is ${show(value)}`,
  );
}

/** The error for a `kind` that no case of a switch knows. */
export function unknownKind(action: string, spec: { readonly kind?: unknown }): TypeError {
  return new TypeError(
    `Cannot ${action} as its kind must be a known one: current value is ${show(spec.kind)}`,
  );
}

/**
 * Requires parameter names: at least one, distinct non-empty strings, and none that an object
 * keyed by name would reorder (`"1"`) or lose (`"__proto__"`).
 */
export function requireNames(action: string, names: readonly string[]): void {
  requireArray(action, "names", names);
  if (names.length === 0) {
    throw new RangeError(`Cannot ${action} as at least one parameter is needed: current number is 0`);
  }
  const seen = new Set<string>();
  for (const name of names) {
    requireName(action, name);
    if (seen.has(name)) {
      throw new RangeError(
        `Cannot ${action} as names must be distinct: current value is ${show(name)} twice`,
      );
    }
    seen.add(name);
  }
}

function requireName(action: string, name: string): void {
  if (typeof name !== "string") {
    throw new TypeError(`Cannot ${action} as every name must be a string: current value is ${show(name)}`);
  }
  if (name !== "" && !/^\d+$/.test(name) && name !== "__proto__") return;
  throw new RangeError(
    `Cannot ${action} as a name must be neither empty, nor a whole number, nor "__proto__": ` +
      `current value is ${show(name)}`,
  );
}

/** A value in an error message, kept short. */
export function show(value: unknown): string {
  const text = typeof value === "number" ? `${value}` : asJson(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function asJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
