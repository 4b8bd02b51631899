import { assertAlmostEquals } from "@std/assert";
import { fromRows, key, points, split } from "@likely/core";
import { slcp } from "./slcp.ts";

const { prior, simulator } = slcp();
const THETA = [0.7, -2.9, -1.2, 0.9, 0.6];

// Both variances and the covariance, straight from the definition.
function moments(theta: ArrayLike<number>): [number, number, number] {
  const [a, b] = [theta[2]! ** 2, theta[3]! ** 2];
  return [a * a + 1e-6, b * b + 1e-6, Math.tanh(theta[4]!) * a * b];
}

Deno.test("slcp() draws points with the mean and covariance of its definition", () => {
  const n = 10_000;
  const theta = points(Float64Array.from({ length: 5 * n }, (_, i) => THETA[i % 5]!), 5);
  const p = points(simulator.simulate(key(10), theta).data, 2);
  const mean = (f: (u: number, v: number) => number) => {
    let sum = 0;
    for (let i = 0; i < p.n; i++) sum += f(p.data[2 * i]! - THETA[0]!, p.data[2 * i + 1]! - THETA[1]!);
    return sum / p.n;
  };
  const [s11, s22, s12] = moments(THETA);
  const within = (variance: number) => 4.5 * Math.sqrt(variance / p.n);
  assertAlmostEquals(mean((u) => u), 0, within(s11));
  assertAlmostEquals(mean((_, v) => v), 0, within(s22));
  assertAlmostEquals(mean((u) => u * u), s11, within(2 * s11 * s11));
  assertAlmostEquals(mean((_, v) => v * v), s22, within(2 * s22 * s22));
  assertAlmostEquals(mean((u, v) => u * v), s12, within(s11 * s22 + s12 * s12));
});

Deno.test("slcp() has the likelihood of x given by one coordinate after the other", () => {
  const [forTheta, forX] = split(key(11), 2);
  const theta = prior.sample(forTheta, 50);
  const x = simulator.simulate(forX, theta);
  const logs = simulator.logLikelihood!(theta, x);
  const logNormal = (d: number, v: number) => -(Math.log(2 * Math.PI * v) + d * d / v) / 2;
  for (let i = 0; i < theta.n; i++) {
    const t = theta.data.subarray(5 * i, 5 * i + 5);
    const [s11, s22, s12] = moments(t);
    let expected = 0;
    for (let j = 0; j < 8; j += 2) {
      const [u, v] = [x.data[8 * i + j]! - t[0]!, x.data[8 * i + j + 1]! - t[1]!];
      expected += logNormal(u, s11) + logNormal(v - s12 / s11 * u, s22 - s12 * s12 / s11);
    }
    assertAlmostEquals(logs[i]!, expected, 1e-8 * Math.max(1, Math.abs(expected)));
  }
});

Deno.test("slcp() cannot tell the signs of theta3 and theta4", () => {
  const signs = [[1, 1], [1, -1], [-1, 1], [-1, -1]];
  const theta = fromRows(signs.map(([a, b]) => [0.7, -2.9, a! * 1.2, b! * 0.9, 0.6]));
  const x = fromRows(signs.map(() => [0, -3, 1, -2, 0.5, -2.5, 2, -3.5]));
  const logs = simulator.logLikelihood!(theta, x);
  for (const value of logs) assertAlmostEquals(value, logs[0]!, 1e-12);
});
