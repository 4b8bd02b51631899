/**
 * Splittable random keys: Threefry-2x32 with twenty rounds, bit for bit as JAX.
 *
 * A key is a value. Consume it once: either split it, fold a number into it, or draw from
 * it, never two of these, for all three read the same counter blocks
 * (`split(k, n)[i]` equals `foldIn(k, i)`).
 *
 * Source: Salmon et al. (2011), "Parallel random numbers: as easy as 1, 2, 3"; JAX's
 * `jax/_src/prng.py` with `jax_threefry_partitionable` (the default since JAX 0.5).
 *
 * @module
 */

import { show } from "./_plain_data.ts";
import { requireKey } from "./_require_key.ts";
import { requireInteger } from "./check.ts";

// Where a block lands before it is read: a typed array costs more to make than to fill.
const BLOCK = new Uint32Array(2);

/** A random key: 64 bits in two unsigned 32-bit words. */
export interface Key {
  /** The upper word. */
  readonly hi: number;
  /** The lower word. */
  readonly lo: number;
}

/**
 * Makes a key from a seed, as `jax.random.key(seed)` with 64-bit integers enabled.
 *
 * @param seed A whole number in [0, 2⁵³), or a `bigint` in [0, 2⁶⁴).
 * @returns The key.
 * @throws {RangeError} If the seed is negative, fractional or too large.
 * @throws {TypeError} If it is no number.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key } from "@likely/core";
 *
 * assertEquals(key(42), { hi: 0, lo: 42 });
 * ```
 */
export function key(seed: number | bigint): Key {
  if (typeof seed === "number") {
    requireInteger("make a key", "seed", seed, 0, Number.MAX_SAFE_INTEGER);
    return { hi: Math.floor(seed / 2 ** 32) >>> 0, lo: seed >>> 0 };
  }
  if (typeof seed !== "bigint") {
    throw new TypeError(
      `Cannot make a key as seed must be a number or a bigint: current value is ${show(seed)}`,
    );
  }
  if (seed < 0n || seed >= 1n << 64n) {
    throw new RangeError(`Cannot make a key as seed must be in [0, 2^64): current value is ${seed}`);
  }
  return { hi: Number(seed >> 32n), lo: Number(seed & 0xffffffffn) };
}

/**
 * Splits a key into `n` independent keys, as `jax.random.split`.
 *
 * @param parent The key to consume.
 * @param n How many children; up to 6 of them may be destructured.
 * @returns The children, in order.
 * @throws {RangeError} If `n` is not a whole number ≥ 1.
 * @throws {TypeError} If `parent` is no key.
 *
 * @example Usage
 * ```ts
 * import { assertNotEquals } from "@std/assert";
 * import { key, split } from "@likely/core";
 *
 * const [forTheta, forX] = split(key(0), 2);
 * assertNotEquals(forTheta, forX);
 * ```
 */
export function split(parent: Key, n: 3): [Key, Key, Key];
export function split(parent: Key, n: 4): [Key, Key, Key, Key];
export function split(parent: Key, n: 5): [Key, Key, Key, Key, Key];
export function split(parent: Key, n: 6): [Key, Key, Key, Key, Key, Key];
// The tuple type spares callers who destructure two children an undefined check.
export function split(parent: Key, n: number): [Key, Key, ...Key[]];
export function split(parent: Key, n: number): Key[] {
  requireKey("split a key", parent);
  requireInteger("split a key", "n", n, 1);
  return Array.from({ length: n }, (_, i) => foldIn(parent, i));
}

/**
 * Derives the key of item `index`, as `jax.random.fold_in`: row i of a simulation, step t of
 * a chain.
 *
 * @param parent The key to consume.
 * @param index A whole number in [0, 2³²).
 * @returns The derived key.
 * @throws {RangeError} If `index` is no such number.
 * @throws {TypeError} If `parent` is no key.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { foldIn, key } from "@likely/core";
 *
 * assertEquals(foldIn(key(0), 7), foldIn(key(0), 7));
 * ```
 */
export function foldIn(parent: Key, index: number): Key {
  requireKey("fold a number into a key", parent);
  // Checked here first: this runs once for every row, and wording a rule takes time.
  if (typeof index !== "number" || index >>> 0 !== index) {
    requireInteger("fold a number into a key", "index", index, 0, 2 ** 32 - 1);
  }
  threefry(parent.hi, parent.lo, 0, index, BLOCK);
  return { hi: BLOCK[0]!, lo: BLOCK[1]! };
}

/**
 * Draws `n` uniform 32-bit words, as `jax.random.bits`.
 *
 * @param source The key to consume.
 * @param n How many words.
 * @returns `[n]` words.
 * @throws {RangeError} If `n` is not a whole number ≥ 0.
 * @throws {TypeError} If `source` is no key.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bits, key } from "@likely/core";
 *
 * assertEquals(bits(key(0), 3).length, 3);
 * ```
 */
export function bits(source: Key, n: number): Uint32Array {
  requireKey("draw bits", source);
  requireInteger("draw bits", "n", n, 0);
  const words = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    threefry(source.hi, source.lo, Math.floor(i / 2 ** 32), i >>> 0, BLOCK);
    words[i] = BLOCK[0]! ^ BLOCK[1]!;
  }
  return words;
}

/**
 * One Threefry-2x32-20 block: encrypts the counter `(c0, c1)` under the key words.
 *
 * The allocation-free primitive under every draw; most code wants {@linkcode split} or a
 * stream instead.
 *
 * @param k0 Upper key word.
 * @param k1 Lower key word.
 * @param c0 Upper counter word.
 * @param c1 Lower counter word.
 * @param out Receives the two words of the block.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { foldIn, key, threefry } from "@likely/core";
 *
 * const block = new Uint32Array(2);
 * threefry(0, 42, 0, 7, block);
 * assertEquals({ hi: block[0], lo: block[1] }, foldIn(key(42), 7));
 * ```
 */
export function threefry(k0: number, k1: number, c0: number, c1: number, out: Uint32Array): void {
  const k2 = k0 ^ k1 ^ 0x1bd11bda;
  let x = (c0 + k0) | 0;
  let y = (c1 + k1) | 0;
  // Rotation constants of the two alternating groups of four rounds, unrolled by hand: this
  // loop is the floor under every simulation, and V8 does not unroll it.
  x = (x + y) | 0, y = (y << 13 | y >>> 19) ^ x;
  x = (x + y) | 0, y = (y << 15 | y >>> 17) ^ x;
  x = (x + y) | 0, y = (y << 26 | y >>> 6) ^ x;
  x = (x + y) | 0, y = (y << 6 | y >>> 26) ^ x;
  x = (x + k1) | 0, y = (y + k2 + 1) | 0;
  x = (x + y) | 0, y = (y << 17 | y >>> 15) ^ x;
  x = (x + y) | 0, y = (y << 29 | y >>> 3) ^ x;
  x = (x + y) | 0, y = (y << 16 | y >>> 16) ^ x;
  x = (x + y) | 0, y = (y << 24 | y >>> 8) ^ x;
  x = (x + k2) | 0, y = (y + k0 + 2) | 0;
  x = (x + y) | 0, y = (y << 13 | y >>> 19) ^ x;
  x = (x + y) | 0, y = (y << 15 | y >>> 17) ^ x;
  x = (x + y) | 0, y = (y << 26 | y >>> 6) ^ x;
  x = (x + y) | 0, y = (y << 6 | y >>> 26) ^ x;
  x = (x + k0) | 0, y = (y + k1 + 3) | 0;
  x = (x + y) | 0, y = (y << 17 | y >>> 15) ^ x;
  x = (x + y) | 0, y = (y << 29 | y >>> 3) ^ x;
  x = (x + y) | 0, y = (y << 16 | y >>> 16) ^ x;
  x = (x + y) | 0, y = (y << 24 | y >>> 8) ^ x;
  x = (x + k1) | 0, y = (y + k2 + 4) | 0;
  x = (x + y) | 0, y = (y << 13 | y >>> 19) ^ x;
  x = (x + y) | 0, y = (y << 15 | y >>> 17) ^ x;
  x = (x + y) | 0, y = (y << 26 | y >>> 6) ^ x;
  x = (x + y) | 0, y = (y << 6 | y >>> 26) ^ x;
  out[0] = (x + k2) | 0;
  out[1] = (y + k0 + 5) | 0;
}
