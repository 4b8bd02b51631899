import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  type Artifact,
  bce,
  decodeArtifact,
  defaultEngine,
  encodeArtifact,
  type Engine,
  firstOf,
  fromRows,
  fusedEngine,
  gaussianLinear,
  influenza,
  key,
  type Loss,
  nre,
  posterior,
  simulate,
  simulator,
  split,
  summary,
  trainRatio,
  twoMoons,
  UnsupportedError,
} from "@likely/sbi";
import { useBackend } from "@likely/core/tensor";

const QUICK = { simulations: 300, maxEpochs: 2 } as const;

/** An engine that does nothing but throw. */
function broken(name: string, error: () => Error): Engine {
  const refuse = () => Promise.reject(error());
  return { name, trainStep: refuse, logDensity: refuse, logDensities: refuse, density: refuse };
}

Deno.test("firstOf() passes over engines that refuse and stops at those that fail", async () => {
  const { artifact } = await nre(key(0), twoMoons(), QUICK);
  const x = fromRows([[0, 0]]);
  const refusing = broken("shy", () => new UnsupportedError("not me"));
  const failing = broken("ill", () => new RangeError("out of range"));

  using density = await firstOf([refusing, defaultEngine()]).logDensity(artifact, x);
  assert(density.name.startsWith("fused"));
  await assertRejects(() => firstOf([failing, defaultEngine()]).logDensity(artifact, x), RangeError);
  await assertRejects(() => firstOf([refusing]).logDensity(artifact, x), UnsupportedError, "shy: not me");
});

Deno.test("a loss of the user's own runs on the tensor engine, and the artifact says so", async () => {
  await useBackend("cpu");
  const own: Loss = { ...bce(), name: "my_loss" };
  const { artifact } = await nre(key(0), twoMoons(), { ...QUICK, loss: own });
  assertEquals(artifact.provenance.engine, "tfjs-cpu");
  assertEquals((await nre(key(0), twoMoons(), QUICK)).artifact.provenance.engine.slice(0, 5), "fused");
});

Deno.test("nre() gives the same surrogate from a task and from its module on workers", async () => {
  const module = import.meta.resolve("@likely/simulators/two-moons");
  const here = await nre(key(3), twoMoons(), QUICK);
  const there = await nre(key(3), { module, export: "twoMoons" }, QUICK);
  assertEquals(there.artifact, here.artifact);
});

Deno.test("a surrogate answers the same after the file, scales in logarithms included", async () => {
  const task = influenza();
  const { artifact } = await nre(key(1), task, { ...QUICK, simulation: { score: true } });
  assertEquals(artifact.scaling.theta.log, [0, 0, 0]);
  const read = decodeArtifact(encodeArtifact(artifact));
  assertEquals(read, artifact);
  using before = await posterior(artifact, task.observation!, { warmup: 20 });
  using after = await posterior(read, task.observation!, { warmup: 20 });
  assertEquals((await after.sample(key(2), 80)).values, (await before.sample(key(2), 80)).values);
});

Deno.test("posterior() of a linear Gaussian task has the exact moments", async () => {
  const task = gaussianLinear();
  const { artifact } = await nre(key(5), task, {
    simulations: 5000,
    maxEpochs: 30,
    simulation: { score: true },
  });
  const x = task.simulator.simulate(key(6), task.prior.sample(key(7), 1)).data;
  using given = await posterior(artifact, x);
  const sd = Math.sqrt(0.05); // N(x / 2, 0.05 I)
  const rows = summary(await given.sample(key(8), 4000));
  // Ten errors with a root mean square of 0.1 sd are what 5,000 pairs leave.
  const error = Math.hypot(...rows.map((row, j) => (row.mean - x[j]! / 2) / sd)) / Math.sqrt(10);
  assertAlmostEquals(error, 0, 0.25);
  for (const row of rows) assertAlmostEquals(row.sd / sd, 1, 0.15, row.name);
});

Deno.test("posterior() takes several observations of one theta, and a temperature", async () => {
  const { artifact } = await nre(key(0), twoMoons(), { ...QUICK, simulations: 500 });
  const theta = fromRows([[0.1, 0.2], [-0.3, 0.4]]);
  using one = await posterior(artifact, [0.1, 0.1]);
  using two = await posterior(artifact, fromRows([[0.1, 0.1], [0.1, 0.1]]));
  using hot = await posterior(artifact, [0.1, 0.1], { beta: 2 });
  const flat = Math.log(1 / 4); // the prior's log density
  const ratio = one.logDensity!(theta).map((value) => value - flat);
  two.logDensity!(theta).forEach((value, i) => assertAlmostEquals(value - flat, 2 * ratio[i]!, 1e-5));
  hot.logDensity!(theta).forEach((value, i) => assertAlmostEquals(value - flat, 2 * ratio[i]!, 1e-5));
});

Deno.test("posterior() of a cost prefers parameters of low cost", async () => {
  const { artifact } = await nre(key(0), twoMoons(), QUICK);
  const cost: Artifact = { ...artifact, kind: "cost" };
  const theta = fromRows([[0.1, 0.2], [-0.3, 0.4]]);
  using ratio = await posterior(artifact, [0, 0]);
  using given = await posterior(cost, [0, 0]);
  const [a, b] = ratio.logDensity!(theta);
  const [c, d] = given.logDensity!(theta);
  assertAlmostEquals(a! - b!, d! - c!, 1e-6);
});

Deno.test("posterior() refuses observations that cannot be", async () => {
  const { artifact } = await nre(key(0), twoMoons(), QUICK);
  await assertRejects(() => posterior(artifact, [1, 2, 3]), TypeError, "a row must have length 2");
  await assertRejects(() => posterior(artifact, [1, NaN]), RangeError, "x[1] is NaN");
  await assertRejects(() => posterior({ ...artifact, kind: "posterior" }, [1, 2]), TypeError, "kind");
});

Deno.test("failed simulations are counted, kept out, and do not cost the others", async () => {
  const task = twoMoons();
  const moody = simulator({
    name: "moody",
    thetaDim: 2,
    xDim: 2,
    simulate: (_, theta) => {
      if (theta[0]! > 0.5) throw new Error("too hot");
      return theta[1]! > 0.5 ? [NaN, 0] : theta;
    },
  });
  const { artifact, dataset } = await nre(key(0), { prior: task.prior, simulator: moody }, QUICK);
  assertEquals(dataset.theta.n + dataset.failed, 300);
  assertEquals(artifact.provenance.failed, dataset.failed);
  assert(dataset.failed > 80 && dataset.failed < 180, `7 in 16 fail: ${dataset.failed}`);
});

Deno.test("trainRatio() uses scores when there are some", async () => {
  const task = gaussianLinear();
  const [forData, forTraining] = split(key(0), 2);
  const dataset = await simulate(forData, task, 200, { score: true });
  const pairs = { simulator: "gaussian_linear", prior: task.prior.spec, dataset };
  const { artifact } = await trainRatio(forTraining, pairs, { maxEpochs: 1 });
  assertEquals(artifact.provenance.loss.name, "bce_score");
});

Deno.test("on how many threads a surrogate is trained is no part of it", async () => {
  const files: Uint8Array[] = [];
  for (const workers of [1, 2]) {
    const { artifact } = await nre(key(3), twoMoons(), { ...QUICK, engine: fusedEngine({ workers }) });
    files.push(encodeArtifact(artifact));
  }
  assertEquals(files[0], files[1]);
});
