import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { foldIn, fromRows, key, row, split, stream } from "@likely/core";
import { fillNormals } from "./_fill_normals.ts";
import { gateTables, LOWEST, NODES_PER_MV } from "./_hh_gates.ts";
import { hodgkinHuxley } from "./hodgkin_huxley.ts";
import { hodgkinHuxleyObservations, hodgkinHuxleyTargets } from "./hodgkin_huxley_observations.ts";
import { hodgkinHuxleyRecordings } from "./hodgkin_huxley_recordings.ts";
import { hodgkinHuxleyStatistics } from "./hodgkin_huxley_statistics.ts";
import { hodgkinHuxleyVoltage } from "./hodgkin_huxley_voltage.ts";

// Without noise, from an independent integration with every exponential computed, not tabulated
// (`bench/peers/hh.c` prints the same).
const GOLDEN = [
  {
    theta: [50, 5, 0.1, 0.07, 600, 60, 0, 70],
    x: [0, -71.2431, 0.00516, -62.6072, 0.29761, -8.7262, 98.935],
  },
  {
    theta: [50, 5, 0.02, 0.05, 600, 60, 0, 75],
    x: [12, -78.3531, 0.00979, -62.2317, 128.816, 5.4348, 48.240],
  },
  {
    theta: [60, 5, 0.02, 0.02, 1000, 65, 0, 80],
    x: [23, -81.7646, 0.01308, -65.9451, 230.923, 5.0326, 34.481],
  },
  {
    theta: [40, 6, 0.01, 0.03, 1500, 70, 0, 75],
    x: [30, -80.3180, 0.08268, -70.3509, 269.565, 4.6626, 29.714],
  },
];
const NOISY = [50, 5, 0.02, 0.05, 600, 60, 0.1, 75];

Deno.test("hodgkinHuxleyVoltage() follows the reference to a millionth of a mV below threshold", () => {
  const voltage = hodgkinHuxleyVoltage(key(0), GOLDEN[0]!.theta);
  assertEquals(voltage[0], -86.78125);
  assertAlmostEquals(voltage[10_000]!, -70.625793, 1e-6);
  assertAlmostEquals(voltage[30_000]!, -62.620571, 1e-6);
  assertAlmostEquals(voltage[72_499]!, -70.752122, 1e-6);
});

Deno.test("hodgkinHuxley() has the reference's spikes, and its moments as far as they are printed", () => {
  const theta = fromRows(GOLDEN.map((golden) => golden.theta));
  const x = hodgkinHuxley().simulator.simulate(key(0), theta);
  GOLDEN.forEach((golden, i) => {
    const [count, ...moments] = row(x, i);
    assertEquals(count, golden.x[0]);
    // Five digits are printed, of the second number three.
    moments.forEach((value, j) => {
      const expected = golden.x[j + 1]!;
      assertAlmostEquals(value, expected, Math.max(2e-5 * Math.abs(expected), 6e-6), `row ${i}, ${j + 1}`);
    });
  });
});

Deno.test("hodgkinHuxleyVoltage() is the trace behind a row of the simulator", () => {
  const { prior, simulator } = hodgkinHuxley();
  const [forTheta, forX] = split(key(1), 2);
  const theta = prior.sample(forTheta, 3);
  const x = simulator.simulate(forX, theta);
  for (let i = 0; i < 3; i++) {
    const voltage = hodgkinHuxleyVoltage(foldIn(forX, i), row(theta, i));
    assertEquals(hodgkinHuxleyStatistics(voltage), row(x, i));
  }
});

Deno.test("hodgkinHuxleyVoltage() has the noise that theory gives a passive membrane", () => {
  // One conductance only: V is an autoregression, exp(−g dt) a step, about the leak.
  const [g, sigma, dt] = [5, 0.15, 0.02];
  const voltage = hodgkinHuxleyVoltage(key(2), [0, 0, g, 0, 600, 60, sigma, 70]);
  const rest = voltage.subarray(500, 10_250);
  const mean = rest.reduce((a, b) => a + b) / rest.length;
  const variance = rest.reduce((a, v) => a + (v - mean) ** 2, 0) / rest.length;
  const expected = sigma ** 2 * Math.tanh(g * dt / 2) / (dt * g ** 2);
  // 195 ms hold 195 g / 2 independent voltages, and twice as many squares: four standard errors.
  const independent = rest.length * dt * g / 2;
  assertAlmostEquals(mean, -70, 4 * Math.sqrt(expected / independent));
  assertAlmostEquals(variance / expected, 1, 4 * Math.sqrt(2 / (2 * independent)));
});

Deno.test("hodgkinHuxleyVoltage() is NaN where θ makes no sense, and the row has failed", () => {
  for (const [j, value] of [[0, -1], [4, 0], [6, -0.1], [2, NaN]] as const) {
    const voltage = hodgkinHuxleyVoltage(key(0), NOISY.with(j, value));
    assert(voltage.every(Number.isNaN), `parameter ${j}`);
    assert(hodgkinHuxleyStatistics(voltage).slice(1).every(Number.isNaN));
  }
  assertThrows(() => hodgkinHuxleyVoltage(key(0), [1, 2]), TypeError, "must have length 8");
});

Deno.test("hodgkinHuxleyStatistics() counts peaks above −10 mV under current, half a millisecond apart", () => {
  const voltage = new Float64Array(72_500).fill(-70);
  const peak = (at: number, height: number) => voltage.set([height - 5, height, height - 5], at - 1);
  peak(5_000, 20); // before the current
  peak(20_000, 20);
  peak(20_020, 20); // 0.4 ms later
  peak(30_000, 20);
  peak(30_030, 20); // 0.6 ms later
  peak(40_000, -8); // rises from below the threshold: no spike
  peak(61_000, 20); // after the current
  assertEquals(hodgkinHuxleyStatistics(voltage)[0], 3);
});

Deno.test("hodgkinHuxleyStatistics() has the moments of a trace in closed form", () => {
  // 205 ms at −80 ± 1 mV, then a square wave: a quarter of the time at −50 mV, the rest at −70 mV.
  const voltage = Float64Array.from(
    { length: 72_500 },
    (_, i) => i < 10_250 ? -80 + (i % 2 ? 1 : -1) : i % 4 ? -70 : -50,
  );
  const [count, rest, restSd, mean, variance, skewness, kurtosis] = hodgkinHuxleyStatistics(voltage);
  assertEquals(count, 0);
  assertAlmostEquals(rest!, -80, 1e-9);
  // The last tenth has an odd number of samples.
  assertAlmostEquals(restSd!, 1, 1e-5);
  // Bernoulli(1/4) times 20; 49,998 samples do not divide by four.
  assertAlmostEquals(mean!, -65, 1e-3);
  assertAlmostEquals(variance!, 75, 1e-2);
  assertAlmostEquals(skewness!, 2 / Math.sqrt(3), 1e-3);
  assertAlmostEquals(kurtosis!, 1 + 4 / 3, 1e-3);
  assertThrows(() => hodgkinHuxleyStatistics(new Float64Array(10)), TypeError, "must have length 72500");
});

Deno.test("the gates' tables hold no gap where a rate is 0 / 0", () => {
  const { mhn, p } = gateTables();
  assert(mhn.every((value) => value >= 0 && value <= 1));
  assert(p.every((value) => value >= 0));
  // Gate n at w = 15: α = 0.032 · 1 / 0.2, β = 0.5 e^{−1/8}.
  const [alpha, beta] = [0.16, 0.5 * Math.exp(-1 / 8)];
  const node = (15 - LOWEST) * NODES_PER_MV;
  assertAlmostEquals(mhn[6 * node + 4]!, alpha / (alpha + beta), 1e-12);
  assertAlmostEquals(mhn[6 * node + 5]!, Math.exp(-0.02 * (alpha + beta)), 1e-12);
});

Deno.test("fillNormals() has the moments of a standard normal, and neighbours do not know each other", () => {
  const z = new Float64Array(200_001);
  fillNormals(stream(key(4)), z);
  const n = z.length;
  const mean = (f: (v: number, i: number) => number) => z.reduce((sum, v, i) => sum + f(v, i), 0) / n;
  // Five standard errors; var zᵏ = (2k − 1)!! − ((k − 1)!!)² for even k.
  assertAlmostEquals(mean((v) => v), 0, 5 / Math.sqrt(n));
  assertAlmostEquals(mean((v) => v ** 2), 1, 5 * Math.sqrt(2 / n));
  assertAlmostEquals(mean((v) => v ** 3), 0, 5 * Math.sqrt(15 / n));
  assertAlmostEquals(mean((v) => v ** 4), 3, 5 * Math.sqrt(96 / n));
  assertAlmostEquals(mean((v, i) => i > 0 ? v * z[i - 1]! : 0), 0, 5 / Math.sqrt(n));
  assertAlmostEquals(mean((v, i) => i > 0 ? (v * z[i - 1]!) ** 2 : 1), 1, 5 * Math.sqrt(8 / n));
});

Deno.test("hodgkinHuxleyObservations() fire moderately, and a longer list begins with the shorter", () => {
  const two = hodgkinHuxleyObservations(key(5), 2);
  assertEquals(hodgkinHuxleyTargets(two.x).n, 2);
  assertEquals(hodgkinHuxleyObservations(key(5), 1).theta.data, two.theta.data.slice(0, 8));
});

Deno.test("the ten recordings fire moderately too, and the first one is what the task observed", () => {
  const x = fromRows(hodgkinHuxleyRecordings.map(({ statistics }) => statistics));
  assertEquals([x.n, x.dim, hodgkinHuxleyTargets(x).n], [10, 7, 10]);
  assertEquals([...hodgkinHuxley().observation!], hodgkinHuxleyRecordings[0]!.statistics);
});
