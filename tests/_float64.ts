/** The few pieces of a network, written out in float64: what tensors are compared with. */

/** Numbers in [-1, 1] that follow no pattern a kernel could hide behind; the same every time. */
export function wave(size: number, phase: number): number[] {
  return Array.from({ length: size }, (_, i) => Math.fround(Math.sin(2.1 * i + 0.37 * i * i + phase)));
}

/** Swaps the axes of `[n, m]`. */
export function swap(x: ArrayLike<number>, n: number, m: number): number[] {
  return Array.from({ length: n * m }, (_, i) => x[(i % n) * m + Math.floor(i / n)]!);
}

/** `[n, k] · [k, m]`. */
export function product(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  n: number,
  k: number,
  m: number,
): number[] {
  return Array.from({ length: n * m }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < k; j++) sum += a[Math.floor(i / m) * k + j]! * b[j * m + (i % m)]!;
    return sum;
  });
}

/** The log of a sum of exponentials. */
export function logSumExp(x: readonly number[]): number {
  const top = Math.max(...x);
  return top + Math.log(x.reduce((sum, value) => sum + Math.exp(value - top), 0));
}

/** The logistic function. */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** `log(1 + exp x)`. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** A sliding window over images. */
export interface Window {
  /** `[n, height, width, channels]`. */
  readonly image: readonly [number, number, number, number];
  /** `[height, width]`. */
  readonly size: readonly [number, number];
  /** Step in both directions. */
  readonly stride: number;
  /** As TensorFlow defines them. */
  readonly pad: "same" | "valid";
}

/** Output `[height, width]` of a window. */
export function windowOutput({ image, size, stride, pad }: Window): [number, number] {
  const along = (length: number, k: number) => Math.ceil((pad === "same" ? length : length - k + 1) / stride);
  return [along(image[1], size[0]), along(image[2], size[1])];
}

/** Visits, for every output place, the cells of x in its window: `(place, cell of x, cell of window)`. */
function slide(window: Window, visit: (place: number, cell: number, tap: number) => void): void {
  const { image: [n, height, width], size: [kh, kw], stride, pad } = window;
  const [oh, ow] = windowOutput(window);
  const before = (length: number, k: number, out: number) =>
    pad === "same" ? Math.floor(Math.max((out - 1) * stride + k - length, 0) / 2) : 0;
  const top = before(height, kh, oh);
  const left = before(width, kw, ow);
  for (let place = 0; place < n * oh * ow; place++) {
    const image = Math.floor(place / (oh * ow));
    for (let tap = 0; tap < kh * kw; tap++) {
      const h = Math.floor((place % (oh * ow)) / ow) * stride + Math.floor(tap / kw) - top;
      const w = (place % ow) * stride + (tap % kw) - left;
      if (h >= 0 && h < height && w >= 0 && w < width) visit(place, (image * height + h) * width + w, tap);
    }
  }
}

/** Convolves images with `filter: [kh, kw, c, f]`: `[n, oh, ow, f]`. */
export function convolve(
  x: ArrayLike<number>,
  filter: ArrayLike<number>,
  f: number,
  window: Window,
): number[] {
  const [oh, ow] = windowOutput(window);
  const c = window.image[3];
  const out = new Array<number>(window.image[0] * oh * ow * f).fill(0);
  slide(window, (place, cell, tap) => {
    for (let i = 0; i < c * f; i++) {
      out[place * f + (i % f)]! += x[cell * c + Math.floor(i / f)]! * filter[tap * c * f + i]!;
    }
  });
  return out;
}

/** Averages over the cells of each window that are inside the image: `[n, oh, ow, c]`. */
export function averagePool(x: ArrayLike<number>, window: Window): number[] {
  const [oh, ow] = windowOutput(window);
  const c = window.image[3];
  const sums = new Array<number>(window.image[0] * oh * ow * c).fill(0);
  const counts = new Array<number>(sums.length).fill(0);
  slide(window, (place, cell) => {
    for (let j = 0; j < c; j++) {
      sums[place * c + j]! += x[cell * c + j]!;
      counts[place * c + j]!++;
    }
  });
  return sums.map((sum, i) => sum / counts[i]!);
}

/** The gradient by central differences. */
export function gradient(f: (x: number[]) => number, x: readonly number[], h: number): number[] {
  return x.map((_, j) => {
    const shifted = (step: number) => f(x.map((value, i) => i === j ? value + step : value));
    return (shifted(h) - shifted(-h)) / (2 * h);
  });
}
