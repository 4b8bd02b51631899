/** Densities of categories and numbers, by float64 and by both engines. */

import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type Artifact,
  checkSpec,
  choicesOf,
  decodeArtifact,
  encodeArtifact,
  ensemble,
  fromRows,
  gatherRows,
  initWeights,
  key,
  logStandardSlopes,
  type MixedArtifact,
  mixedParts,
  mixedRows,
  type MixedSpec,
  numbersOf,
  plainDensity,
  type Points,
  row,
  UnsupportedError,
  withChoices,
} from "@likely/core";
import { useBackend } from "@likely/core/tensor";
import { fusedEngine } from "@likely/kernels";
import { nll } from "@likely/losses";
import { tensorEngine } from "@likely/surrogates";
import { normalRows } from "../kernels/_cases_test.ts";
import { densityArtifact, legalRows, MIXED } from "./_density_specs.ts";

const ENGINES = { fused: fusedEngine(), tensors: tensorEngine() };

function artifactOf(spec: MixedSpec, seed: number = 1): MixedArtifact {
  return { ...densityArtifact(spec, seed, 0.6), spec };
}

const truth = (artifact: Artifact, theta: Points, x: Points) => plainDensity(artifact).logDensity(x, theta);

function slopesOf(artifact: Artifact, theta: Points, x: Points): Float64Array {
  const out = new Float64Array(theta.data.length);
  for (let j = 0; j < theta.dim; j++) {
    const [up, down] = [1e-5, -1e-5].map((by) =>
      truth(artifact, { ...theta, data: theta.data.map((v, k) => k % theta.dim === j ? v + by : v) }, x)
    );
    for (let i = 0; i < theta.n; i++) out[i * theta.dim + j] = (up![i]! - down![i]!) / 2e-5;
  }
  return out;
}

function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assertEquals(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    assertAlmostEquals(actual[i]!, expected[i]!, tolerance * (1 + Math.abs(expected[i]!)), `number ${i}`);
  }
}

Deno.test("rows of categories and numbers are put together as they were taken apart", () => {
  const categories = [2, null, 3, null];
  const rows = fromRows([0, 1, 2, 3, 4, 5].map((k) => [Math.floor(k / 3), 0.5 + k, k % 3, -k]));
  const choices = choicesOf(categories, rows);
  assertEquals([...choices.data], [0, 1, 2, 3, 4, 5]);
  assertEquals(mixedRows(categories, choices, numbersOf(categories, rows)), rows);
  const given = withChoices(categories, fromRows(new Array(6).fill([9])), choices);
  assertEquals([...row(given, 5)], [9, 0, 1, 0, 0, 1]);
  assertEquals([...row(given, 1)], [9, 1, 0, 0, 1, 0]);
  for (const wrong of [2, -1, 0.5, NaN]) {
    assertEquals(choicesOf(categories, fromRows([[wrong, 0, 0, 0]])).data[0], NaN, `${wrong}`);
  }
});

for (const [name, spec] of Object.entries(MIXED)) {
  const artifact = artifactOf(spec);
  const theta = normalRows(key(2), 9, spec.thetaDim);
  const x = legalRows(spec, normalRows(key(3), 9, spec.xDim));

  Deno.test(`${name}: the probability of the choice times the density of the numbers given it`, () => {
    const { choice, numbers } = mixedParts(artifact);
    const choices = choicesOf(spec.categories, x);
    const first = plainDensity(choice).logDensity(choices, theta);
    const own = numbersOf(spec.categories, x);
    const then = own &&
      plainDensity(numbers!).logDensity(own, withChoices(spec.categories, theta, choices));
    assertNear(truth(artifact, theta, x), first.map((value, i) => value + (then?.[i] ?? 0)), 1e-12);
    // Numbers know of the choice, where there are any.
    if (!own) return;
    const other = choices.data.map((c) => (c + 1) % spec.choice.categories);
    const elsewhere = withChoices(spec.categories, theta, { ...choices, data: other });
    const changed = plainDensity(numbers!).logDensity(own, elsewhere);
    assert(changed.some((value, i) => Math.abs(value - then![i]!) > 1e-3));
  });

  Deno.test(`${name}: probabilities of all choices sum to one, and none has any elsewhere`, () => {
    const { choice } = mixedParts(artifact);
    const all = fromRows(Array.from({ length: spec.choice.categories }, (_, k) => [k]));
    const sum = plainDensity(choice).logDensity(all, gatherRows(theta, [0]))
      .reduce((total, value) => total + Math.exp(value), 0);
    assertAlmostEquals(sum, 1, 1e-12);
    const wrong = { ...x, data: x.data.map((v, k) => spec.categories[k % x.dim] === null ? v : v + 0.5) };
    assert(truth(artifact, theta, wrong).every((value) => value === -Infinity));
  });

  for (const [which, engine] of Object.entries(ENGINES)) {
    Deno.test(`${name}: ${which} agree with float64, slopes too, row by row and added up`, async () => {
      await useBackend("cpu");
      const chains = [0, 3, 6, 1, 1, 5, 8, 2, 4];
      const seen = gatherRows(x, chains);
      {
        using densities = await engine.logDensities(artifact, x);
        const { value, grad } = densities.evaluate(theta, { chains });
        assertNear(value, truth(artifact, theta, seen), 1e-4);
        assertNear(grad!, slopesOf(artifact, theta, seen), 2e-3);
        assertNear(densities.evaluate(theta, { chains, gradient: false }).value, value, 1e-5);
      }
      using density = await engine.logDensity(artifact, x);
      const { value, grad } = density.evaluate(theta);
      for (let i = 0; i < theta.n; i++) {
        const same = gatherRows(theta, new Array(9).fill(i));
        const sum = truth(artifact, same, x).reduce((total, part) => total + part, 0);
        assertAlmostEquals(value[i]!, sum, 1e-4 * (1 + Math.abs(sum)));
        const slopes = slopesOf(artifact, same, x);
        for (let j = 0; j < theta.dim; j++) {
          let total = 0;
          for (let k = j; k < slopes.length; k += theta.dim) total += slopes[k]!;
          assertAlmostEquals(grad![i * theta.dim + j]!, total, 2e-3 * (9 + Math.abs(total)));
        }
      }
    });

    Deno.test(`${name}: ${which} draw what float64 draws, and what the density says`, async () => {
      await useBackend("cpu");
      using density = await engine.density(artifact);
      const given = gatherRows(theta, [0, 1]);
      const drawn = density.sample(key(4), 3000, given);
      const expected = plainDensity(artifact).sample(key(4), 3000, given);
      const far = drawn.data.filter((value, k) =>
        Math.abs(value - expected.data[k]!) > 1e-3 * (1 + Math.abs(value))
      );
      assert(far.length <= drawn.data.length / 500, `${far.length} are others`);
      const { choice } = mixedParts(artifact);
      const choices = choicesOf(spec.categories, drawn);
      for (let k = 0; k < spec.choice.categories; k++) {
        for (const c of [0, 1]) {
          const log = plainDensity(choice).logDensity(fromRows([[k]]), gatherRows(given, [c]))[0]!;
          const share = Math.exp(log);
          const found = choices.data.subarray(3000 * c, 3000 * (c + 1)).filter((v) => v === k).length / 3000;
          const error = Math.sqrt(share * (1 - share) / 3000);
          assert(
            Math.abs(found - share) <= 4 * error + 1e-6,
            `${k} given ${c}: ${found}, ${share} ± ${error}`,
          );
        }
      }
    });
  }

  Deno.test(`${name}: a file, an ensemble, keys for each condition`, async () => {
    const provenance = { ...artifact.provenance, key: "00000000:00000001" };
    const whole = { ...artifact, provenance };
    assertEquals(decodeArtifact(encodeArtifact(whole)), whole);
    const joint = ensemble([whole, { ...artifactOf(spec, 5), provenance }]);
    using density = await fusedEngine().density(joint);
    assertNear(density.logDensity(x, theta), plainDensity(joint).logDensity(x, theta), 1e-4);
    using one = await fusedEngine().density(artifact);
    const keys = [key(5), key(6), key(7)];
    const all = one.sample(keys, 4, gatherRows(theta, [0, 1, 2]));
    const second = one.sample([key(6)], 4, gatherRows(theta, [1]));
    assertEquals(all.data.slice(4 * spec.xDim, 8 * spec.xDim), second.data);
  });
}

Deno.test("numbers in a raw unit have the density of that unit", () => {
  const spec = MIXED["a choice of two and a number"]!;
  const artifact = artifactOf(spec);
  const scaling = { ...artifact.scaling, x: { mean: [0.5, 0.3], std: [0.5, 2], log: [-0.5, 0] } };
  const scaled = { ...artifact, scaling };
  const [theta, x] = [normalRows(key(2), 1, 3), fromRows([[1, 1.7]])];
  const unit = { ...scaling, x: { mean: [0, 0], std: [1, 1] } };
  const seen = fromRows([[1, (Math.log(1.7) - 0.3) / 2]]);
  const slope = logStandardSlopes({ mean: [0.3], std: [2], log: [0] }, fromRows([[1.7]]))[0]!;
  const [value] = truth(scaled, theta, x);
  assertAlmostEquals(value!, truth({ ...artifact, scaling: unit }, theta, seen)[0]! + slope, 1e-10);
});

Deno.test("engines train the parts, not the whole", async () => {
  await useBackend("cpu");
  const spec = MIXED["a choice of two and a number"]!;
  const { scaling } = artifactOf(spec);
  const plan = { spec, scaling, loss: nll(), state: { weights: initWeights(key(1), spec), steps: 0 } };
  for (const engine of Object.values(ENGINES)) {
    await assertRejects(() => engine.trainStep(plan), UnsupportedError, "categories and numbers");
  }
});

const GOOD = MIXED["two choices among three numbers"]!;

const WRONG: Readonly<Record<string, readonly [spec: object, says: string]>> = {
  "a posterior": [{ ...GOOD, target: "theta" }, "spec.target must be one of x"],
  "an embedding of its own": [
    { ...GOOD, embedding: { kind: "dense", hidden: [], out: 2, activation: "silu" } },
    "spec.embedding must be one of none",
  ],
  "categories of other columns": [{ ...GOOD, categories: [3, 2] }, "spec.categories"],
  "no categories": [{ ...GOOD, categories: undefined }, "spec.categories must be a list"],
  "a column of no category": [
    { ...GOOD, categories: [null, 0, null, 2, null] },
    "a number in spec.categories must be a whole number",
  ],
  "numbers alone": [{ ...GOOD, categories: [null, null, null, null, null] }, "columns with categories"],
  "a choice among others": [
    { ...GOOD, choice: { ...GOOD.choice, categories: 5 } },
    "spec.choice.categories must be a whole number in [6, 6]",
  ],
  "a choice that is none": [{ ...GOOD, choice: GOOD.numbers }, "spec.choice.kind must be one of categorical"],
  "no numbers for the other columns": [{ ...GOOD, numbers: undefined }, "spec.numbers must be an object"],
  "numbers within numbers": [{ ...GOOD, numbers: GOOD }, "spec.numbers.kind must be one of mdn, maf, nsf"],
  "numbers that do not see the choice": [
    { ...GOOD, numbers: { ...GOOD.numbers, thetaDim: 2 } },
    "spec.numbers.thetaDim must be a whole number in [7, 7]",
  ],
  "numbers of θ": [
    { ...GOOD, numbers: { ...GOOD.numbers, target: "theta" } },
    "spec.numbers.target must be one of x",
  ],
  "too many combinations": [
    { ...GOOD, categories: [null, 100, null, 100, null] },
    "spec.choice.categories must be a whole number",
  ],
};

for (const [name, [spec, says]] of Object.entries(WRONG)) {
  Deno.test(`checkSpec() refuses a density of categories with ${name}`, () =>
    void assertThrows(() => checkSpec(JSON.parse(JSON.stringify(spec))), Error, says));
}
