import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { fromRows, key, points, row } from "@likely/core";
import golden from "../tests/golden/flu.json" with { type: "json" };
import { DAYS, sirTrajectory } from "./_sir.ts";
import { xToCounts } from "./influenza_counts.ts";
import { stochasticInfluenza } from "./stochastic_influenza.ts";

const { simulator, prior } = stochasticInfluenza();

// Counts of `n` epidemics, `[n][DAYS]`.
function epidemics(seed: number, theta: number[], n: number): Float64Array[] {
  const x = simulator.simulate(
    key(seed),
    points(Float64Array.from({ length: 3 * n }, (_, i) => theta[i % 3]!), 3),
  );
  return Array.from({ length: n }, (_, i) => xToCounts(row(x, i)));
}

function average(rows: Float64Array[], f: (row: Float64Array) => number): { mean: number; error: number } {
  const values = rows.map(f);
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1);
  return { mean, error: Math.sqrt(variance / values.length) };
}

Deno.test("stochasticInfluenza() has the moments of its master equation on days 1 and 2", () => {
  const rows = epidemics(20, golden.jumps.theta, 6000);
  golden.jumps.days.forEach(({ mean, meanSquare, zero }, t) => {
    const close = (f: (y: number) => number, expected: number) => {
      const got = average(rows, (counts) => f(counts[t]!));
      assertAlmostEquals(got.mean, expected, 4.5 * got.error);
    };
    close((y) => y, mean);
    close((y) => y * y, meanSquare);
    close((y) => Number(y === 0), zero);
  });
});

Deno.test("stochasticInfluenza() without infection is one boy recovering", () => {
  const rows = epidemics(21, [0, 0.3, 0.1], 10_000);
  for (const t of [0, 4, 13]) {
    const { mean, error } = average(rows, (counts) => counts[t]!);
    assertAlmostEquals(mean, Math.exp(-0.3 * (t + 1)), 4.5 * error);
  }
});

Deno.test("stochasticInfluenza() dies out about as often as γ/β, and else reaches most of the school", () => {
  const rows = epidemics(22, [2, 0.5, 0.01], 1000);
  const late = average(rows, (counts) => Number(counts.reduce((a, b) => a + b) < 60));
  // In a school without end the chance is exactly γ/β; here it differs by the order of 1/N.
  assertAlmostEquals(late.mean, 0.25, 4.5 * late.error + 1 / 763);
  const alive = rows.filter((counts) => counts.reduce((a, b) => a + b) > 60);
  const peak = Math.max(
    ...Array.from({ length: DAYS }, (_, t) => sirTrajectory({ beta: 2, gamma: 0.5 }).data[2 * t + 1]!),
  );
  const { mean } = average(alive, (counts) => Math.log(Math.max(...counts)));
  assertAlmostEquals(mean, peak, 0.15);
});

Deno.test("stochasticInfluenza() gives NaN where a rate makes no sense", () => {
  const x = simulator.simulate(key(23), fromRows([[NaN, 0.5, 0.1], [2, 0, 0.1], [2, 0.5, Infinity]]));
  assert(x.data.every(Number.isNaN));
});

Deno.test("stochasticInfluenza() has the parameters of influenza() and no likelihood", () => {
  assertEquals(prior.names, ["beta", "gamma", "phi_inv"]);
  assertEquals([simulator.logLikelihood, simulator.score], [undefined, undefined]);
});
