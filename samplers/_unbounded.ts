import {
  constrain,
  type Evaluation,
  logAbsDetJacobian,
  type LogDensity,
  type Points,
  type Support,
  zeros,
} from "@likely/core";

// Balances truncation against rounding for central differences in float64.
const STEP = 6e-6;

/**
 * A function of θ as a function of unconstrained z, without the log-Jacobian: its peaks are
 * those of θ. Where the target gives no gradient, one is made by central differences.
 */
export function unbounded(target: LogDensity, support: Support): LogDensity {
  return {
    name: target.name,
    dim: target.dim,
    evaluate: (z) => {
      const { value, grad } = target.evaluate(constrain(support, z));
      return { value, grad: grad ? chained(support, z, grad) : differences(target, support, z) };
    },
  };
}

function chained(support: Support, z: Points, grad: Float64Array): Float64Array {
  return grad.map((g, k) => {
    const interval = support[k % z.dim]!;
    const slope = Math.exp(
      logAbsDetJacobian([interval], { data: z.data.subarray(k, k + 1), n: 1, dim: 1 })[0]!,
    );
    const isFalling = interval.low === -Infinity && interval.high < Infinity;
    const product = (isFalling ? -g : g) * slope;
    return Number.isFinite(product) ? product : 0;
  });
}

/** All shifted points in one call. */
function differences(target: LogDensity, support: Support, z: Points): NonNullable<Evaluation["grad"]> {
  const { n, dim } = z;
  const shifted = zeros(2 * n * dim, dim);
  const step = z.data.map((v) => STEP * Math.max(1, Math.abs(v)));
  for (let k = 0; k < n * dim; k++) {
    const [i, j] = [Math.floor(k / dim), k % dim];
    for (const [side, sign] of [1, -1].entries()) {
      const at = (2 * k + side) * dim;
      shifted.data.set(z.data.subarray(i * dim, (i + 1) * dim), at);
      shifted.data[at + j]! += sign * step[k]!;
    }
  }
  const { value } = target.evaluate(constrain(support, shifted), { gradient: false });
  return step.map((h, k) => {
    const slope = (value[2 * k]! - value[2 * k + 1]!) / (2 * h);
    return Number.isFinite(slope) ? slope : 0;
  });
}
