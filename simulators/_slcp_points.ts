// What the two SLCP tasks share: four points of a Gaussian in the plane.

import { drawNormal, independent, type Prior, type SimulatorDefinition, uniform } from "@likely/core";

/** How many points. */
export const POINTS = 4;
// The benchmark adds this to both variances.
const JITTER = 1e-6;

/** U[−3, 3]⁵. */
export function slcpPrior(): Prior {
  const side = () => uniform(-3, 3);
  return independent({ theta1: side(), theta2: side(), theta3: side(), theta4: side(), theta5: side() });
}

/** The row `(p₁ₓ, p₁ᵧ, …, p₄ₓ, p₄ᵧ)`, its exact log-likelihood and score. */
export const slcpPoints: Required<Pick<SimulatorDefinition, "simulate" | "logLikelihood" | "score">> = {
  simulate: (random, theta) => {
    const { s11, s12, det } = covariance(theta);
    return Array.from({ length: POINTS }, () => {
      const z = drawNormal(random);
      const across = Math.sqrt(det / s11) * drawNormal(random);
      return [theta[0]! + Math.sqrt(s11) * z, theta[1]! + s12 / Math.sqrt(s11) * z + across];
    }).flat();
  },
  logLikelihood,
  score,
};

interface Covariance {
  readonly s11: number;
  readonly s22: number;
  readonly s12: number;
  readonly det: number;
}

function covariance(theta: Float64Array): Covariance {
  const a = theta[2]! ** 2;
  const b = theta[3]! ** 2;
  const s12 = Math.tanh(theta[4]!) * a * b;
  // S₁₁ S₂₂ − S₁₂² without its cancellation at strong correlation: 1 − tanh² = 1 / cosh².
  const det = (a * b / Math.cosh(theta[4]!)) ** 2 + JITTER * (a * a + b * b) + JITTER ** 2;
  return { s11: a * a + JITTER, s22: b * b + JITTER, s12, det };
}

function logLikelihood(theta: Float64Array, x: Float64Array): number {
  const { s11, s22, s12, det } = covariance(theta);
  let distance = 0;
  for (let i = 0; i < POINTS; i++) {
    const u = x[2 * i]! - theta[0]!;
    const v = x[2 * i + 1]! - theta[1]!;
    distance += (s22 * u * u - 2 * s12 * u * v + s11 * v * v) / det;
  }
  return -POINTS * (Math.log(2 * Math.PI) + Math.log(det) / 2) - distance / 2;
}

// With w = S⁻¹ (p − m): ∂m log p = Σ w, and ∂S log p = G = ½ Σ (w wᵀ − S⁻¹), taken on through
// S₁₁, S₂₂ and (twice, for S is symmetric) S₁₂.
function score(theta: Float64Array, x: Float64Array): Float64Array {
  const { s11, s22, s12, det } = covariance(theta);
  const g = { s11: -POINTS * s22 / det, s22: -POINTS * s11 / det, s12: POINTS * s12 / det };
  const out = new Float64Array(5);
  for (let i = 0; i < POINTS; i++) {
    const u = x[2 * i]! - theta[0]!;
    const v = x[2 * i + 1]! - theta[1]!;
    const w1 = (s22 * u - s12 * v) / det;
    const w2 = (s11 * v - s12 * u) / det;
    out[0]! += w1;
    out[1]! += w2;
    g.s11 += w1 * w1;
    g.s22 += w2 * w2;
    g.s12 += w1 * w2;
  }
  const [t3, t4] = [theta[2]!, theta[3]!];
  const rho = Math.tanh(theta[4]!);
  // The factor ½ of G meets the 2 of S₁₂, and the 4 t³ of t⁴.
  out[2] = 2 * t3 ** 3 * g.s11 + 2 * rho * t3 * t4 ** 2 * g.s12;
  out[3] = 2 * t4 ** 3 * g.s22 + 2 * rho * t4 * t3 ** 2 * g.s12;
  out[4] = (1 - rho * rho) * t3 ** 2 * t4 ** 2 * g.s12;
  return out;
}
