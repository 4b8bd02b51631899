// deno-lint-ignore-file no-console -- a program for people
/**
 * Cheap and expensive levels of one simulator: does it pay to mix them, and what comes of it?
 *
 * `deno run examples/multilevel.ts`: an Ornstein-Uhlenbeck process by 5, 20 and 100 Euler steps. A pilot says
 * how alike the levels' losses are; then a posterior is learned from 2,000 cheap runs, 200 and 30 coupled
 * pairs, and from what the same money buys of the finest level alone.
 *
 * @module
 */

import {
  coupledSimulate,
  fusedEngine,
  key,
  levelAdvice,
  mean,
  npe,
  ornsteinUhlenbeck,
  simulate,
  totalCost,
  trainLevels,
} from "@likely/sbi";

const task = ornsteinUhlenbeck({ levels: "steps", steps: [5, 20, 100] });

const { text } = await levelAdvice(key(0), task, { budget: 60_000 });
console.log(text.join("\n"));

const pairs = await coupledSimulate(key(1), task, [2000, 200, 30]);
const { artifact: several } = await trainLevels(key(2), pairs);
const simulations = Math.floor(totalCost(pairs) / 100);
const { artifact: alone } = await npe(key(3), task, { simulations });

const fresh = await simulate(key(4), task, 1000);
for (
  const [what, artifact] of [["three levels", several], [`${simulations} runs of the finest`, alone]] as const
) {
  using density = await fusedEngine().density(artifact);
  const found = mean(density.logDensity(fresh.theta, fresh.x));
  console.log(`${what}: the true parameters have a mean log density of ${found.toFixed(2)} nats`);
}
