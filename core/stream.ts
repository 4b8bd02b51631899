/**
 * A stream of uniforms drawn from one key: what a simulator consumes while it runs.
 *
 * @module
 */

import { requireKey } from "./_require_key.ts";
import { type Key, threefry } from "./key.ts";

/**
 * A stream of random numbers under one key; number j depends on the key and j alone.
 *
 * Mutable by design: a jump process does not know in advance how many numbers it needs.
 * The `draw…` functions of this package take a stream and return one variate.
 */
export interface Stream {
  /** Draws the next uniform in [0, 1), with 53 random bits. */
  uniform(): number;
}

/**
 * Opens the stream of a key.
 *
 * @param source The key to consume.
 * @returns A stream at its beginning.
 * @throws {TypeError} If `source` is no key.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { key, stream } from "@likely/core";
 *
 * const u = stream(key(1)).uniform();
 * assert(u >= 0 && u < 1);
 * ```
 */
export function stream(source: Key): Stream {
  requireKey("open a stream", source);
  return new ThreefryStream(source);
}

// Where a block lands before it is read: one for all streams, as nothing runs in between.
const BLOCK = new Uint32Array(2);

// A class, not a closure: one is made per simulated row, and a prototype method costs nothing.
class ThreefryStream implements Stream {
  readonly #hi: number;
  readonly #lo: number;
  #counter = 0;

  constructor(source: Key) {
    this.#hi = source.hi;
    this.#lo = source.lo;
  }

  uniform(): number {
    const j = this.#counter++;
    threefry(this.#hi, this.#lo, (j / 4294967296) >>> 0, j >>> 0, BLOCK);
    // 27 bits of the upper word above 26 of the lower one: 53 bits over 2^53.
    return ((BLOCK[0]! >>> 5) * 67108864 + (BLOCK[1]! >>> 6)) / 9007199254740992;
  }
}
