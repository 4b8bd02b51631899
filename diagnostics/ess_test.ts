import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { drawNormal, key, stream } from "@likely/core";
import { CASES, toDraws } from "../tests/golden/arviz_diagnostics.ts";
import { essBulk, essMean, essTail } from "./ess.ts";

for (const { name, draws, ...expected } of CASES) {
  Deno.test(`effective sample sizes agree with ArviZ on "${name}"`, () => {
    assertAlmostEquals(essBulk(draws)[0]! / expected.essBulk, 1, 1e-10);
    assertAlmostEquals(essTail(draws)[0]! / expected.essTail, 1, 1e-10);
    assertAlmostEquals(essMean(draws)[0]! / expected.essMean, 1, 1e-10);
  });
}

Deno.test("effective sample sizes of a long autoregression are what theory says", () => {
  // x' = ρ x + noise is worth (1 − ρ) / (1 + ρ) of its length; 100,000 draws in a moment.
  const random = stream(key(0));
  const rho = 0.9;
  const values = new Float64Array(100_000);
  for (let t = 1; t < values.length; t++) values[t] = rho * values[t - 1]! + drawNormal(random);
  const expected = values.length * (1 - rho) / (1 + rho);
  for (const ess of [essMean, essBulk]) {
    const [value] = ess(toDraws(values, 1));
    assert(Math.abs(value! / expected - 1) < 0.1, `current ratio is ${value! / expected}`);
  }
});

Deno.test("effective sample sizes are NaN where they cannot be judged", () => {
  for (const ess of [essBulk, essTail, essMean]) {
    assertEquals(ess(toDraws([1, 2, 3], 1))[0], NaN);
    assertEquals(ess(toDraws([1, 2, NaN, 4, 5], 1))[0], NaN);
  }
});
