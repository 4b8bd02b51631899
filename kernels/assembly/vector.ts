// Four lanes at a time: what every other file is made of.

/** `a · b + c`: one rounding where the host has relaxed SIMD with FMA, two otherwise. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    return f32x4.relaxed_madd(a, b, c);
  } else {
    return f32x4.add(f32x4.mul(a, b), c);
  }
}

/**
 * What is smaller than `least` becomes 0. WebAssembly cannot switch subnormal floats off, and
 * each costs a hundred times a normal one.
 */
// @ts-ignore: decorator
@inline
export function flush(values: v128, least: f32): v128 {
  // "Not smaller" and not "at least": NaN is kept.
  return v128.andnot(values, f32x4.lt(f32x4.abs(values), f32x4.splat(least)));
}

/** Sum of the four lanes, in a fixed order. */
// @ts-ignore: decorator
@inline
export function sumLanes(v: v128): f32 {
  return (f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1)) +
    (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/** 1.5 · 2²³: added to a number, it leaves the nearest whole number in the low bits. */
export const ROUND: f32 = 12582912;

/**
 * `eˣ` in four lanes: `x = k ln 2 + r`, |r| ≤ ln 2 / 2, a degree-6 polynomial in r (the minimax
 * one of Cephes' `expf`), then k into the exponent. Relative error below 2.5e-7 on [-87, 88];
 * clamped outside, where float32 has no room. NaN stays NaN: `pmin` and `pmax` return their
 * first argument when it is one, and its low bits, shifted out, add nothing.
 */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  const clamped = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-87)), f32x4.splat(88));
  const shifted = madd(clamped, f32x4.splat(1.44269504088896341), f32x4.splat(ROUND));
  const k = f32x4.sub(shifted, f32x4.splat(ROUND));
  // ln 2 in two parts, the first exact in float32, so that r keeps its low bits.
  let r = madd(k, f32x4.splat(-0.693359375), clamped);
  r = madd(k, f32x4.splat(2.12194440e-4), r);
  let p = madd(f32x4.splat(1.9875691500e-4), r, f32x4.splat(1.3981999507e-3));
  p = madd(p, r, f32x4.splat(8.3334519073e-3));
  p = madd(p, r, f32x4.splat(4.1665795894e-2));
  p = madd(p, r, f32x4.splat(1.6666665459e-1));
  p = madd(p, r, f32x4.splat(5.0000001201e-1));
  p = madd(p, f32x4.mul(r, r), f32x4.add(r, f32x4.splat(1)));
  return i32x4.add(p, i32x4.shl(shifted, 23));
}

/** `dst = x + y`. */
export function addVectors(count: i32, dst: usize, x: usize, y: usize): void {
  for (const end = dst + (<usize>count << 2); dst < end; dst += 16, x += 16, y += 16) {
    v128.store(dst, f32x4.add(v128.load(x), v128.load(y)));
  }
}

/** `dst = x · y`, elementwise. */
export function mulVectors(count: i32, dst: usize, x: usize, y: usize): void {
  for (const end = dst + (<usize>count << 2); dst < end; dst += 16, x += 16, y += 16) {
    v128.store(dst, f32x4.mul(v128.load(x), v128.load(y)));
  }
}

/** `dst = x · y + u · v`, elementwise. */
export function mulMulAdd(count: i32, dst: usize, x: usize, y: usize, u: usize, v: usize): void {
  for (const end = dst + (<usize>count << 2); dst < end; dst += 16) {
    v128.store(dst, madd(v128.load(x), v128.load(y), f32x4.mul(v128.load(u), v128.load(v))));
    x += 16;
    y += 16;
    u += 16;
    v += 16;
  }
}

/** Every row of dst becomes `source`. */
export function fillRows(rows: i32, row: usize, n: i32, dst: usize, source: usize): void {
  for (let i = 0; i < rows; i++, dst += row) memory.copy(dst, source, <usize>n << 2);
}

/** `dst[i] = scale[i] · src[i]`, plus `add[i]` in the first `addRows` rows. */
export function scaleRows(
  rows: i32,
  row: usize,
  n: i32,
  dst: usize,
  src: usize,
  scale: usize,
  add: usize,
  addRows: i32,
): void {
  const bytes = <usize>n << 2;
  for (let i = 0; i < rows; i++) {
    const s = v128.load_splat<f32>(scale + (<usize>i << 2));
    if (i < addRows) {
      for (let j: usize = 0; j < bytes; j += 16) {
        v128.store(dst + j, madd(s, v128.load(src + j), v128.load(add + j)));
      }
      add += row;
    } else {
      for (let j: usize = 0; j < bytes; j += 16) v128.store(dst + j, f32x4.mul(s, v128.load(src + j)));
    }
    dst += row;
    src += row;
  }
}

/** `dst = Σ_g src[g]` over `groups` runs of `count` numbers, `step` bytes from one to the next. */
export function sumRuns(count: i32, groups: i32, dst: usize, src: usize, step: usize): void {
  const bytes = <usize>count << 2;
  for (let j: usize = 0; j < bytes; j += 16) {
    let p = src + j;
    let sum = v128.load(p);
    for (let g = 1; g < groups; g++) {
      p += step;
      sum = f32x4.add(sum, v128.load(p));
    }
    v128.store(dst + j, sum);
  }
}

/** `dst[i] = c · Σ_e src[i · m + e]` over rows. */
export function poolRows(groups: i32, m: i32, row: usize, c: f32, dst: usize, src: usize): void {
  const scale = f32x4.splat(c);
  for (let i = 0; i < groups; i++, dst += row) {
    for (let j: usize = 0; j < row; j += 16) {
      let sum = f32x4.splat(0);
      let p = src + j;
      for (let e = 0; e < m; e++, p += row) sum = f32x4.add(sum, v128.load(p));
      v128.store(dst + j, f32x4.mul(sum, scale));
    }
    src += row * <usize>m;
  }
}

/** The adjoint of {@link poolRows}: `dst[i · m + e] = c · src[i]`. */
export function spreadRows(groups: i32, m: i32, row: usize, c: f32, dst: usize, src: usize): void {
  const scale = f32x4.splat(c);
  for (let i = 0; i < groups; i++, src += row) {
    for (let e = 0; e < m; e++, dst += row) {
      for (let j: usize = 0; j < row; j += 16) v128.store(dst + j, f32x4.mul(scale, v128.load(src + j)));
    }
  }
}

/** `dst[i] = bias + Σ_j a[i, j] w[j]`. */
export function dotRows(rows: i32, row: usize, n: i32, a: usize, w: usize, bias: usize, dst: usize): void {
  const bytes = <usize>n << 2;
  const b = load<f32>(bias);
  for (let i = 0; i < rows; i++, a += row, dst += 4) {
    let sum = f32x4.splat(0);
    for (let j: usize = 0; j < bytes; j += 16) sum = madd(v128.load(a + j), v128.load(w + j), sum);
    store<f32>(dst, sumLanes(sum) + b);
  }
}

/** `dst[j] (+)= Σ_i scale[i] a[i, j]`; no scale (address 0) means ones. */
export function sumColumns(
  rows: i32,
  row: usize,
  n: i32,
  a: usize,
  scale: usize,
  dst: usize,
  accumulate: i32,
): void {
  const bytes = <usize>n << 2;
  const one = f32x4.splat(1);
  for (let j: usize = 0; j < bytes; j += 16) {
    let sum = accumulate ? v128.load(dst + j) : f32x4.splat(0);
    let p = a + j;
    for (let i = 0; i < rows; i++, p += row) {
      const s = scale ? v128.load_splat<f32>(scale + (<usize>i << 2)) : one;
      sum = madd(s, v128.load(p), sum);
    }
    v128.store(dst + j, sum);
  }
}

/** `dst (+)= Σ scale[i]`, one number: the gradient of the last bias. */
export function sumVector(count: i32, x: usize, dst: usize): void {
  let sum: f64 = 0;
  for (let i = 0; i < count; i++) sum += <f64>load<f32>(x + (<usize>i << 2));
  store<f32>(dst, <f32>sum);
}

/** Copies `n × m` runs of `width` numbers between two layouts. */
export function copyRuns(
  n: i32,
  m: i32,
  width: i32,
  dst: usize,
  dstOuter: usize,
  dstInner: usize,
  src: usize,
  srcOuter: usize,
  srcInner: usize,
): void {
  for (let i = 0; i < n; i++, dst += dstOuter, src += srcOuter) {
    for (let j = 0; j < m; j++) {
      memory.copy(dst + <usize>j * dstInner, src + <usize>j * srcInner, <usize>width << 2);
    }
  }
}
