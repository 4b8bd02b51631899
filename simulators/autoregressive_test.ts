import { assert, assertAlmostEquals } from "@std/assert";
import { fromRows, key, multivariateNormal, points, row } from "@likely/core";
import { autoregressive } from "./autoregressive.ts";

const { prior, simulator } = autoregressive();
const SERIES = [[0.6, -0.5, 1.5], [-0.9, 0.3, 0.4], [0, 0, 1], [0.95, -0.9, 0.7]];

// The autocovariances by the Yule–Walker equations and their recursion.
function autocovariance([r1, r2, sigma]: readonly number[], lags: number): number[] {
  const [phi1, phi2] = [r1! * (1 - r2!), r2!];
  const out = [(1 - phi2) * sigma! ** 2 / ((1 + phi2) * ((1 - phi2) ** 2 - phi1 ** 2))];
  out.push(phi1 / (1 - phi2) * out[0]!);
  for (let k = 2; k < lags; k++) out.push(phi1 * out[k - 1]! + phi2 * out[k - 2]!);
  return out;
}

Deno.test("autoregressive() has the likelihood of a Gaussian with the Yule–Walker autocovariances", () => {
  const n = 500;
  for (const theta of SERIES) {
    const gamma = autocovariance(theta, n);
    const names = Array.from({ length: n }, (_, t) => `y${t}`);
    const covariance = names.map((_, s) => names.map((_, t) => gamma[Math.abs(s - t)]!));
    const x = simulator.simulate(key(1), fromRows([theta]));
    const [expected] = multivariateNormal(names, new Array(n).fill(0), covariance).logDensity(x);
    assertAlmostEquals(simulator.logLikelihood!(fromRows([theta]), x)[0]!, expected!, 1e-8);
  }
});

Deno.test("autoregressive() simulates series that are stationary from the first number on", () => {
  const n = 4000;
  for (const theta of SERIES) {
    const gamma = autocovariance(theta, 6);
    const x = simulator.simulate(key(2), fromRows(Array.from({ length: n }, () => theta)));
    for (const t of [0, 1, 2, 494]) {
      for (const lag of [0, 1, 5]) {
        let sum = 0;
        for (let i = 0; i < n; i++) sum += row(x, i)[t]! * row(x, i)[t + lag]! / n;
        // The standard error of a covariance: √((v² + c²) / n).
        assertAlmostEquals(sum, gamma[lag]!, 4.5 * Math.sqrt((gamma[0]! ** 2 + gamma[lag]! ** 2) / n));
      }
    }
  }
});

Deno.test("autoregressive() gives NaN, −∞ and 0 where no series is stationary, and never throws", () => {
  const theta = fromRows([[1, 0, 1], [0, -1.5, 1], [0, 0, 0], [NaN, 0, 1]]);
  const x = simulator.simulate(key(3), prior.sample(key(4), 4));
  assert(simulator.simulate(key(3), theta).data.every(Number.isNaN));
  assert(simulator.logLikelihood!(theta, x).every((value) => value === -Infinity));
  assert(simulator.score!(theta, points(x.data, 500)).data.every((value) => value === 0));
});
