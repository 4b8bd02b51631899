import { cos, sin } from "@likely/core/elementary";

/**
 * Autocovariances of a sequence at all lags, `(1/n) Σ (x_t − x̄)(x_{t+k} − x̄)`, by the
 * Wiener–Khinchin theorem: O(n log n), whatever the number of lags that matter.
 */
export function autocovariance(values: Float64Array): Float64Array {
  const n = values.length;
  const size = 2 ** (32 - Math.clz32(2 * n - 1));
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  const center = values.reduce((sum, x) => sum + x, 0) / n;
  for (let i = 0; i < n; i++) re[i] = values[i]! - center;
  transform(re, im);
  for (let i = 0; i < size; i++) {
    re[i] = re[i]! ** 2 + im[i]! ** 2;
    im[i] = 0;
  }
  // The power spectrum is real and even: its forward transform is the inverse one, times size.
  transform(re, im);
  return re.slice(0, n).map((sum) => sum / (size * n));
}

/** Radix-2 Fourier transform in place (Cooley & Tukey 1965); the length is a power of two. */
function transform(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  reverseBits(re, im);
  const cosines = Float64Array.from({ length: n / 2 }, (_, k) => cos(2 * Math.PI * k / n));
  const sines = Float64Array.from({ length: n / 2 }, (_, k) => -sin(2 * Math.PI * k / n));
  for (let half = 1; half < n; half *= 2) {
    const stride = n / (2 * half);
    for (let start = 0; start < n; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const [a, b] = [start + k, start + k + half];
        const [c, s] = [cosines[k * stride]!, sines[k * stride]!];
        const x = re[b]! * c - im[b]! * s;
        const y = re[b]! * s + im[b]! * c;
        re[b] = re[a]! - x;
        im[b] = im[a]! - y;
        re[a]! += x;
        im[a]! += y;
      }
    }
  }
}

function reverseBits(re: Float64Array, im: Float64Array): void {
  let j = 0;
  for (let i = 1; i < re.length; i++) {
    let bit = re.length >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    [re[i], re[j]] = [re[j]!, re[i]!];
    [im[i], im[j]] = [im[j]!, im[i]!];
  }
}
