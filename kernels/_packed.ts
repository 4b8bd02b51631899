// Bytes as text in a source file: deflated, then base64, a third of the length of base64 alone.
// Not by a DecompressionStream, which some edge hosts lack, and which cannot answer at once.

import { deflateSync, inflateSync } from "fflate";

/** Bytes as text. */
export function pack(bytes: Uint8Array<ArrayBuffer>): string {
  let text = "";
  for (const byte of deflateSync(bytes, { level: 9 })) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Text as bytes. */
export function unpack(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(inflateSync(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))));
}
