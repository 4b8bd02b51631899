/** What does not fit is refused in words: the action, the rule, the value; what training can bear it tells. */

import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  type Artifact,
  betaPath,
  calibrate,
  chooseBeta,
  type Dataset,
  decodeArtifact,
  drawMany,
  encodeArtifact,
  ensemble,
  exponential,
  fromRows,
  fusedEngine,
  independent,
  initWeights,
  key,
  nle,
  normal,
  npe,
  nre,
  posterior,
  posteriorReport,
  type PriorSpec,
  type Scaling,
  simulator,
  type Spec,
  split,
  trainCost,
  trainLikelihood,
  trainPosterior,
  trainRatio,
  uniform,
  type XColumn,
} from "@likely/sbi";

const trunk = { kind: "mlp", hidden: [4], activation: "silu" } as const;
const SMALL = { kind: "maf", transforms: 1, hidden: [4], activation: "silu" } as const;
const prior = independent({ a: normal(0, 1) });
const standard = { mean: [0], std: [1] };

/** Must not be asked for a simulation. */
const never = {
  prior,
  simulator: simulator({
    name: "never",
    thetaDim: 1,
    xDim: 1,
    simulate: () => {
      throw new Error("simulated");
    },
  }),
};

/** A surrogate of one θ and one x, before it learned anything. */
function untrained(kind: Artifact["kind"], spec: Spec, scaling: Partial<Scaling> = {}): Artifact {
  return {
    kind,
    spec,
    weights: initWeights(key(0), spec),
    prior: prior.spec,
    scaling: { theta: standard, x: standard, ...scaling },
    provenance: {
      simulator: "none",
      simulations: 0,
      failed: 0,
      key: "00000000:00000000",
      loss: { name: "none", options: {} },
      engine: "none",
      versions: {},
      training: { loss: 0, epochs: 0 },
    },
  };
}

const network = { kind: "network", thetaDim: 1, xDim: 1, trunk, head: { kind: "linear" } } as const;
const ofTheta = { ...SMALL, thetaDim: 1, xDim: 1, target: "theta" } as const;
const ofX = { ...ofTheta, target: "x" } as const;
const ratio = untrained("ratio", network);
const learned = untrained("posterior", ofTheta);
const likelihood = untrained("likelihood", ofX);
const between = (low: number | null, high: number | null, whole = false): Artifact =>
  untrained("likelihood", ofX, { x: { ...standard, log: [low], upper: [high], whole: [whole] } });
const under = (artifact: Artifact, spec: PriorSpec): Artifact => ({ ...artifact, prior: spec });
const badPrior: PriorSpec = {
  kind: "independent",
  parameters: [{ name: "a", marginal: { kind: "uniform", low: 1, high: 0 } }],
};

const rows = (x: number): Dataset => ({
  theta: fromRows(Array.from({ length: 20 }, (_, i) => [(i - 10) / 10])),
  x: fromRows(Array.from({ length: 20 }, (_, i) => [i === 3 ? x : 1])),
  failed: 0,
});
const pairs = (x: number) => ({ simulator: "none", prior: prior.spec, dataset: rows(x) });
const brief = { batchSize: 5, maxEpochs: 1 };
const likelihoodOf = (x: number, column: XColumn) =>
  trainLikelihood(key(0), pairs(x), { ...brief, estimator: SMALL, columns: [column] });

type Refusal = [what: string, ask: () => Promise<unknown>, message: string];

const REFUSED: readonly Refusal[] = [
  [
    "a density of theta taken for a ratio",
    () => posterior({ ...learned, kind: "ratio" }, [0]),
    'Cannot condition an artifact as its kind must be posterior for a density of theta: current value is "ratio"',
  ],
  [
    "a ratio taken for a posterior",
    () => posterior({ ...ratio, kind: "posterior" }, [0]),
    'kind must be ratio, likelihood, cost for a network: current value is "posterior"',
  ],
  [
    "a likelihood taken for a posterior, many at once",
    () => drawMany([key(0)], { ...likelihood, kind: "posterior" }, fromRows([[0]])),
    'kind must be likelihood for a density of x: current value is "posterior"',
  ],
  [
    "a path of beta of a ratio",
    () => betaPath(key(0), ratio, [0], { betas: [1] }),
    "must be a cost: current value is ratio",
  ],
  [
    "a beta for a posterior",
    () => chooseBeta(key(0), learned, simulator({ name: "n", thetaDim: 1, xDim: 1, simulate: () => [0] })),
    "must be a cost",
  ],
  [
    "draws of a ratio's network",
    () => fusedEngine().density(ratio),
    "Cannot read a scalar network as a density",
  ],
  ["a prior that is none", () => posterior(under(ratio, badPrior), [0]), 'parameter "a" is refused'],
  [
    "a prior of another width",
    () => posterior(under(likelihood, independent({ a: normal(0, 1), b: normal(0, 1) }).spec), [0]),
    "the prior must have length 1",
  ],
  [
    "a posterior under a prior with other ends",
    () => posterior(under(learned, independent({ a: exponential(1) }).spec), [0]),
    "must have the ends of the prior: column 0 has (-Infinity,Infinity), not (0,Infinity)",
  ],
  [
    "calibration under a prior with other ends",
    () =>
      calibrate(
        key(0),
        under(learned, independent({ a: uniform(0, 1) }).spec),
        simulator({ name: "n", thetaDim: 1, xDim: 1, simulate: () => [0] }),
        { datasets: 20, draws: 9 },
      ),
    "must have the ends of the prior",
  ],
  [
    "an observation of another width",
    () => posterior(ratio, [0, 1]),
    "a row must have length 1: current length is 2",
  ],
  ["an observation that is NaN", () => posterior(ratio, [NaN]), "x[0] is NaN"],
  [
    "a category that there is not",
    () => posterior(between(-0.5, 2.5, true), [3]),
    "Cannot condition on x as column 0 must be a whole number in (-0.5, 2.5): current value is 3",
  ],
  [
    "a count that is not whole",
    () => posterior(between(-0.5, null, true), [1.5]),
    "a whole number in (-0.5, Infinity): current value is 1.5",
  ],
  ["a count below zero", () => posterior(between(-0.5, null, true), [-1]), "current value is -1"],
  [
    "an observation outside its interval",
    () => posterior(between(0, 1), [1]),
    "must be in (0, 1): current value is 1",
  ],
  [
    "one of many such",
    () => drawMany(split(key(0), 2), between(0, null), fromRows([[1], [-2]])),
    "current value is -2",
  ],
  [
    "training on a count that is not whole",
    () => likelihoodOf(1.5, { kind: "count" }),
    "current value is 1.5",
  ],
  [
    "training on a category that there is not",
    () => likelihoodOf(4, { kind: "category", categories: 4 }),
    "must be a whole number in (-0.5, 3.5): current value is 4",
  ],
  [
    "training outside an interval",
    () => likelihoodOf(7, { kind: "interval", low: 0, high: 5 }),
    "column 0 of x must be in (0, 5): current value is 7",
  ],
  [
    "trials that do not fill a row",
    () => trainLikelihood(key(0), pairs(2), { ...brief, trials: 2 }),
    "trials must divide the width of x, 1: current value is 2",
  ],
  [
    "no trials, before anything is simulated",
    () => nle(key(0), never, { trials: 0, simulations: 20 }),
    "trials must be a whole number >= 1: current value is 0",
  ],
  [
    "columns of another width, before anything is simulated",
    () => nle(key(0), never, { columns: [{ kind: "real" }, { kind: "real" }], simulations: 20 }),
    "columns must have length 1",
  ],
  [
    "fewer rows than a batch",
    () => trainPosterior(key(0), pairs(2), { estimator: SMALL, batchSize: 19 }),
    "batchSize must be a whole number in [1, 18]: current value is 19",
  ],
  ["a posterior of x with NaN", () => trainPosterior(key(0), pairs(NaN), brief), "row 3 has NaN"],
  ["a likelihood of x with NaN", () => trainLikelihood(key(0), pairs(NaN), brief), "NaN"],
  ["a ratio of x with NaN", () => trainRatio(key(0), pairs(NaN), brief), "row 3 has NaN"],
  ["a cost of x with NaN", () => trainCost(key(0), pairs(NaN), brief), "row 3 has NaN"],
];

for (const [what, ask, message] of REFUSED) {
  Deno.test(`refused: ${what}`, async () => {
    const error = await assertRejects(ask, Error, message);
    assertStringIncludes(error.message, "Cannot ");
  });
}

/** Two parameters; the first number of x fails at times, the second never varies. */
const leaky = {
  prior: independent({ a: uniform(0, 1), b: uniform(0, 1) }),
  simulator: simulator({
    name: "leaky",
    thetaDim: 2,
    xDim: 2,
    simulate: (random, [a, b]) => [a! < 0.2 ? NaN : b! + random.uniform(), 4],
  }),
};

Deno.test("simulations that failed are counted; columns that never vary are told, in the file and on the page too", async () => {
  for (const recipe of [nre, npe]) {
    const { artifact, dataset, warnings } = await recipe(key(1), leaky, { simulations: 300, maxEpochs: 1 });
    assert(dataset.failed > 0);
    assertEquals(artifact.provenance.failed, dataset.failed);
    assertEquals(warnings, ["Column 1 of x never varied in training: nothing is learned of it"]);
    const read = decodeArtifact(encodeArtifact(artifact));
    assertEquals(read.provenance.warnings, warnings);
    using given = await posterior(read, [1, 4], { warmup: 20 });
    const draws = await given.sample(key(2), 100);
    assertStringIncludes(
      await posteriorReport({ title: "Leaky", artifact: read, draws }),
      "Column 1 of x never varied",
    );
  }
});

Deno.test("categories that never occurred are told", async () => {
  const { artifact, warnings } = await likelihoodOf(2, { kind: "category", categories: 5 });
  const told = "In column 0 of x 3 of 5 categories, the first 0, never occurred in 20 simulations: their " +
    "probabilities are guesses";
  assert(warnings.includes(told), warnings.join("\n"));
  assertEquals(artifact.provenance.warnings, warnings);
});

Deno.test("what one member of an ensemble cannot be asked about, the ensemble cannot", async () => {
  const joint = ensemble([between(null, null), between(0, null)]);
  await assertRejects(() => posterior(joint, [-1]), RangeError, "in (0, Infinity): current value is -1");
  assertThrows(
    () => ensemble([between(-0.5, null), between(-0.5, null, true)]),
    TypeError,
    "one choice of whole numbers in x, real: current value is whole",
  );
});

Deno.test("calibrate() counts data beyond the ends of x as failed, and judges the others", async () => {
  const half = simulator({
    name: "half",
    thetaDim: 1,
    xDim: 1,
    simulate: (random) => [random.uniform() - 0.5],
  });
  const positive = { x: { ...standard, log: [0] } };
  for (
    const artifact of [untrained("posterior", ofTheta, positive), untrained("likelihood", ofX, positive)]
  ) {
    const { run } = await calibrate(key(3), artifact, half, { datasets: 30, draws: 9 });
    assert(run.failed > 5 && run.failed < 25 && run.theta.n === 30 - run.failed);
    assert(run.x.data.every((x) => x > 0));
    assertStringIncludes(run.failures[0]!.reason, "column 0 must be in (0, Infinity)");
  }
});
