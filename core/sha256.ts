/**
 * Digests in writing.
 *
 * @module
 */

/**
 * The SHA-256 of bytes or text.
 *
 * @param content Bytes, or text as UTF-8.
 * @returns 64 hexadecimal digits.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sha256 } from "@likely/core";
 *
 * assertEquals((await sha256("abc")).slice(0, 8), "ba7816bf");
 * ```
 */
export async function sha256(content: Uint8Array<ArrayBuffer> | string): Promise<string> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  // Not by toHex, which Node 20 lacks.
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
