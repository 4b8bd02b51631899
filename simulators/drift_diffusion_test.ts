import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fromRows, key, type Points, points, row } from "@likely/core";
import { logPassage } from "./_first_passage.ts";
import { driftDiffusion, driftDiffusionTrials } from "./drift_diffusion.ts";

const { simulator } = driftDiffusion();
const PEOPLE = [[1.5, 1.2, 0.4, 0.25], [-2.8, 0.5, 0.7, 0.1], [0, 2.5, 0.3, 0.5], [-0.6, 2, 0.5, 0.3]];

// The textbook series with many terms, small and large times.
function naive(u: number, w: number): [number, number] {
  let [small, large] = [0, 0];
  for (let k = -60; k <= 60; k++) small += (w + 2 * k) * Math.exp(-((w + 2 * k) ** 2) / (2 * u));
  for (let k = 1; k <= 400; k++) {
    large += k * Math.exp(-k * k * Math.PI ** 2 * u / 2) * Math.sin(k * Math.PI * w);
  }
  return [small / Math.sqrt(2 * Math.PI * u ** 3), Math.PI * large];
}

Deno.test("logPassage() is the logarithm of both series, wherever they are taken", () => {
  for (const w of [0.1, 0.3, 0.5, 0.7, 0.9]) {
    for (const u of [0.02, 0.1, 0.39, 0.3999999, 0.4, 0.6, 1, 3]) {
      const [small, large] = naive(u, w);
      const value = Math.exp(logPassage(u, w).log);
      // Above, the series for small times cancels, and below that for large ones.
      if (u < 0.8) assertAlmostEquals(value / small, 1, 1e-12);
      if (u > 0.3) assertAlmostEquals(value / large, 1, 1e-12);
    }
  }
});

Deno.test("logPassage() has no seam where the series change, in slopes either", () => {
  for (const w of [0.1, 0.5, 0.9]) {
    const [below, above] = [logPassage(0.4 - 1e-12, w), logPassage(0.4, w)];
    assertAlmostEquals(below.log, above.log, 1e-10);
    assertAlmostEquals(below.byTime, above.byTime, 1e-9);
    assertAlmostEquals(below.byStart, above.byStart, 1e-9);
  }
});

// Log densities of one choice at the middles of cells of a time.
function curve(theta: readonly number[], choice: number, times: Float64Array): Float64Array {
  const x = fromRows(Array.from(times, (time) => [choice, time]));
  return simulator.logLikelihood!(fromRows(Array.from(times, () => theta)), x).map(Math.exp);
}

const CELLS = 20_000;
const WIDTH = 30 / CELLS;
const MIDDLES = Float64Array.from({ length: CELLS }, (_, i) => (i + 0.5) * WIDTH);

// The chance of the upper boundary, in closed form.
function chanceUp([v, a, w]: readonly number[]): number {
  return v === 0 ? w! : Math.expm1(-2 * v! * a! * w!) / Math.expm1(-2 * v! * a!);
}

Deno.test("driftDiffusion() has a likelihood of total 1, and of each choice its chance", () => {
  for (const theta of PEOPLE) {
    const mass = [0, 1].map((choice) => WIDTH * curve(theta, choice, MIDDLES).reduce((a, b) => a + b));
    assertAlmostEquals(mass[1]!, chanceUp(theta), 1e-4);
    assertAlmostEquals(mass[0]! + mass[1]!, 1, 1e-4);
  }
});

Deno.test("driftDiffusion() answers as often and as fast as its likelihood says", () => {
  const n = 20_000;
  for (const theta of PEOPLE) {
    const x = driftDiffusionTrials(key(1), theta, n);
    const p = chanceUp(theta);
    for (const choice of [0, 1]) {
      const times = timesOf(x, choice);
      const chance = choice === 1 ? p : 1 - p;
      assertAlmostEquals(times.length / n, chance, 4 * Math.sqrt(p * (1 - p) / n));
      const density = curve(theta, choice, MIDDLES);
      // Kolmogorov's limit: beyond 2 with probability 7e-4.
      const gap = kolmogorov(times, density.map((value) => value * WIDTH / chance));
      assert(gap < 2, `${theta}, choice ${choice}: ${gap}`);
      if (theta[0] !== 0) continue;
      // A tenth of a second earlier, and the check fails.
      assert(kolmogorov(times.map((t) => t - 0.1), density.map((v) => v * WIDTH / chance)) > 2);
    }
  }
});

function timesOf(x: Points, choice: number): Float64Array {
  const rows = Array.from({ length: x.n }, (_, i) => row(x, i));
  return Float64Array.from(rows.filter((at) => at[0] === choice), (at) => at[1]!);
}

// √n times the largest gap between sorted times and the running sum of the masses of cells.
function kolmogorov(times: Float64Array, masses: Float64Array): number {
  const seen = new Float64Array(CELLS);
  for (const time of times) seen[Math.min(CELLS - 1, Math.floor(time / WIDTH))]! += 1 / times.length;
  let [sum, gap] = [0, 0];
  masses.forEach((mass, c) => {
    sum += seen[c]! - mass;
    gap = Math.max(gap, Math.abs(sum));
  });
  return Math.sqrt(times.length) * gap;
}

Deno.test("driftDiffusion() with several trials is their sum", () => {
  const several = driftDiffusion({ trials: 200 }).simulator;
  const theta = fromRows([PEOPLE[0]!]);
  const x = several.simulate(key(2), theta);
  const rows = points(x.data, 2);
  const repeated = fromRows(Array.from({ length: 200 }, () => PEOPLE[0]!));
  const total = simulator.logLikelihood!(repeated, rows).reduce((a, b) => a + b);
  assertAlmostEquals(several.logLikelihood!(theta, x)[0]!, total, 1e-9);
  const scores = simulator.score!(repeated, rows);
  several.score!(theta, x).data.forEach((value, j) => {
    const sum = scores.data.reduce((s, v, i) => i % 4 === j ? s + v : s, 0);
    assertAlmostEquals(value, sum, 1e-9);
  });
});

Deno.test("driftDiffusion() has −∞ and 0 before the delay and outside its range, and never throws", () => {
  const theta = fromRows([PEOPLE[0]!, PEOPLE[0]!, [1, -1, 0.5, 0.2], [1, 1, 1.5, 0.2], [NaN, 1, 0.5, 0.2]]);
  const x = fromRows([[1, 0.2], [0.5, 1], [1, 1], [1, 1], [1, 1]]);
  assertEquals([...simulator.logLikelihood!(theta, x).slice(0, 4)], [
    -Infinity,
    -Infinity,
    -Infinity,
    -Infinity,
  ]);
  assert(simulator.score!(theta, x).data.slice(0, 16).every((value) => value === 0));
  assert(simulator.simulate(key(3), theta).data.slice(4).every(Number.isNaN));
  assertThrows(() => driftDiffusion({ trials: 0 }), RangeError, "trials");
  assertThrows(() => driftDiffusionTrials(key(0), [1]), TypeError, "theta must have length 4");
});
