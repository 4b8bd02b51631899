// What is a key. Every key that is used goes through here, so that a seed is not taken for one: all
// seeds would be the same key.

import { show } from "./_plain_data.ts";

/** The two words of a key: `Key` itself is of a module that checks by this one. */
export interface Words {
  /** The upper word. */
  readonly hi: number;
  /** The lower word. */
  readonly lo: number;
}

/**
 * Requires a key.
 *
 * @param action What cannot be done otherwise.
 * @param value The key.
 * @throws {TypeError} If it is anything else, such as a seed.
 *
 * @example Usage
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import type { Key } from "@likely/core";
 * import { requireKey } from "@likely/core/check";
 *
 * assertThrows(() => requireKey("draw", 12345 as unknown as Key), TypeError, "current value is 12345");
 * ```
 */
export function requireKey(action: string, value: Words): void {
  if (isWord(value?.hi) && isWord(value?.lo)) return;
  throw new TypeError(
    `Cannot ${action} as a key must be what key(seed) makes: current value is ${show(value)}`,
  );
}

function isWord(value: unknown): boolean {
  return typeof value === "number" && value >>> 0 === value;
}
