// The quantile function of the g-and-k distribution, standardised, as a function of the normal quantile z:
//
//   G(z) = (1 + c tanh(g z / 2)) (1 + z²)ᵏ z,   c = 0.8
//
// For k ≥ 0 it rises for every g: of z (1 + c tanh(g z / 2)) the slope is at least 1 − 1.2 c, and
// (1 + z²)ᵏ only steepens it.

const C = 0.8;

/** G(z). */
export function gAndKQuantile(z: number, g: number, k: number): number {
  return (1 + C * Math.tanh(g * z / 2)) * (1 + z * z) ** k * z;
}

/** G′(z) > 0 for k ≥ 0. */
export function gAndKSlope(z: number, g: number, k: number): number {
  const half = g * z / 2;
  const tanh = Math.tanh(half);
  const square = z * z;
  const skewed = 1 + C * tanh;
  return (1 + square) ** k *
    (skewed * (1 + 2 * k * square / (1 + square)) + C * half * (1 - tanh * tanh));
}

/** The z with G(z) = y, for k ≥ 0, to rounding: Newton's steps, halving where one leaves the bracket. */
export function gAndKInverse(y: number, g: number, k: number): number {
  if (y === 0) return 0;
  // (1 − c) |z| ≤ |G(z)|, and both have one sign.
  let [low, high] = y > 0 ? [0, y / (1 - C)] : [y / (1 - C), 0];
  let z = Math.abs(y) < 1 ? y : Math.sign(y);
  for (let i = 0; i < 200; i++) {
    const error = gAndKQuantile(z, g, k) - y;
    if (error === 0) return z;
    if (error < 0) low = z;
    else high = z;
    const newton = z - error / gAndKSlope(z, g, k);
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - z) <= 4e-16 * Math.abs(z)) return next;
    z = next;
  }
  return z;
}
