import { assert, assertAlmostEquals, assertEquals, assertGreater } from "@std/assert";
import { influenzaCounts, key, quantile, row, summary } from "@likely/sbi";
import { inferInfluenza } from "../examples/influenza.ts";

// Means and standard deviations by Gauss-Legendre quadrature in float64.
const golden: { posterior: { mean: number[]; sd: number[] } } = JSON.parse(
  Deno.readTextFileSync(new URL("./golden/flu.json", import.meta.url)),
);

Deno.test("the influenza demo agrees with the exact posterior: means to 0.3 sd, sds to 25 %", async () => {
  const { draws, exact, replicates, artifact } = await inferInfluenza(key(1));
  const { mean, sd } = golden.posterior;
  summary(exact!).forEach((row, j) => {
    assertAlmostEquals(row.mean, mean[j]!, 4 * row.mcse, `exact mean of ${row.name}`);
    assertAlmostEquals(row.sd / sd[j]!, 1, 0.1, `exact sd of ${row.name}`);
  });
  summary(draws).forEach((row, j) => {
    assertAlmostEquals((row.mean - mean[j]!) / sd[j]!, 0, 0.3, `mean of ${row.name}, in posterior sds`);
    assertAlmostEquals(row.sd / sd[j]!, 1, 0.25, `sd of ${row.name}, as a ratio`);
  });
  assertEquals(artifact.provenance.simulations, 10_000);

  // Thirteen days in fourteen inside the central 90 % would be 12.6 expected; 10 is 2.5 sd low.
  const inside = influenzaCounts.filter((count, day) => {
    const simulated = Float64Array.from({ length: replicates.n }, (_, i) => row(replicates, i)[day]!);
    return count >= quantile(simulated, 0.05) && count <= quantile(simulated, 0.95);
  });
  assertGreater(inside.length, 9);
});

Deno.test("the stochastic form runs the same way, without a likelihood", async () => {
  const { draws, exact, history } = await inferInfluenza(key(2), {
    stochastic: true,
    simulations: 1500,
    maxEpochs: 20,
    draws: 250,
  });
  assertEquals(exact, undefined);
  assert(history.validation.at(-1)! < Math.log(2), "better than chance");
  const [beta, gamma] = summary(draws);
  // The published fit of the deterministic form: R0 = 3.2.
  assertAlmostEquals(beta!.mean / gamma!.mean, 3.2, 1.2);
});
