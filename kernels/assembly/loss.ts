// Losses on logits h, atom-major `[atoms · n]`: the value is added to a float64 slot, the
// gradient in h written to r. Float64 throughout: there are few logits.

/** `eˣ` in float64, relative error below 1e-13 for |x| < 700, clamped beyond. */
export function exp64(x: f64): f64 {
  if (x != x) return x;
  const clamped = min(max(x, -700.0), 700.0);
  const k = nearest(clamped * 1.4426950408889634);
  const r = (clamped - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
  // Taylor to degree 11: |r| ≤ 0.347 leaves 7e-15.
  let p: f64 = 2.505210838544172e-08;
  p = p * r + 2.755731922398589e-07;
  p = p * r + 2.7557319223985893e-06;
  p = p * r + 2.48015873015873e-05;
  p = p * r + 0.0001984126984126984;
  p = p * r + 0.001388888888888889;
  p = p * r + 0.008333333333333333;
  p = p * r + 0.041666666666666664;
  p = p * r + 0.16666666666666666;
  p = p * r + 0.5;
  p = (p * r + 1.0) * r + 1.0;
  return p * reinterpret<f64>((<i64>k + 1023) << 52);
}

/** `log(1 + u)` for u in [0, 1]: `2 artanh(u / (2 + u))`, relative error below 2e-13. */
function log1p64(u: f64): f64 {
  const s = u / (2.0 + u);
  const t = s * s;
  let p: f64 = 0.043478260869565216;
  p = p * t + 0.047619047619047616;
  p = p * t + 0.05263157894736842;
  p = p * t + 0.058823529411764705;
  p = p * t + 0.06666666666666667;
  p = p * t + 0.07692307692307693;
  p = p * t + 0.09090909090909091;
  p = p * t + 0.1111111111111111;
  p = p * t + 0.14285714285714285;
  p = p * t + 0.2;
  p = p * t + 0.3333333333333333;
  return 2.0 * s * (p * t + 1.0);
}

/** `log(1 + eʰ)`, given `e = exp(−|h|)`. */
// @ts-ignore: decorator
@inline
export function softplusOf(h: f64, e: f64): f64 {
  return max(h, 0.0) + log1p64(e);
}

/** `1 / (1 + e⁻ʰ)`, given `e = exp(−|h|)`. */
// @ts-ignore: decorator
@inline
export function sigmoidOf(h: f64, e: f64): f64 {
  return (h < 0 ? e : 1.0) / (1.0 + e);
}

// @ts-ignore: decorator
@inline
export function get(h: usize, i: i32): f64 {
  return <f64>load<f32>(h + (<usize>i << 2));
}

// @ts-ignore: decorator
@inline
export function set(r: usize, i: i32, value: f64): void {
  // Confident rows have gradients that mean nothing, yet as subnormal floats they make every
  // product after them several times slower; WebAssembly cannot flush them to zero itself.
  store<f32>(r + (<usize>i << 2), abs(value) < 1e-25 ? 0 : <f32>value);
}

/** `out = scale · softplus(h)` and `slope = d out / d h`. */
export function softplusHead(count: i32, scale: f32, h: usize, out: usize, slope: usize): void {
  for (let i = 0; i < count; i++) {
    const value = get(h, i);
    const e = exp64(-abs(value));
    set(out, i, <f64>scale * softplusOf(value, e));
    set(slope, i, <f64>scale * sigmoidOf(value, e));
  }
}

/** Mean of `softplus(∓h)` over the 2n pairs, plus `balance · (mean σ(h) · 2 − 1)²`. */
export function crossEntropy(n: i32, balance: f32, h: usize, r: usize, slot: usize): void {
  const share = 0.5 / <f64>n;
  let sum: f64 = 0;
  let believed: f64 = 0;
  for (let i = 0; i < 2 * n; i++) {
    const value = get(h, i);
    const e = exp64(-abs(value));
    const p = sigmoidOf(value, e);
    sum += softplusOf(i < n ? -value : value, e);
    believed += p;
    // 1 − σ(h) is σ(−h): no cancellation where h is large.
    set(r, i, share * (i < n ? -sigmoidOf(-value, e) : p));
  }
  const excess = 2.0 * believed * share - 1.0;
  store<f64>(slot, sum * share + <f64>balance * excess * excess);
  if (balance == 0) return;
  const pull = 4.0 * <f64>balance * excess * share;
  for (let i = 0; i < 2 * n; i++) {
    const value = get(h, i);
    const p = sigmoidOf(value, exp64(-abs(value)));
    set(r, i, get(r, i) + pull * p * (1.0 - p));
  }
}

/**
 * NRE-C with K foreign θ in atoms 1 … K: with `s(j) = log Σ_{a = j}^{j + K − 1} exp h_a + log(γ / K)`,
 * `[mean softplus(s(1)) + γ mean(softplus(s(0)) − h_0 − log(γ / K))] / (1 + γ)`.
 */
export function contrast(n: i32, k: i32, gamma: f32, offset: f32, h: usize, r: usize, slot: usize): void {
  const g = <f64>gamma;
  const share = 1.0 / ((1.0 + g) * <f64>n);
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) {
    for (let a = 0; a <= k; a++) set(r, a * n + i, 0);
    sum += window(n, k, i, 1, share, <f64>offset, h, r);
    sum += window(n, k, i, 0, share * g, <f64>offset, h, r);
    sum -= g * share * (get(h, i) + <f64>offset);
    set(r, i, get(r, i) - g * share);
  }
  store<f64>(slot, sum);
}

/** `weight · softplus(s(first))` of row i; its gradient is added to r. */
function window(n: i32, k: i32, i: i32, first: i32, weight: f64, offset: f64, h: usize, r: usize): f64 {
  let top = get(h, first * n + i);
  for (let a = first; a < first + k; a++) top = max(top, get(h, a * n + i));
  let total: f64 = 0;
  for (let a = first; a < first + k; a++) total += exp64(get(h, a * n + i) - top);
  const s = top + log64(total) + offset;
  const e = exp64(-abs(s));
  const p = weight * sigmoidOf(s, e) / total;
  for (let a = first; a < first + k; a++) {
    set(r, a * n + i, get(r, a * n + i) + p * exp64(get(h, a * n + i) - top));
  }
  return weight * softplusOf(s, e);
}

/** `log u` for normal u: halve or double to [1, 2), then {@link log1p64}; absolute error 1e-15 around 1. */
export function log64(u: f64): f64 {
  if (!(u < Infinity)) return u;
  const bits = reinterpret<i64>(u);
  const k = (bits >> 52) - 1023;
  const m = reinterpret<f64>((bits & 0xfffffffffffff) | 0x3ff0000000000000);
  return <f64>k * 0.6931471805599453 + log1p64(m - 1.0);
}

/** Mean of `(out − target)²`. */
export function squaredError(n: i32, out: usize, target: usize, r: usize, slot: usize): void {
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) {
    const miss = get(out, i) - get(target, i);
    sum += miss * miss;
    set(r, i, 2.0 * miss / <f64>n);
  }
  store<f64>(slot, sum / <f64>n);
}

/**
 * Score term: adds `share Σ_ij w_j (g_ij − s_ij)²` to the slot and writes its derivative in
 * g to v.
 */
export function scoreResidual(
  n: i32,
  d: i32,
  row: usize,
  share: f32,
  weights: usize,
  g: usize,
  score: usize,
  v: usize,
  slot: usize,
): void {
  let sum: f64 = 0;
  for (let i = 0; i < n; i++, g += row, score += row, v += row) {
    for (let j = 0; j < d; j++) {
      const miss = get(g, j) - get(score, j);
      const weighted = get(weights, j) * miss;
      sum += weighted * miss;
      set(v, j, 2.0 * <f64>share * weighted);
    }
  }
  store<f64>(slot, load<f64>(slot) + <f64>share * sum);
}

/** Log of the sum of `exp` of k numbers. */
export function logSumExp(at: usize, k: i32): f64 {
  let top = get(at, 0);
  for (let c = 1; c < k; c++) top = max(top, get(at, c));
  let sum: f64 = 0;
  for (let c = 0; c < k; c++) sum += exp64(get(at, c) - top);
  return top + log64(sum);
}
