/**
 * Elementary functions made of arithmetic that IEEE 754 fixes: the same bits on every host.
 *
 * `Math.exp` and its kind may differ in the last bit between engines and their versions, and with them
 * draws of the same key. These take additions, products, quotients and square roots alone, so that what is
 * drawn, sampled and evaluated with them is the same everywhere. Within one unit in the last place of the
 * exact value for `exp`, `log`, `sin` and `cos`, within three for the others.
 *
 * `exp`, `log`, `sin` and `cos` follow the method and constants of fdlibm: Copyright (C) 1993 by Sun
 * Microsystems, Inc. All rights reserved. Developed at SunSoft, a Sun Microsystems, Inc. business.
 * Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice
 * is preserved.
 *
 * @module
 */

const LN2_HIGH = 6.93147180369123816490e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const LN2 = 6.93147180559945286227e-1;
const INVERSE_LN2 = 1.44269504088896338700;

/** 2^k for k from −1074 to 1023, each half or twice its neighbour and so exact. */
const POWERS = powersOfTwo();
const SMALLEST_POWER = -1074;

function powersOfTwo(): Float64Array {
  const powers = new Float64Array(1074 + 1024);
  powers[1074] = 1;
  for (let i = 1075; i < powers.length; i++) powers[i] = 2 * powers[i - 1]!;
  for (let i = 1073; i >= 0; i--) powers[i] = powers[i + 1]! / 2;
  return powers;
}

/**
 * e to the power of x.
 *
 * @param x Any number.
 * @returns e^x, 0 below −745.13, ∞ above 709.78.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { exp } from "@likely/core/elementary";
 *
 * assertAlmostEquals(exp(1), Math.E, 1e-15);
 * ```
 */
export function exp(x: number): number {
  if (!(x <= 709.782712893383973096)) return x !== x ? x : Infinity;
  if (x < -745.133219101941108420) return 0;
  // x = k ln 2 + r, with |r| at most half of ln 2.
  const k = Math.floor(x * INVERSE_LN2 + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const t = r * r;
  const c = r - t * (1.66666666666666019037e-1 + t * (-2.77777777770155933842e-3 + t *
              (6.61375632143793436117e-5 +
                t * (-1.65339022054652515390e-6 + t * 4.13813679705723846039e-8))));
  const y = 1 - ((low - (r * c) / (2 - c)) - high);
  // Rounded once: where the result is subnormal, in the last product alone.
  if (k > 1023) return y * 2 * POWERS[1023 - SMALLEST_POWER]!;
  if (k < -1021) return y * POWERS[k + 200 - SMALLEST_POWER]! * POWERS[-200 - SMALLEST_POWER]!;
  return y * POWERS[k - SMALLEST_POWER]!;
}

const FLOAT = new Float64Array(1);
const WORDS = new Int32Array(FLOAT.buffer);
FLOAT[0] = 1;
const HIGH = WORDS[1] === 0 ? 0 : 1;

/**
 * The natural logarithm.
 *
 * @param x Any number.
 * @returns log x; −∞ at 0, NaN below.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { log } from "@likely/core/elementary";
 *
 * assertEquals(log(1), 0);
 * ```
 */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  // x = 2^k (1 + f), with 1 + f between √½ and √2.
  let k: number;
  let m: number;
  if (x > 1e-9 && x < 1e9) {
    // By whole numbers, which is quicker than by bits; off by one at most.
    k = x >= 1 ? 31 - Math.clz32(x) : Math.clz32(1 / x) - 31;
    m = x * POWERS[-k - SMALLEST_POWER]!;
  } else {
    const isSubnormal = x < 2.2250738585072014e-308;
    FLOAT[0] = isSubnormal ? x * 18014398509481984 : x;
    k = (WORDS[HIGH]! >> 20) - (isSubnormal ? 1023 + 54 : 1023);
    WORDS[HIGH] = (WORDS[HIGH]! & 0xfffff) | 0x3ff00000;
    m = FLOAT[0];
  }
  if (m > Math.SQRT2) {
    m /= 2;
    k++;
  } else if (m < Math.SQRT1_2) {
    m *= 2;
    k--;
  }
  const f = m - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const odd = z *
    (6.666666666666735130e-1 + w * (2.857142874366239149e-1 + w *
            (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  const half = 0.5 * f * f;
  return s * (half + (even + odd)) + k * LN2_LOW - half + f + k * LN2_HIGH;
}

/**
 * log(1 + x), exact for small x too.
 *
 * @param x Any number.
 * @returns −∞ at −1, NaN below.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { log1p } from "@likely/core/elementary";
 *
 * assertEquals(log1p(1e-300), 1e-300);
 * ```
 */
export function log1p(x: number): number {
  const u = 1 + x;
  if (u === 1) return x;
  // What rounding 1 + x has lost is made good by the quotient (Kahan).
  return u <= 0 || u === Infinity ? log(u) : log(u) * (x / (u - 1));
}

/**
 * e^x − 1, exact for small x too.
 *
 * @param x Any number.
 * @returns From −1 on.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { expm1 } from "@likely/core/elementary";
 *
 * assertEquals(expm1(1e-300), 1e-300);
 * ```
 */
export function expm1(x: number): number {
  if (x > 0.5 || x < -0.5 || x !== x) return exp(x) - 1;
  const u = exp(x);
  return u === 1 ? x : (u - 1) * (x / log(u));
}

/**
 * The hyperbolic sine.
 *
 * @param x Any number.
 * @returns sinh x.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sinh } from "@likely/core/elementary";
 *
 * assertEquals(sinh(0), 0);
 * ```
 */
export function sinh(x: number): number {
  const a = Math.abs(x);
  if (a > 700) return Math.sign(x) * farOut(a);
  const e = expm1(a);
  return Math.sign(x) * (e + e / (e + 1)) / 2;
}

/** Half of e^x, which may be finite where e^x is not. */
function farOut(x: number): number {
  const root = exp(x / 2);
  return root / 2 * root;
}

/**
 * The hyperbolic cosine.
 *
 * @param x Any number.
 * @returns cosh x.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { cosh } from "@likely/core/elementary";
 *
 * assertEquals(cosh(0), 1);
 * ```
 */
export function cosh(x: number): number {
  const a = Math.abs(x);
  if (a > 700) return farOut(a);
  const e = exp(a);
  return (e + 1 / e) / 2;
}

/**
 * The hyperbolic tangent.
 *
 * @param x Any number.
 * @returns Between −1 and 1.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { tanh } from "@likely/core/elementary";
 *
 * assertEquals(tanh(50), 1);
 * ```
 */
export function tanh(x: number): number {
  const a = Math.abs(x);
  if (a > 22) return Math.sign(x);
  const e = expm1(2 * a);
  return x === 0 || x !== x ? x : Math.sign(x) * (e / (e + 2));
}

/**
 * The inverse of {@linkcode sinh}.
 *
 * @param x Any number.
 * @returns asinh x.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { asinh } from "@likely/core/elementary";
 *
 * assertEquals(asinh(0), 0);
 * ```
 */
export function asinh(x: number): number {
  const a = Math.abs(x);
  if (a > 1e150) return Math.sign(x) * (log(a) + LN2);
  return Math.sign(x) * log1p(a + a * a / (1 + Math.sqrt(a * a + 1)));
}

/**
 * A power of a positive number.
 *
 * @param base Above 0.
 * @param power Any number. The error grows with |power · log base|, by half a unit in the last place for 1.
 * @returns base^power.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { pow } from "@likely/core/elementary";
 *
 * assertAlmostEquals(pow(2, 0.5), Math.SQRT2, 1e-15);
 * ```
 */
export function pow(base: number, power: number): number {
  return exp(power * log(base));
}

/**
 * The sine.
 *
 * @param x In radians, |x| at most 1e6 for full accuracy.
 * @returns sin x.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sin } from "@likely/core/elementary";
 *
 * assertEquals(sin(0), 0);
 * ```
 */
export function sin(x: number): number {
  return turned(x, 0);
}

/**
 * The cosine.
 *
 * @param x In radians, |x| at most 1e6 for full accuracy.
 * @returns cos x.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { cos } from "@likely/core/elementary";
 *
 * assertEquals(cos(0), 1);
 * ```
 */
export function cos(x: number): number {
  return turned(x, 1);
}

/** sin(x + quarters · π/2). */
function turned(x: number, quarters: number): number {
  if (!Number.isFinite(x)) return NaN;
  // Beyond, the products below are not exact: a remainder is, of a period that is not.
  if (Math.abs(x) > 1e6) x %= 6.283185307179586;
  const n = Math.floor(x * 6.36619772367581382433e-1 + 0.5);
  const first = x - n * 1.57079632673412561417;
  const second = n * 6.07710050630396597660e-11;
  const r = first - second;
  const w = n * 2.02226624879595063154e-21 - ((first - r) - second);
  const high = r - w;
  const low = (r - high) - w;
  switch ((n + quarters) & 3) {
    case 0:
      return sineOf(high, low);
    case 1:
      return cosineOf(high, low);
    case 2:
      return -sineOf(high, low);
    default:
      return -cosineOf(high, low);
  }
}

/** Of an angle high + low, at most π/4. */
function sineOf(x: number, low: number): number {
  const z = x * x;
  const v = z * x;
  const r = 8.33333333332248946124e-3 + z * (-1.98412698298579493134e-4 + z *
          (2.75573137070700676789e-6 + z * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)));
  return x - ((z * (0.5 * low - v * r) - low) - v * -1.66666666666666324348e-1);
}

/** Of an angle high + low, at most π/4. */
function cosineOf(x: number, low: number): number {
  const z = x * x;
  const r = z * (4.16666666666666019037e-2 + z * (-1.38888888888741095749e-3 + z *
          (2.48015872894767294178e-5 + z * (-2.75573143513906633035e-7 + z *
                  (2.08757232129817482790e-9 + z * -1.13596475577881948265e-11)))));
  const half = 0.5 * z;
  const w = 1 - half;
  return w + (((1 - w) - half) + (z * r - x * low));
}
