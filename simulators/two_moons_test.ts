import { assert, assertAlmostEquals } from "@std/assert";
import { fromRows, key, points, row } from "@likely/core";
import { twoMoons } from "./two_moons.ts";

const THETA = [0.3, -0.1] as const;
const CENTRE = [0.25 - 0.2 / Math.SQRT2, -0.4 / Math.SQRT2] as const;
const { simulator } = twoMoons();

function repeated(n: number) {
  return points(Float64Array.from({ length: 2 * n }, (_, i) => THETA[i % 2]!), 2);
}

Deno.test("twoMoons() has a likelihood that integrates to 1 over x", () => {
  // The midpoint rule; the jump at q₁ = 0 falls between cells.
  const h = 5e-4;
  const cells = Array.from({ length: 360 * 640 }, (_, c) => [
    CENTRE[0] + ((c % 360) - 40 + 0.5) * h,
    CENTRE[1] + (Math.floor(c / 360) - 320 + 0.5) * h,
  ]);
  const logs = simulator.logLikelihood!(repeated(cells.length), fromRows(cells));
  const total = logs.reduce((sum, value) => sum + Math.exp(value), 0) * h * h;
  assertAlmostEquals(total, 1, 1e-5);
});

Deno.test("twoMoons() simulates what its likelihood says: radius, angle and the mean of −log p", () => {
  const n = 20_000;
  const theta = repeated(n);
  const x = simulator.simulate(key(8), theta);
  const q = Array.from({ length: n }, (_, i) => [row(x, i)[0]! - CENTRE[0], row(x, i)[1]! - CENTRE[1]]);
  const mean = (values: number[]) => values.reduce((a, b) => a + b) / n;
  assert(q.every(([q1]) => q1! > 0));
  // Standard errors: 0.01/√n; sd(q₂²) ≈ 0.1²·√(1/8); sd(q₁) ≈ 0.1·√(½ − 4/π²).
  assertAlmostEquals(mean(q.map(([a, b]) => Math.hypot(a!, b!))), 0.1, 4.5 * 0.01 / Math.sqrt(n));
  assertAlmostEquals(mean(q.map(([a]) => a!)), 0.2 / Math.PI, 4.5 * 0.031 / Math.sqrt(n));
  assertAlmostEquals(mean(q.map(([, b]) => b! * b!)), 0.0101 / 2, 4.5 * 0.0037 / Math.sqrt(n));
  // Entropy: ½ log(2πe σ²) + log π + E log r, with E log r ≈ log 0.1 − σ²/(2·0.1²); sd ≈ 0.72.
  const entropy = Math.log(0.01 * Math.sqrt(2 * Math.PI * Math.E)) + Math.log(Math.PI * 0.1) - 0.00503;
  assertAlmostEquals(-mean([...simulator.logLikelihood!(theta, x)]), entropy, 4.5 * 0.72 / Math.sqrt(n));
});

Deno.test("twoMoons() has the mean score that the moving jump leaves", () => {
  const n = 40_000;
  const theta = repeated(n);
  const score = simulator.score!(theta, simulator.simulate(key(9), theta));
  // Along (1, 1)/√2 the score is ∂ log p/∂q₁, of mean −(2/π) E[1/r] and sd 100/√2.
  const along = Array.from(
    { length: n },
    (_, i) => (score.data[2 * i]! + score.data[2 * i + 1]!) / Math.SQRT2,
  );
  const mean = along.reduce((a, b) => a + b) / n;
  assertAlmostEquals(mean, -(2 / Math.PI) * 10.103, 4.5 * 71 / Math.sqrt(n));
});

Deno.test("twoMoons() is finite where nothing should ever land", () => {
  const theta = fromRows([THETA, THETA, THETA]);
  const x = fromRows([CENTRE, [CENTRE[0] - 0.1, CENTRE[1]], [5, 5]]);
  assert(simulator.logLikelihood!(theta, x).every(Number.isFinite));
  assert(simulator.score!(theta, x).data.every((value) => !Number.isNaN(value)));
});
