// Plain data on its way out: JSON.stringify would turn what it does not know into null, or leave it out.

const MOST_DEEP = 100;

/** Requires what JSON can say without loss. */
export function requireJson(action: string, name: string, value: unknown, depth: number = 0): void {
  if (depth > MOST_DEEP) {
    throw new TypeError(`Cannot ${action} as ${name} must be at most ${MOST_DEEP} deep: it is deeper`);
  }
  if (value === null || typeof value === "string" || typeof value === "boolean") return;
  if (typeof value === "number" && Number.isFinite(value)) return;
  if (Array.isArray(value)) {
    value.forEach((item, i) => requireJson(action, `${name}[${i}]`, item, depth + 1));
    return;
  }
  if (isPlain(value)) {
    for (const [field, item] of Object.entries(value)) {
      requireJson(action, `${name}.${field}`, item, depth + 1);
    }
    return;
  }
  throw new TypeError(
    `Cannot ${action} as ${name} must be plain data with finite numbers: current value is ${String(value)}`,
  );
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  // That of another realm's Object has no prototype either.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
