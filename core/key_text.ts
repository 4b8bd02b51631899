/**
 * Keys in writing.
 *
 * @module
 */

import { requireKey } from "./_require_key.ts";
import type { Key } from "./key.ts";

/**
 * Writes a key as files do: `"hi:lo"`, each word as eight hexadecimal digits.
 *
 * @param key The key; not consumed.
 * @returns Its text.
 * @throws {TypeError} If it is no key.
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
  requireKey("write a key", key);
  return [key.hi, key.lo].map((word) => word.toString(16).padStart(8, "0")).join(":");
}
