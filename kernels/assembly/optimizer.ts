// Gradient norm and Adam, over all weights in one sweep: they lie in one run.

import { flush, madd } from "./vector";

/**
 * Leaves the norm of the gradient in `norm` and `min(1, limit / norm)` in `factor` (both
 * float32). Squares are summed in float64, two lanes at a time.
 */
export function gradientNorm(count: i32, g: usize, limit: usize, norm: usize, factor: usize): void {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (const end = g + (<usize>count << 2); g < end; g += 16) {
    const v = v128.load(g);
    const a = f64x2.promote_low_f32x4(v);
    const b = f64x2.promote_low_f32x4(i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const sum = f64x2.add(low, high);
  const size = sqrt(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
  store<f32>(norm, <f32>size);
  store<f32>(factor, <f32>min(1.0, <f64>load<f32>(limit) / max(size, 1e-30)));
}

/**
 * Adam (Kingma & Ba 2015) with β = (0.9, 0.999), ε = 1e-8 outside the root and after the bias
 * correction. `rates` holds the learning rate, `1 / (1 − β₁ᵗ)` and `1 / (1 − β₂ᵗ)`; the fourth is
 * how far the average goes towards the weights, unless its address is 0. A weight whose gradient vanishes, as behind a dead unit, would keep moments that shrink into subnormal
 * numbers and stay there; next to ε they mean nothing.
 */
export function adam(
  count: i32,
  w: usize,
  m: usize,
  v: usize,
  g: usize,
  rates: usize,
  factor: usize,
  average: usize,
): void {
  const scale = v128.load_splat<f32>(factor);
  const rate = v128.load_splat<f32>(rates);
  const correct1 = v128.load_splat<f32>(rates, 4);
  const correct2 = v128.load_splat<f32>(rates, 8);
  const keep1 = f32x4.splat(0.9);
  const keep2 = f32x4.splat(0.999);
  const take1 = f32x4.splat(<f32>(1.0 - 0.9));
  const take2 = f32x4.splat(<f32>(1.0 - 0.999));
  const epsilon = f32x4.splat(1e-8);
  for (let at: usize = 0; at < <usize>count << 2; at += 16) {
    const slope = flush(f32x4.mul(v128.load(g + at), scale), 1e-17);
    const first = flush(madd(v128.load(m + at), keep1, f32x4.mul(slope, take1)), 1e-30);
    const second = flush(
      madd(v128.load(v + at), keep2, f32x4.mul(f32x4.mul(slope, slope), take2)),
      1e-37,
    );
    v128.store(m + at, first);
    v128.store(v + at, second);
    const root = f32x4.add(f32x4.sqrt(f32x4.mul(second, correct2)), epsilon);
    const step = f32x4.div(f32x4.mul(first, correct1), root);
    const next = f32x4.sub(v128.load(w + at), f32x4.mul(step, rate));
    v128.store(w + at, next);
    if (average) {
      const mean = v128.load(average + at);
      v128.store(average + at, madd(f32x4.sub(next, mean), v128.load_splat<f32>(rates, 12), mean));
    }
  }
}
