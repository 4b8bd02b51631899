// No public function takes something else for a key: a seed in its place would give every seed the
// same draws. What takes keys is found in the documentation of all packages: each needs a use here.

import { assert, assertEquals, assertRejects } from "@std/assert";
import * as likely from "@likely/sbi";
import { queueSimulate } from "@likely/queue";
import { packages } from "./_modules.ts";
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
const density = (await likely.nle(key(0), task, {
  simulations: 40,
  maxEpochs: 1,
  batchSize: 10,
  estimator: { kind: "maf", transforms: 1, hidden: [4], activation: "silu" },
})).artifact as Parameters<typeof likely.plainDensity>[0];
const later = likely.simulator({ name: "later", thetaDim: 2, xDim: 2, simulate: async (_, t) => await t });
const scored = likely.simulator({
  name: "scored",
  thetaDim: 2,
  xDim: 2,
  simulate: (_, theta) => theta,
  simulateScored: (_, theta) => ({ x: theta, score: theta }),
});
const levelsLater: likely.AsyncSimulator = {
  ...later,
  levels: [{ simulateAsync: later.simulateAsync }],
};
const ladder = likely.toggleSwitch();
const ladderTheta = ladder.prior.sample(key(0), 2);
const levelPairs = await likely.coupledSimulate(key(0), likely.ornsteinUhlenbeck(), [20, 10]);
// Whatever its key, the same: what is refused is refused before it is asked.
const levelSampler: likely.LevelSampler = {
  outputs: 1,
  costs: [1, 2],
  sample: (_key, level, n) => ({
    fine: Float64Array.from({ length: n }, (_, i) => i % 2),
    ...(level > 0 && { coarse: new Float64Array(n) }),
  }),
  together: (_key, n) => [new Float64Array(n), new Float64Array(n)],
};
const suite = {
  parameters: likely.fromRows([[0.7], [0.8]]),
  high: likely.fromRows([[90, 40], [95, 42]]),
  low: likely.fromRows([[91, 45], [96, 47]]),
  wavenumbers: [0.5, 1],
};
const amortised = likely.amortisedCost({ distance: likely.mseDistance() });
const at = points(new Float64Array([0.1, 0.2, 0.3, 0.4]), 2);

/** Uses of a key, by name. */
const USES: Readonly<Record<string, (k: Key) => unknown>> = {
  split: (k) => likely.split(k, 2),
  foldIn: (k) => likely.foldIn(k, 1),
  bits: (k) => likely.bits(k, 1),
  stream: (k) => likely.stream(k),
  keyText: (k) => likely.keyText(k),
  "Prior.sample of independent": (k) => prior.sample(k, 5),
  "Prior.sample of multivariateNormal": (k) => likely.multivariateNormal(["a"], [0], [[1]]).sample(k, 5),
  initWeights: (k) => likely.initWeights(k, spec),
  pairWithOthers: (k) => likely.pairWithOthers(k, dataset, rows, 2),
  simulate: (k) => likely.simulate(k, task, 3),
  "Simulator.simulate": (k) => simulator.simulate(k, sample),
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
  "Posterior.sample by mcmc": (k) => likely.mcmcPosterior(target, prior).sample(k, 8),
  "Posterior.sample by particles": (k) => likely.smcPosterior(prior, target).sample(k, 8),
  calibrationRun: (k) => likely.calibrationRun(k, dataset, (k, _, n) => prior.sample(k, n)),
  sbc: (k) => likely.sbc(k, run),
  tarp: (k) => likely.tarp(k, run),
  coverage: (k) => likely.coverage(k, run, (theta) => new Float64Array(theta.n)),
  lc2st: (k) => likely.lc2st(k, run, { x: new Float64Array(2), draws: sample }),
  c2st: (k) => likely.c2st(k, sample, sample),
  mmd: (k) => likely.mmd(k, sample, sample),
  slicedWasserstein: (k) => likely.slicedWasserstein(k, sample, sample),
  "ClassifierTrainer of mlpClassifier": (k) =>
    likely.mlpClassifier()(k, sample, Uint8Array.from({ length: 30 }, (_, i) => i % 2)),
  misspecification: (k) => likely.misspecification(k, dataset.x),
  nre: (k) => likely.nre(k, task, { simulations: 20 }),
  trainRatio: (k) => likely.trainRatio(k, pairs),
  ace: (k) => likely.ace(k, task, { simulations: 20 }),
  trainCost: (k) => likely.trainCost(k, pairs),
  "Posterior.sample": (k) => given.sample(k, 8),
  "Posterior.sample by smc": (k) => byParticles.sample(k, 8),
  calibrate: (k) => likely.calibrate(k, artifact, simulator, { datasets: 3 }),
  chooseBeta: (k) => likely.chooseBeta(k, cost.artifact, simulator, { datasets: 3 }),
  betaPath: (k) => likely.betaPath(k, cost.artifact, [0, 0], { betas: [1] }),
  baseDraws: (k) => likely.baseDraws(k, density.spec as likely.DensitySpec, 4),
  "ConditionalDensity.sample of plainDensity": (k) => likely.plainDensity(density).sample(k, 2, at),
  openRun: async (k) => likely.openRun(k, task, 10, { path: await Deno.makeTempDir(), chunkRows: 5 }),
  openRunners: (k) => likely.openRunners(k, task),
  "AsyncSimulator.simulateAsync": (k) => later.simulateAsync(k, sample),
  "AsyncLevel.simulateAsync": (k) => levelsLater.levels![0]!.simulateAsync(k, sample),
  "Level.simulate": (k) => ladder.simulator.levels![1]!.simulate(k, ladderTheta),
  "Level.simulatePair": (k) => ladder.simulator.levels![1]!.simulatePair!(k, ladderTheta),
  "Simulator.simulateScored": (k) => scored.simulateScored!(k, sample),
  camelsPairs: (k) => likely.camelsPairs(k, suite, { pairs: 1 }),
  "ExactPosterior.sample": (k) => likely.uniform1d().generalizedPosterior([0.2], 1).sample(k, 5),
  driftDiffusionTrials: (k) => likely.driftDiffusionTrials(k, [1, 1, 0.5, 0.3], 5),
  hodgkinHuxleyObservations: (k) => likely.hodgkinHuxleyObservations(k, 1),
  hodgkinHuxleyVoltage: (k) => likely.hodgkinHuxleyVoltage(k, new Float64Array(8)),
  mg1QuartilePosterior: (k) => likely.mg1QuartilePosterior(k, [1.1, 2.7, 3.7, 4.6, 23.7], { customers: 9 }),
  heldOutRows: (k) => likely.heldOutRows(k, 20),
  adaptiveImportance: (k) => likely.adaptiveImportance(k, target, prior),
  runChain: (k) => [...likely.runChain(k, kernels[0]!, at, { warmup: 1, draws: 1 })],
  coupledSimulate: (k) => likely.coupledSimulate(k, ladder, [4, 2, 2]),
  jointVariances: (k) => likely.jointVariances(k, levelSampler, { samples: 2 }),
  mlmc: (k) => likely.mlmc(k, levelSampler, { tolerance: 0.1 }),
  mlmcComplexity: (k) => likely.mlmcComplexity(k, levelSampler, [0.1]),
  mlmcTable: (k) => likely.mlmcTable(k, levelSampler, { levels: 2, samples: 10 }),
  compareLevels: (k) => likely.compareLevels(k, levelPairs, { modes: ["fine"], folds: 2, steps: 2 }),
  trainLevels: (k) => likely.trainLevels(k, levelPairs, { steps: 2 }),
  levelAdvice: (k) => likely.levelAdvice(k, ladder, { pilot: 40, steps: 2 }),
  nle: (k) => likely.nle(k, task, { simulations: 20 }),
  npe: (k) => likely.npe(k, task, { simulations: 20 }),
  trainLikelihood: (k) => likely.trainLikelihood(k, pairs),
  trainPosterior: (k) => likely.trainPosterior(k, pairs),
  withSpreads: (k) => likely.withSpreads(k, likely.ensemble([cost.artifact, cost.artifact]), pairs),
  drawMany: (k) => likely.drawMany([k, k], artifact, at, { draws: 4 }),
  queueSimulate: (k) =>
    queueSimulate(k, { module: import.meta.url, export: "task" }, 5, { server: { url: "" }, path: "" }),
  ...Object.fromEntries(
    kernels.filter(({ walk }) => walk).map((kernel) => [
      `Kernel.walk of ${kernel.name}`,
      (k: Key) => [...kernel.walk!(k, kernel.init(key(0), at), 1)],
    ]),
  ),
  ...Object.fromEntries(kernels.map((kernel) => [
    `Kernel.step of ${kernel.name}`,
    (k: Key) => kernel.step(k, kernel.init(key(0), at)),
  ])),
  ...Object.fromEntries(
    [likely.nreC(), likely.scoreAugmented(likely.bce(), { scale: [1, 1] }), amortised]
      .map((
        loss,
      ) => [
        `Loss.assemble of ${loss.name}`,
        (k: Key) => loss.assemble(k, { ...dataset, score: sample }, rows),
      ]),
  ),
};

/** What takes a key and needs no use above, and why. */
const EXEMPT: Readonly<Record<string, string>> = {
  "Kernel.init": "most kernels begin without chance, and draw from no key",
  "Start.sample": "the user's own, or a prior's",
  "Proposal.sample": "the user's own, or a prior's",
  "BatchSampler.sample": "the user's own, or a posterior's",
  "LevelSampler.sample": "the user's own",
  "LevelSampler.together": "the user's own",
  PosteriorSampler: "the user's own",
  "ConditionalDensity.sampleAsync": "of engines on a GPU, which not every machine has",
};

interface Documented {
  readonly name: string;
  readonly declarations: readonly { readonly kind: string; readonly def: Declared }[];
}

interface Declared {
  readonly params?: readonly unknown[];
  readonly methods?: readonly { readonly name: string; readonly params: readonly unknown[] }[];
  readonly tsType?: { readonly kind: string };
}

/** Functions, methods and types of functions that take a key, in all packages that are imported. */
async function takers(): Promise<string[]> {
  const entries = packages().filter((name) => name !== "cli").map((name) => `${name}/mod.ts`);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", "--quiet", ...entries],
    cwd: new URL("../", import.meta.url),
  }).output();
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout));
  const symbols = Object.values<{ symbols: Documented[] }>(nodes).flatMap(({ symbols }) => symbols);
  const hasKey = (value: unknown) => JSON.stringify(value).includes('"typeName":"Key"');
  return symbols.flatMap(({ name, declarations }) =>
    declarations.flatMap(({ kind, def }) => [
      ...(kind === "function" && hasKey(def.params) ? [name] : []),
      ...(kind === "typeAlias" && def.tsType?.kind === "fnOrConstructor" && hasKey(def.tsType) ? [name] : []),
      ...(def?.methods ?? []).filter(({ params }) => hasKey(params)).map((method) =>
        `${name}.${method.name}`
      ),
    ])
  );
}

Deno.test("everything public that takes a key is tried here", async () => {
  const all = await takers();
  assert(all.includes("split") && all.includes("Prior.sample") && all.includes("ClassifierTrainer"));
  const tried = new Set(Object.keys(USES).map((name) => name.split(" ")[0]!));
  assertEquals(all.filter((name) => !tried.has(name) && !(name in EXEMPT)), []);
});

Deno.test("three children of a key are three", () => {
  const three: [Key, Key, Key] = likely.split(key(0), 3);
  assertEquals(three.length, 3);
});

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
