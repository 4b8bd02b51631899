// When a Brownian motion with drift z that starts at 0 first leaves (−1, 1), drawn exactly.
//
// Density: cosh(z) exp(−z² t / 2) Σₙ (−1)ⁿ aₙ(t). The pieces aₙ decrease, so partial sums enclose the series,
// and a proposal under a₀ is accepted or refused after a few. Time is independent of the side.
//
// Source: Devroye (2009), "On exact simulation algorithms for some distributions related to Jacobi theta
// functions"; with drift Polson, Scott & Windle (2013), "Bayesian inference for logistic models using
// Pólya–Gamma latent variables", https://arxiv.org/abs/1205.0310.

import { drawExponential, drawNormal, normalCdf, type Stream } from "@likely/core";

// Where the proposal goes over from inverse Gaussian to exponential.
const JOINT = 0.64;

/** Draws the time of exit, for a drift ≥ 0. */
export function drawExitTime(random: Stream, drift: number): number {
  const rate = Math.PI ** 2 / 8 + drift * drift / 2;
  const late = Math.PI / (2 * rate) * Math.exp(-rate * JOINT);
  const isLate = late / (late + earlyMass(drift));
  for (;;) {
    const t = random.uniform() < isLate ? JOINT + drawExponential(random, rate) : drawEarly(random, drift);
    if (isAccepted(random, t)) return t;
  }
}

/** The mass of `cosh(z) exp(−z² t / 2) a₀(t)` before the joint, on the scale of the late one. */
function earlyMass(drift: number): number {
  const root = Math.sqrt(JOINT);
  return 2 * (Math.exp(-drift) * normalCdf((JOINT * drift - 1) / root) +
    Math.exp(drift) * normalCdf(-(JOINT * drift + 1) / root));
}

/** Von Neumann's alternating series: u a₀ is below the sum, or above it. */
function isAccepted(random: Stream, t: number): boolean {
  let sum = piece(0, t);
  const level = random.uniform() * sum;
  for (let n = 1;; n++) {
    if (n % 2 === 1) {
      sum -= piece(n, t);
      if (level <= sum) return true;
    } else {
      sum += piece(n, t);
      if (level > sum) return false;
    }
  }
}

function piece(n: number, t: number): number {
  const k = n + 0.5;
  if (t > JOINT) return Math.PI * k * Math.exp(-k * k * Math.PI ** 2 * t / 2);
  return Math.PI * k * (2 / (Math.PI * t)) ** 1.5 * Math.exp(-2 * k * k / t);
}

/** An inverse Gaussian of mean 1 / drift and shape 1, before the joint. */
function drawEarly(random: Stream, drift: number): number {
  if (drift * JOINT < 1) return drawEarlySlow(random, drift);
  for (;;) {
    const t = drawInverseGaussian(random, 1 / drift);
    if (t < JOINT) return t;
  }
}

/** The same where most of it lies beyond: a scaled inverse chi-square, cut, and thinned by the drift. */
function drawEarlySlow(random: Stream, drift: number): number {
  for (;;) {
    const [e, f] = [drawExponential(random), drawExponential(random)];
    if (e * e > 2 * f / JOINT) continue;
    const t = JOINT / (1 + JOINT * e) ** 2;
    if (random.uniform() < Math.exp(-drift * drift * t / 2)) return t;
  }
}

// Michael, Schucany & Haas (1976), shape 1.
function drawInverseGaussian(random: Stream, mean: number): number {
  const y = mean * drawNormal(random) ** 2;
  const t = mean * (1 + (y - Math.sqrt(y * (4 + y))) / 2);
  return random.uniform() * (mean + t) <= mean ? t : mean * mean / t;
}
