// Posteriors by weighted proposals around what parameters were for such data in training.

import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  type Artifact,
  decodeArtifact,
  drawNormal,
  type Draws,
  encodeArtifact,
  type Engine,
  expectedTheta,
  fromRows,
  independent,
  key,
  mean,
  normal,
  type Points,
  row,
  simulate,
  simulator,
  standardisation,
  thetaRegression,
  uniform,
  zeros,
} from "@likely/core";
import {
  ace,
  adaptiveImportance,
  convergenceWarnings,
  essBulk,
  fusedEngine,
  mseDistance,
  nle,
  nre,
  posterior,
  studentT,
  summary,
} from "@likely/sbi";

/** θ of two, x = A θ + noise of sd 0.5: the regression of θ on x is known. */
const prior = independent({ a: normal(0, 1), b: normal(0, 1) });
const linear = simulator({
  name: "linear",
  thetaDim: 2,
  xDim: 2,
  simulate: (random, [a, b]) => [a! + b! + drawNormal(random, 0, 0.5), a! - b! + drawNormal(random, 0, 0.5)],
});

const column = ({ values }: Draws, j: number) => values.filter((_, k) => k % 2 === j);
const sd = (values: Float64Array) => Math.sqrt(mean(values.map((v) => (v - mean(values)) ** 2)));

Deno.test("thetaRegression() has the conjugate posterior's mean and covariance", async () => {
  const { theta, x } = await simulate(key(1), { prior, simulator: linear }, 4000);
  const scaling = standardisation(x);
  const { factor, ...rest } = thetaRegression(theta, x, { support: prior.support, scaling });
  // Precision 1 + 2 / 0.25 = 9 for each; the mean is Aᵀ x / 0.25 / 9.
  for (const [x1, x2] of [[0.4, -0.3], [1, 1]] as const) {
    const [a, b] = expectedTheta({ factor, ...rest }, [x1, x2], scaling);
    // Five standard errors: 1/3 over √4000, times what the features add.
    assertAlmostEquals(a!, (x1 + x2) / 0.25 / 9, 0.05);
    assertAlmostEquals(b!, (x1 - x2) / 0.25 / 9, 0.05);
  }
  assertAlmostEquals(factor[0]![0]!, 1 / 3, 0.02);
  assertAlmostEquals(factor[1]![0]!, 0, 0.02);
  assertEquals(factor[0]![1], 0);
});

Deno.test("thetaRegression() refuses fewer rows than features", async () => {
  const { theta, x } = await simulate(key(1), { prior, simulator: linear }, 5);
  const ask = () =>
    Promise.resolve().then(() =>
      thetaRegression(theta, x, { support: prior.support, scaling: standardisation(x) })
    );
  await assertRejects(ask, RangeError, "more rows than its 5 features");
});

Deno.test("posterior() by importance has the moments that chains find", async () => {
  const { artifact } = await nle(key(2), { prior, simulator: linear }, { simulations: 3000 });
  assert(artifact.reference?.regression !== undefined);
  for (const x of [[0.5, -0.2], [2.5, 1]]) {
    using proposed = await posterior(artifact, x, { sampler: "importance" });
    using chains = await posterior(artifact, x);
    const [few, many] = [await proposed.sample(key(3), 1000), await chains.sample(key(4), 4000)];
    assertEquals([few.info.sampler, few.length, few.names], ["importance", 1000, many.names]);
    assert(Number(few.info.kHat) < 0.7, `${few.info.kHat}`);
    for (const j of [0, 1]) {
      // Four standard errors of 1,000 weighted and 4,000 chained draws of sd 1/3.
      assertAlmostEquals(
        mean(column(few, j)),
        mean(column(many, j)),
        4 * (1 / 3) * Math.sqrt(2 / 1000 + 4 / 4000),
      );
      assertAlmostEquals(sd(column(few, j)) / sd(column(many, j)), 1, 0.12);
    }
    assertEquals(proposed.logDensity!(fromRows([[0, 0]])), chains.logDensity!(fromRows([[0, 0]])));
  }
});

Deno.test("a proposal that looks elsewhere learns where the posterior is", async () => {
  const { artifact } = await nle(key(2), { prior, simulator: linear }, { simulations: 3000 });
  // A third as wide, four widths away.
  const wrong: Artifact = {
    ...artifact,
    reference: {
      ...artifact.reference,
      regression: {
        coefficients: artifact.reference!.regression!.coefficients.map((row) =>
          row.map((_, k) => k === 0 ? 1.5 : 0)
        ),
        factor: [[0.1, 0], [0, 0.1]],
      },
    },
  };
  using given = await posterior(wrong, [0.5, -0.2], { sampler: "importance" });
  using chains = await posterior(artifact, [0.5, -0.2]);
  const [few, many] = [await given.sample(key(3), 1000), await chains.sample(key(4), 4000)];
  assertEquals(few.info.sampler, "importance");
  assert(Number(few.info.rounds) > 2);
  const error = 4 * (1 / 3) * Math.sqrt(1 / Number(few.info.ess) + 4 / 4000);
  for (const j of [0, 1]) assertAlmostEquals(mean(column(few, j)), mean(column(many, j)), error);
});

Deno.test("of several observations, and without a regression, proposals begin with the prior", async () => {
  const { artifact } = await nle(key(2), { prior, simulator: linear }, { simulations: 3000 });
  const { regression: _, ...reference } = artifact.reference!;
  const x = fromRows([[0.5, -0.2], [0.9, 0.4], [0.2, -0.3], [0.6, 0.1]]);
  for (
    const [asked, rows] of [[artifact, x], [{ ...artifact, reference }, fromRows([[0.5, -0.2]])]] as const
  ) {
    using proposed = await posterior(asked, rows, { sampler: "importance" });
    using chains = await posterior(asked, rows);
    const [few, many] = [await proposed.sample(key(3), 1000), await chains.sample(key(4), 4000)];
    assertEquals(few.info.sampler, "importance");
    const width = sd(column(many, 0));
    const error = 4 * width * Math.sqrt(1 / Number(few.info.ess) + 4 / 4000);
    for (const j of [0, 1]) assertAlmostEquals(mean(column(few, j)), mean(column(many, j)), error);
  }
});

Deno.test("costs are proposed, too, at their β", async () => {
  const { artifact } = await ace(key(2), { prior, simulator: linear }, {
    simulations: 2000,
    maxEpochs: 20,
    distance: mseDistance(),
  });
  for (const beta of [1, 20]) {
    using proposed = await posterior(artifact, [0.5, -0.2], { sampler: "importance", beta });
    using chains = await posterior(artifact, [0.5, -0.2], { beta });
    const [few, many] = [await proposed.sample(key(3), 1000), await chains.sample(key(4), 4000)];
    assertEquals(few.info.sampler, "importance");
    for (const j of [0, 1]) {
      const error = 4 * sd(column(many, j)) * Math.sqrt(1 / Number(few.info.ess) + 4 / 4000);
      assertAlmostEquals(mean(column(few, j)), mean(column(many, j)), error);
      assertAlmostEquals(sd(column(few, j)) / sd(column(many, j)), 1, 0.15);
    }
  }
});

Deno.test("where the weights cannot be trusted chains run, and k̂ is told", async () => {
  const { artifact } = await nre(key(0), { prior, simulator: linear }, { simulations: 600, maxEpochs: 1 });
  const needles = (theta: Points) => {
    const grad = zeros(theta.n, 2);
    const value = Float64Array.from({ length: theta.n }, (_, i) => {
      const [a, b] = row(theta, i);
      const side = a! < 0 ? -1 : 1;
      grad.data.set([(side - a!) / 1e-6, -b! / 1e-6], 2 * i);
      return -0.5 * ((a! - side) ** 2 + b! ** 2) / 1e-6;
    });
    return { value, grad: grad.data };
  };
  const engine: Engine = {
    ...fusedEngine(),
    logDensity: () =>
      Promise.resolve({ name: "needles", dim: 2, evaluate: needles, [Symbol.dispose]: () => {} }),
  };
  using given = await posterior(artifact, [0.1, 0.2], { sampler: "importance", warmup: 100, engine });
  const draws = await given.sample(key(1), 400);
  assertEquals([draws.info.sampler, draws.length * draws.chains], ["nuts", 400]);
  assert(Number.isFinite(draws.info.kHat));
});

Deno.test("the regression travels in the file, and a damaged one is refused", async () => {
  const source = {
    prior: independent({ r: uniform(0, 2) }),
    simulator: simulator({
      name: "one",
      thetaDim: 1,
      xDim: 1,
      simulate: (random, [r]) => [r! + drawNormal(random)],
    }),
  };
  const { artifact } = await nre(key(0), source, { simulations: 400, maxEpochs: 1 });
  const { regression } = artifact.reference!;
  assertEquals(decodeArtifact(encodeArtifact(artifact)).reference!.regression, regression);
  const broken = [
    { coefficients: [[1, 2]], factor: [[1]] },
    { coefficients: [[1, 2, 3]], factor: [[0]] },
    { coefficients: [[1, 2, 3]], factor: [[1, 0]] },
    { coefficients: [], factor: [] },
  ];
  for (const regression of broken) {
    const bad = { ...artifact, reference: { ...artifact.reference, regression } };
    await assertRejects(() => Promise.resolve().then(() => encodeArtifact(bad)), Error, "regression");
  }
});

Deno.test("rows of weighted proposals are in no order that would mislead who reads them as a chain", async () => {
  // A crescent: five components propose, one after the other.
  const crescent = {
    name: "crescent",
    dim: 2,
    evaluate: ({ data, n }: Points) => ({
      value: Float64Array.from({ length: n }, (_, i) => {
        const [a, b] = [data[2 * i]!, data[2 * i + 1]!];
        return -0.5 * (a * a + (b - a * a) ** 2 / 0.05);
      }),
    }),
  };
  const start = studentT({ names: ["a", "b"], mean: [0, 0], factor: new Float64Array([2, 0, 0, 2]) });
  const draws = await adaptiveImportance(key(3), crescent, start, { draws: 4000 });
  const [a] = summary(draws);
  // The mean of 4,000 independent rows, and no sign of a chain that drifts.
  assertAlmostEquals(a!.mean, 0, 4 / Math.sqrt(4000));
  assertEquals(convergenceWarnings(draws), []);
  assert(essBulk(draws)[0]! > 0.8 * 4000, `${essBulk(draws)}`);
});

Deno.test("resampled rows are worth no more than their weights", () => {
  const values = Float64Array.from({ length: 4000 }, (_, i) => (i * 0.618) % 1);
  const info = { sampler: "importance", evaluations: 4000, ess: 40 };
  const draws = { names: ["u"], chains: 1, length: 4000, values, info, warnings: [] };
  assertEquals(essBulk(draws)[0], 40);
  assertAlmostEquals(summary(draws)[0]!.mcse, Math.sqrt(1 / 12 / 40), 1e-3);
  assert(convergenceWarnings(draws)[0]!.endsWith("ask for 3 times as many draws"));
});
