// Bytes as text in a source file: deflated, then base64, a third of the length of base64 alone.
// Not by a DecompressionStream, which some edge hosts lack, and which cannot answer at once.

import { deflateSync, inflateSync } from "fflate/browser";

/** Bytes of each that follow each other. */
const PIECE = 2 ** 13;

/**
 * Two runs of bytes in one, piece after piece: deflating finds again what is no further back than 32
 * KB, and two builds differ little.
 */
export function interleave(
  first: Uint8Array<ArrayBuffer>,
  second: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const pieces: number[] = [];
  for (let at = 0; at < Math.max(first.length, second.length); at += PIECE) {
    pieces.push(...first.subarray(at, at + PIECE), ...second.subarray(at, at + PIECE));
  }
  return Uint8Array.from(pieces);
}

/** The two runs, of which the first has so many bytes. */
export function separate(
  bytes: Uint8Array<ArrayBuffer>,
  length: number,
): readonly [first: Uint8Array<ArrayBuffer>, second: Uint8Array<ArrayBuffer>] {
  const runs = [new Uint8Array(length), new Uint8Array(bytes.length - length)] as const;
  let from = 0;
  for (let at = 0; from < bytes.length; at += PIECE) {
    for (const run of runs) {
      const piece = bytes.subarray(from, from + Math.max(0, Math.min(PIECE, run.length - at)));
      run.set(piece, Math.min(at, run.length));
      from += piece.length;
    }
  }
  return runs;
}

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
