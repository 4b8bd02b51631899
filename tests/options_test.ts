// Options that do not exist are refused where they are given, with the nearest that does, before any work.

import { assertEquals, assertRejects } from "@std/assert";
import * as likely from "@likely/sbi";
import { fromRows, key, twoMoons } from "@likely/sbi";

const task = twoMoons();
const never = {
  ...task,
  simulator: {
    ...task.simulator,
    simulate: () => {
      throw new Error("nothing may be simulated");
    },
  },
};
const dataset = await likely.simulate(key(0), task, 40);
const pairs = { dataset, prior: task.prior, simulator: "two_moons" };
const quick = { simulations: 40, maxEpochs: 1, batchSize: 10 };
const { artifact } = await likely.nre(key(0), task, quick);
const { artifact: cost } = await likely.ace(key(0), task, quick);
const levels = await likely.coupledSimulate(key(0), likely.ornsteinUhlenbeck(), [20, 10]);
const target = { name: "none", dim: 2, evaluate: () => never as never };

/** A door, what is asked for there, and what is near. */
const DOORS: readonly [string, (options: never) => unknown, string, string][] = [
  ["npe", (o) => likely.npe(key(0), never, o), "epochs", "maxEpochs"],
  ["npe", (o) => likely.npe(key(0), never, o), "num_simulations", "simulations"],
  ["nle", (o) => likely.nle(key(0), never, o), "trial", "trials"],
  ["nre", (o) => likely.nre(key(0), never, o), "lr", "learningRate"],
  ["ace", (o) => likely.ace(key(0), never, o), "batch_size", "batchSize"],
  ["trainPosterior", (o) => likely.trainPosterior(key(0), pairs, o), "max_num_epochs", "maxEpochs"],
  ["trainLikelihood", (o) => likely.trainLikelihood(key(0), pairs, o), "column", "columns"],
  ["trainRatio", (o) => likely.trainRatio(key(0), pairs, o), "patients", "patience"],
  ["trainCost", (o) => likely.trainCost(key(0), pairs, o), "distances", "distance"],
  ["trainLevels", (o) => likely.trainLevels(key(0), levels, o), "maxSteps", "steps"],
  ["compareLevels", (o) => likely.compareLevels(key(0), levels, o), "mode", "modes"],
  ["levelAdvice", (o) => likely.levelAdvice(key(0), likely.toggleSwitch(), o), "budgets", "budget"],
  ["simulate", (o) => likely.simulate(key(0), never, 10, o), "worker", "workers"],
  ["simulate of npe", (o) => likely.npe(key(0), never, { simulation: o }), "scores", "score"],
  ["posterior", (o) => likely.posterior(artifact, [0, 0], o), "num_chains", "chains"],
  ["posterior", (o) => likely.posterior(artifact, [0, 0], o), "warm_up", "warmup"],
  ["drawMany", (o) => likely.drawMany([key(0)], artifact, fromRows([[0, 0]]), o), "draw", "draws"],
  ["calibrate", (o) => likely.calibrate(key(0), artifact, never.simulator, o), "dataset", "datasets"],
  ["chooseBeta", (o) => likely.chooseBeta(key(0), cost, never.simulator, o), "beta", "betas"],
  ["betaPath", (o) => likely.betaPath(key(0), cost, [0, 0], o), "particle", "particles"],
  [
    "sample",
    (o) => likely.sample(key(0), target, task.prior, o),
    "num_chains",
    "chains",
  ],
];

for (const [door, call, stray, near] of DOORS) {
  Deno.test(`${door} tells "${near}" where "${stray}" is asked for`, async () => {
    await assertRejects(
      async () => await call({ [stray]: 1 } as never),
      TypeError,
      ` as "${stray}" is not an option: the nearest is "${near}"`,
    );
  });
}

Deno.test("where nothing is near, all that there is is told", async () => {
  await assertRejects(
    () => likely.ace(key(0), never, { colour: "red" } as never),
    TypeError,
    'Cannot learn a cost as "colour" is not an option: there are simulations, simulation, batchSize',
  );
});

Deno.test("options that are none are told so", async () => {
  await assertRejects(
    () => likely.npe(key(0), never, 500 as never),
    TypeError,
    "Cannot learn a posterior as options must be an object: current value is 500",
  );
});

Deno.test("one spelling: options of training on the command line are those of objects", async () => {
  const { TRAIN_OPTIONS } = await import("../cli/_train_settings.ts");
  const { TRAIN_RATIO } = await import("../recipes/_option_names.ts");
  const written = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const shared = [
    "maxEpochs",
    "batchSize",
    "learningRate",
    "patience",
    "members",
    "half",
    "loss",
    "refresh",
  ] as const;
  for (const name of shared) {
    assertEquals([name in TRAIN_RATIO, written(name) in TRAIN_OPTIONS], [true, true], name);
  }
});
