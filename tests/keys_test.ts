// No public function takes something else for a key: a seed in its place would give every seed the
// same draws.

import { assertRejects } from "@std/assert";
import * as likely from "@likely/sbi";
import {
  type Artifact,
  type Kernel,
  type KernelState,
  type Key,
  key,
  type LogDensity,
  points,
  twoMoons,
} from "@likely/sbi";

const task = twoMoons();
const { prior, simulator } = task;
const dataset = await likely.simulate(key(0), task, 40);
const pairs = { dataset, prior: prior.spec, simulator: simulator.name };
const rows = Uint32Array.from({ length: 10 }, (_, i) => i);
const spec: Artifact["spec"] = {
  kind: "network",
  thetaDim: 2,
  xDim: 2,
  trunk: { kind: "mlp", hidden: [4], activation: "silu" },
  head: { kind: "linear" },
};
const { artifact } = await likely.nre(key(0), task, { simulations: 40, maxEpochs: 1, batchSize: 10 });
const cost = await likely.ace(key(0), task, { simulations: 40, maxEpochs: 1, batchSize: 10 });
const target: LogDensity = {
  name: "normal",
  dim: 2,
  evaluate: ({ data, n }) => ({
    value: Float64Array.from({ length: n }, (_, i) => -(data[2 * i]! ** 2 + data[2 * i + 1]! ** 2) / 2),
    grad: data.map((value) => -value),
  }),
};
const run = await likely.calibrationRun(key(0), dataset, (k, _, n) => prior.sample(k, n), {
  draws: 9,
  count: 20,
});
const sample = prior.sample(key(0), 30);
using given = await likely.posterior(artifact, [0, 0]);
using byParticles = await likely.posterior(artifact, [0, 0], { sampler: "smc" });
const kernels = [
  likely.hmc(target),
  likely.nuts(target),
  likely.mala(target),
  likely.slice(target),
  likely.randomWalk(target),
  likely.ellipticalSlice(likely.multivariateNormal(["a", "b"], [0, 0], [[1, 0], [0, 1]]), target),
  likely.parallelTempering(target),
  likely.delayedAcceptance(target, target),
] as unknown as readonly Kernel<KernelState>[];
const amortised = likely.amortisedCost({ distance: likely.mseDistance() });
const at = points(new Float64Array([0.1, 0.2, 0.3, 0.4]), 2);

/** Uses of a key, by name. */
const USES: Readonly<Record<string, (k: Key) => unknown>> = {
  split: (k) => likely.split(k, 2),
  foldIn: (k) => likely.foldIn(k, 1),
  bits: (k) => likely.bits(k, 1),
  stream: (k) => likely.stream(k),
  keyText: (k) => likely.keyText(k),
  "prior.sample": (k) => prior.sample(k, 5),
  "multivariateNormal.sample": (k) => likely.multivariateNormal(["a"], [0], [[1]]).sample(k, 5),
  initWeights: (k) => likely.initWeights(k, spec),
  pairWithOthers: (k) => likely.pairWithOthers(k, dataset, rows, 2),
  simulate: (k) => likely.simulate(k, task, 3),
  "simulator.simulate": (k) => simulator.simulate(k, sample),
  observations: (k) => likely.observations(k, likely.uniform1d()),
  erdosRenyi: (k) => likely.erdosRenyi(k, { nodes: 3, density: 0.5 }),
  noisyTargets: (k) => likely.noisyTargets(k, dataset.x),
  refreshPairs: (k) => likely.refreshPairs(k, dataset, { prior, score: (theta) => theta }),
  train: (k) => likely.train(k, dataset, { spec, loss: likely.bce(), engine: likely.fusedEngine() }),
  importance: (k) => likely.importance(k, target, prior),
  rejection: (k) => likely.rejection(k, target, prior),
  map: (k) => likely.map(k, target, prior),
  sample: (k) => likely.sample(k, target, prior),
  smc: (k) => likely.smc(k, prior, target),
  smcMany: (k) => likely.smcMany([k], prior, stacked()),
  sampleMany: (k) => likely.sampleMany(k, stacked(), prior),
  "mcmcPosterior.sample": (k) => likely.mcmcPosterior(target, prior).sample(k, 8),
  "smcPosterior.sample": (k) => likely.smcPosterior(prior, target).sample(k, 8),
  calibrationRun: (k) => likely.calibrationRun(k, dataset, (k, _, n) => prior.sample(k, n)),
  sbc: (k) => likely.sbc(k, run),
  tarp: (k) => likely.tarp(k, run),
  coverage: (k) => likely.coverage(k, run, (theta) => new Float64Array(theta.n)),
  lc2st: (k) => likely.lc2st(k, run, { x: new Float64Array(2), draws: sample }),
  c2st: (k) => likely.c2st(k, sample, sample),
  mmd: (k) => likely.mmd(k, sample, sample),
  slicedWasserstein: (k) => likely.slicedWasserstein(k, sample, sample),
  mlpClassifier: (k) => likely.mlpClassifier()(k, sample, Uint8Array.from({ length: 30 }, (_, i) => i % 2)),
  misspecification: (k) => likely.misspecification(k, dataset.x),
  nre: (k) => likely.nre(k, task, { simulations: 20 }),
  trainRatio: (k) => likely.trainRatio(k, pairs),
  ace: (k) => likely.ace(k, task, { simulations: 20 }),
  trainCost: (k) => likely.trainCost(k, pairs),
  "posterior.sample": (k) => given.sample(k, 8),
  "posterior.sample by smc": (k) => byParticles.sample(k, 8),
  calibrate: (k) => likely.calibrate(k, artifact, simulator, { datasets: 3 }),
  chooseBeta: (k) => likely.chooseBeta(k, cost.artifact, simulator, { datasets: 3 }),
  betaPath: (k) => likely.betaPath(k, cost.artifact, [0, 0], { betas: [1] }),
  ...Object.fromEntries(kernels.map((kernel) => [
    `${kernel.name}.step`,
    (k: Key) => kernel.step(k, kernel.init(key(0), at)),
  ])),
  ...Object.fromEntries(
    [likely.nreC(), likely.scoreAugmented(likely.bce(), { scale: [1, 1] }), amortised]
      .map((
        loss,
      ) => [`${loss.name}.assemble`, (k: Key) => loss.assemble(k, { ...dataset, score: sample }, rows)]),
  ),
};

for (const [name, use] of Object.entries(USES)) {
  Deno.test(`${name} refuses what is no key`, async () => {
    for (const value of [12345, 8n, "1", undefined, null, { hi: 1 }, [1, 2]]) {
      const call = () => new Promise((resolve) => resolve(use(value as unknown as Key)));
      await assertRejects(call, TypeError, "as a key must be what key(seed) makes: current value is");
    }
  });
}

function stacked() {
  return likely.stackTargets([target]);
}
