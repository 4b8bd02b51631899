/**
 * Keys in writing.
 *
 * @module
 */

import type { Key } from "./key.ts";

/**
 * Writes a key as files do: `"hi:lo"`, each word as eight hexadecimal digits.
 *
 * @param key The key; not consumed.
 * @returns Its text.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key, keyText } from "@likely/core";
 *
 * assertEquals(keyText(key(255)), "00000000:000000ff");
 * ```
 */
export function keyText(key: Key): string {
  return [key.hi, key.lo].map((word) => word.toString(16).padStart(8, "0")).join(":");
}
