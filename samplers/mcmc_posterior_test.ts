import { assert, assertEquals } from "@std/assert";
import { fromRows, independent, key, normal, numericDensity, posteriorDensity } from "@likely/core";
import { mcmcPosterior } from "./mcmc_posterior.ts";

const prior = independent({ mu: normal(0, 1) });
const target = posteriorDensity(prior, numericDensity("one datum at 2", 1, ([mu]) => -0.5 * (mu! - 2) ** 2));

Deno.test("mcmcPosterior() draws never fewer rows than asked for, in whole chains", async () => {
  const draws = await mcmcPosterior(target, prior, { chains: 3, warmup: 10 }).sample(key(0), 10);
  assertEquals([draws.chains, draws.length, draws.values.length, draws.names], [3, 4, 12, ["mu"]]);
  const placed = mcmcPosterior(target, prior, { position: fromRows([[0], [1]]), warmup: 10 });
  assertEquals((await placed.sample(key(0), 10)).length, 5);
});

Deno.test("mcmcPosterior() finds the conjugate posterior", async () => {
  // N(1, 1/2); 4,000 nearly independent draws: a standard error is 0.011.
  const { values } = await mcmcPosterior(target, prior).sample(key(1), 4000);
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((total, v) => total + (v - mean) ** 2, 0) / values.length;
  assert(Math.abs(mean - 1) < 0.045 && Math.abs(variance - 0.5) < 0.08, `${mean} ${variance}`);
});

Deno.test("mcmcPosterior() gives the target's log density", () => {
  const theta = fromRows([[0], [1]]);
  assertEquals(mcmcPosterior(target, prior).logDensity!(theta), target.evaluate(theta).value);
});
