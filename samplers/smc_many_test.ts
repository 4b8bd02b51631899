import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { independent, key, logNormal, normal, numericDensity, split, uniform } from "@likely/core";
import { smcMany } from "./smc_many.ts";
import { stackTargets } from "./stack_targets.ts";

const mean = (values: Float64Array) => values.reduce((a, b) => a + b) / values.length;
const variance = (values: Float64Array) => mean(values.map((v) => (v - mean(values)) ** 2));

Deno.test("smcMany() finds normal posteriors and their evidence, each target its own", async () => {
  const prior = independent({ mu: normal(0, 2) });
  const data = [-3, 0, 4];
  const targets = stackTargets(
    data.map((x) =>
      numericDensity("datum", 1, ([mu]) => -0.5 * (mu! - x) ** 2 - 0.5 * Math.log(2 * Math.PI))
    ),
  );
  const all = await smcMany(split(key(1), 3), prior, targets, { particles: 2000 });
  for (const [t, { values, info, chains, length }] of all.entries()) {
    assertEquals([chains, length], [1, 2000]);
    const x = data[t]!;
    // Standard errors: of the mean 0.02, of the variance 0.025, of the evidence about 0.05.
    assertAlmostEquals(mean(values), 0.8 * x, 0.08);
    assertAlmostEquals(variance(values), 0.8, 0.1);
    assertAlmostEquals(
      Number(info.logEvidence),
      -0.1 * x * x - 0.5 * Math.log(2 * Math.PI * 5),
      0.15,
    );
  }
});

Deno.test("smcMany() gives narrow modes far apart their share of draws", async () => {
  const prior = independent({ a: uniform(-1, 1), b: uniform(-1, 1) });
  const hill = (a: number, b: number, at: number) =>
    Math.exp(-((a - at) ** 2 + (b - at) ** 2) / (2 * 0.02 ** 2));
  const shares = [0.5, 0.2];
  const targets = stackTargets(
    shares.map((share) =>
      numericDensity(
        "hills",
        2,
        ([a, b]) => Math.log(share * hill(a!, b!, -0.6) + (1 - share) * hill(a!, b!, 0.7)),
      )
    ),
  );
  const all = await smcMany(split(key(2), 2), prior, targets, { particles: 2000 });
  for (const [t, { values }] of all.entries()) {
    const left = values.filter((v, k) => k % 2 === 0 && v < 0).length / 2000;
    // Three standard errors of 500 independent draws.
    assertAlmostEquals(left, shares[t]!, 0.065);
  }
});

Deno.test("smcMany() samples half-lines without bias at the end", async () => {
  const prior = independent({ rate: logNormal(0, 1) });
  const flat = stackTargets([numericDensity("nothing", 1, () => 0)]);
  const [draws] = await smcMany([key(3)], prior, flat, { particles: 4000 });
  const log = draws!.values.map(Math.log);
  assertAlmostEquals(mean(log), 0, 0.06);
  assertAlmostEquals(variance(log), 1, 0.1);
  assertEquals(draws!.info.stages, 1);
});

Deno.test("draws of smcMany() depend on a target's own key and likelihood alone", async () => {
  const prior = independent({ mu: normal(0, 1) });
  const [one, two] = [-2, 2].map((x) => numericDensity("datum", 1, ([mu]) => -0.5 * (mu! - x) ** 2));
  const keys = split(key(4), 2);
  const both = await smcMany(keys, prior, stackTargets([one!, two!]), { particles: 100 });
  const [alone] = await smcMany([keys[1]], prior, stackTargets([two!]), { particles: 100 });
  assertEquals(both[1]!.values, alone!.values);
  // As few calls as the slower of the two needs.
  assertEquals(both[0]!.info.evaluations, both[1]!.info.evaluations);
});

Deno.test("smcMany() tells of a target that no particle fits, and goes on with the others", async () => {
  const prior = independent({ mu: normal(0, 1) });
  const targets = stackTargets([
    numericDensity("never", 1, () => -Infinity),
    numericDensity("half", 1, ([mu]) => mu! > 0 ? 0 : NaN),
  ]);
  const [never, half] = await smcMany(split(key(5), 2), prior, targets, { particles: 400 });
  assertEquals([never!.length, never!.info.logEvidence], [0, -Infinity]);
  assertEquals(never!.warnings.length, 1);
  assert(half!.values.every((mu) => mu > 0));
  assertAlmostEquals(Number(half!.info.logEvidence), Math.log(0.5), 0.2);
});

Deno.test("smcMany() refuses keys that are not one per target, and stops when told to", async () => {
  const prior = independent({ mu: normal(0, 1) });
  const targets = stackTargets([numericDensity("flat", 1, () => 0)]);
  await assertRejects(() => smcMany(split(key(0), 2), prior, targets), TypeError, "keys must have length 1");
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(() => smcMany([key(0)], prior, targets, { signal }), Error, "enough");
});
