/** Nodes and weights of a quadrature. */
export interface Quadrature {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/**
 * The nodes > 0 of the n-point Gauss–Hermite rule for a standard normal z, n even, and twice
 * their weights: `E f(z) ≈ Σ weightᵢ f(nodeᵢ)` for even f. Weights add up to 1.
 *
 * Source: Newton's method on the Hermite functions, with the starting values of Press et al.,
 * "Numerical recipes", section 4.6.
 */
export function gaussHermite(n: number): Quadrature {
  const half = n / 2;
  const [nodes, weights] = [new Float64Array(half), new Float64Array(half)];
  let z = 0;
  for (let i = 0; i < half; i++) {
    // In the variable of exp(−z²), largest node first.
    if (i === 0) z = Math.sqrt(2 * n + 1) - 1.85575 * (2 * n + 1) ** (-1 / 6);
    else if (i === 1) z -= 1.14 * n ** 0.426 / z;
    else if (i === 2) z = 1.86 * z - 0.86 * nodes[0]! / Math.SQRT2;
    else if (i === 3) z = 1.91 * z - 0.91 * nodes[1]! / Math.SQRT2;
    else z = 2 * z - nodes[i - 2]! / Math.SQRT2;
    let slope = 0;
    for (let step = Infinity; Math.abs(step) > 1e-14;) {
      const { value, before } = hermite(n, z);
      slope = Math.sqrt(2 * n) * before;
      step = value / slope;
      z -= step;
    }
    nodes[i] = z * Math.SQRT2;
    weights[i] = 4 / (slope * slope * Math.sqrt(Math.PI));
  }
  return { nodes, weights };
}

/** The n-th orthonormal Hermite polynomial at z, and the one before it. */
function hermite(n: number, z: number): { readonly value: number; readonly before: number } {
  let [before, value] = [0, Math.PI ** -0.25];
  for (let j = 0; j < n; j++) {
    [before, value] = [value, z * Math.sqrt(2 / (j + 1)) * value - Math.sqrt(j / (j + 1)) * before];
  }
  return { value, before };
}
