// Names of parameters and of columns of x, from the simulator to the draws.

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ace,
  asPoints,
  column,
  decodeArtifact,
  drawNormal,
  encodeArtifact,
  fromRows,
  independent,
  key,
  nle,
  npe,
  openSimulations,
  posterior,
  type Prior,
  type PriorSpec,
  simulate,
  simulator,
  toObjects,
  trainPosterior,
  uniform,
} from "@likely/sbi";

const prior = independent({ slope: uniform(-1, 1), offset: uniform(0, 5) });
const line = simulator({
  name: "line",
  prior,
  simulate: (random, { slope, offset }) => ({
    start: drawNormal(random, offset, 0.1),
    end: drawNormal(random, offset + slope, 0.1),
  }),
});
const source = { prior, simulator: line };
const estimator = { kind: "maf", transforms: 1, hidden: [8], activation: "silu" } as const;
const quick = { simulations: 200, maxEpochs: 2, batchSize: 50, estimator };
const { artifact, dataset } = await npe(key(0), source, quick);

Deno.test("stores and surrogates keep the names of x, through their files", async () => {
  const path = await Deno.makeTempDir();
  await simulate(key(0), source, 20, { path });
  assertEquals((await openSimulations(path)).manifest.xNames, ["start", "end"]);
  assertEquals(decodeArtifact(encodeArtifact(artifact)).provenance.xNames, ["start", "end"]);
});

Deno.test("a likelihood of single trials does not take names of many", async () => {
  const trials = simulator({
    name: "trials",
    prior,
    simulate: (random) => ({ a: random.uniform(), b: 1 + random.uniform() }),
  });
  const { artifact } = await nle(key(0), { prior, simulator: trials }, { ...quick, trials: 2 });
  assertEquals([artifact.spec.xDim, artifact.provenance.xNames], [1, undefined]);
});

Deno.test("an observation is a list, a list of rows, points or numbers by name: the same draws", async () => {
  const all = [[2, 2.5], [[2, 2.5]], fromRows([[2, 2.5]]), { end: 2.5, start: 2 }, [{ start: 2, end: 2.5 }]];
  const draws = await Promise.all(all.map(async (x) => {
    using given = await posterior(artifact, x);
    return (await given.sample(key(1), 50)).values;
  }));
  for (const values of draws) assertEquals(values, draws[0]);
});

Deno.test("log densities are of points or lists of rows", async () => {
  using given = await posterior(artifact, { start: 2, end: 2.5 });
  const rows = [[0.5, 2], [0, 1]];
  assertEquals(given.logDensity!(rows), given.logDensity!(asPoints(rows)));
});

Deno.test("targets of a cost are points or lists of rows", async () => {
  const rows = [[2, 2.5], [9, 9]];
  const options = { simulations: 200, maxEpochs: 1, batchSize: 50 };
  const [byList, byPoints] = await Promise.all(
    [rows, asPoints(rows)].map((observations) => ace(key(0), source, { ...options, observations })),
  );
  assertEquals(byList!.artifact.weights, byPoints!.artifact.weights);
});

Deno.test("draws are taken by the name of a parameter", async () => {
  using given = await posterior(artifact, [2, 2.5]);
  const draws = await given.sample(key(1), 10);
  const objects = toObjects(draws);
  assertEquals(objects.map(({ offset }) => offset), [...column(draws, "offset")]);
  assertEquals(Object.keys(objects[0]!), ["slope", "offset"]);
  assert(column(draws, "offset").every((value) => value > 0 && value < 5));
});

Deno.test("pairs come with a prior or its spec", async () => {
  const [byPrior, bySpec] = await Promise.all(
    ([prior, prior.spec] as (Prior | PriorSpec)[]).map((given) =>
      trainPosterior(key(0), { simulator: "line", prior: given, dataset }, {
        maxEpochs: 1,
        batchSize: 50,
        estimator,
      })
    ),
  );
  assertEquals(byPrior!.artifact.prior, bySpec!.artifact.prior);
});

/** What is wrong, as `x`, and how it is told. */
const WRONG: Readonly<Record<string, [unknown, string]>> = {
  "a name that is none": [{ start: 2, fin: 1 }, "as x must have start, end: current names are start, fin"],
  "nothing": [
    undefined,
    "as x must be numbers, rows of numbers, or numbers by name: current value is undefined",
  ],
  "a number": [3, "current value is 3"],
  "an empty list": [[], "at least one non-empty row is needed"],
  "a number too few": [[1], "as a row must have length 2: current length is 1"],
  "a number that is none": [[2, NaN], 'as it must be finite: "end" is NaN'],
  "rows of unlike length": [[[1, 2], [3]], "every row must have length 2: row 1 has length 1"],
};

for (const [what, [x, message]] of Object.entries(WRONG)) {
  Deno.test(`an observation that is ${what} is told so`, async () => {
    await assertRejects(() => posterior(artifact, x as number[]), Error, message);
  });
}

Deno.test("several rows for a posterior of one are told as such, not as NaN", async () => {
  await assertRejects(
    () => posterior(artifact, [[0, 0], [0.1, 0]]),
    TypeError,
    "Cannot condition a posterior on several observations as it was learned from one: current value is 2",
  );
});

Deno.test("what a recipe returned, or a key in front, is not taken for a surrogate", async () => {
  const result = { artifact, dataset };
  await assertRejects(
    () => posterior(result as unknown as typeof artifact, [0, 0]),
    TypeError,
    "current value is what a recipe returned, of which `.artifact` is meant",
  );
  await assertRejects(
    () => posterior(key(0) as unknown as typeof artifact, [0, 0]),
    TypeError,
    "as the surrogate must be an artifact: current value is an object with hi, lo",
  );
});
