// What training a posterior and training a likelihood have in common.

import {
  type Dataset,
  type DensitySides,
  type EmbeddingSpec,
  type Key,
  type Scaling,
  trialWidth,
} from "@likely/core";
import { requireLength } from "@likely/core/check";
import { nll } from "@likely/losses";
import { freeze, requireTraining, rowsDivided, train } from "@likely/surrogates";
import { advised, shortened } from "./_advised.ts";
import { defaultEngine } from "./default_engine.ts";
import { dataReference } from "./_data_reference.ts";
import type { KnownPrior } from "./_require_pairs.ts";
import type { Planned } from "./_simulate_and_train.ts";
import { trainingWarnings } from "./_training_warnings.ts";
import { versions } from "./_versions.ts";
import type { DensityTrainingOptions, TrainedDensity } from "./density_training.ts";
import { requireHalf } from "./_half_rows.ts";
import { estimatorOf } from "./_mixed_estimator.ts";
import { networkChoice } from "./_network_choice.ts";
import type { SimulatedPairs } from "./simulated_pairs.ts";
import { keyOfFirst, requireMembers, trainMembers } from "./_train_members.ts";
import { trainMixed } from "./_train_mixed.ts";
import { unseenCategories } from "./_unseen_categories.ts";
import type { XColumn } from "./x_column.ts";

/** What is trained on, and how it is seen. */
export interface DensityPlan {
  readonly pairs: SimulatedPairs;
  readonly prior: KnownPrior;
  readonly target: DensitySides["target"];
  readonly scaling: Scaling;
  /** What x is seen through where nobody chose. */
  readonly series?: EmbeddingSpec;
  /** What columns of x are, for a density of x. */
  readonly columns?: readonly XColumn[];
}

/** Trains a density of one side given the other, once or several times, and says what would help. */
export async function trainDensity(
  key: Key,
  plan: DensityPlan,
  options: DensityTrainingOptions,
): Promise<TrainedDensity> {
  const { members = 1, half = false, ...training } = options;
  const { pairs } = plan;
  const { loss = nll() } = training;
  if (half) requireHalf(pairs.dataset.theta.n, { ...training, loss });
  const trained = await trainMembers(key, options, (key) => trainOne(key, plan, training));
  return await advised(keyOfFirst(key, members), trained, {
    ...training,
    loss,
    half,
    prior: plan.prior.density,
    dataset: pairs.dataset,
    train: (key, dataset, stretch) =>
      trainOne(
        key,
        { ...plan, pairs: { ...pairs, dataset } },
        shortened({ ...DEFAULT_TRAINING, ...training }, dataset.theta.n, stretch),
      ),
  });
}

async function trainOne(
  key: Key,
  plan: DensityPlan,
  options: Omit<DensityTrainingOptions, "members" | "half">,
): Promise<TrainedDensity> {
  const { pairs: { dataset, simulator, rounds }, prior, target, scaling, series, columns = [] } = plan;
  const { estimator, embedding = series, engine = defaultEngine(), loss = nll(), ...training } = options;
  const sides = { thetaDim: dataset.theta.dim, xDim: dataset.x.dim, target, ...(embedding && { embedding }) };
  const walls = target === "theta" && isWalled(prior);
  const spec = estimatorOf(sides, estimator, columns, { walls });
  const { trials = 1 } = dataset;
  const { trained: rows } = rowsDivided(dataset.theta.n, { ...training, loss, trials });
  const how = {
    ...DEFAULT_TRAINING,
    // As many steps as without.
    maxEpochs: Math.ceil(DEFAULT_TRAINING.maxEpochs / trials),
    batchSize: Math.min(LARGEST_BATCH, rows),
    learningRate: LEARNING_RATES[spec.kind === "mixed" ? spec.numbers?.kind ?? "categorical" : spec.kind],
    ...training,
    engine,
    loss,
    scaling,
  };
  const trained = spec.kind === "mixed"
    ? await trainMixed(key, dataset, { ...how, spec })
    : await train(key, dataset, { ...how, spec });
  const warnings = [
    ...trainingWarnings(plan.pairs, prior, trained),
    ...target === "x" ? likelihoodOfSuccesses(dataset) : [],
    ...unseenCategories(dataset.x, columns),
  ];
  const artifact = freeze(trained, {
    kind: target === "theta" ? "posterior" : "likelihood",
    prior: prior.spec,
    simulator,
    xNames: plan.pairs.xNames,
    versions: versions(),
    network: networkChoice(spec, {
      network: estimator !== undefined,
      embedding: options.embedding !== undefined,
    }),
    rounds,
    warnings,
    failedAs: "left out",
  });
  const reference = await dataReference(artifact, dataset, engine);
  return { artifact: { ...artifact, ...reference }, history: trained.history, warnings };
}

/** Whether all parameters end at both sides. */
export function isWalled({ support }: Pick<KnownPrior, "support">): boolean {
  return support.every(({ low, high }) => Number.isFinite(low) && Number.isFinite(high));
}

/** Throws what training would, as far as that is known without data. */
export function requireDensityOptions(
  options: DensityTrainingOptions & { readonly columns?: readonly XColumn[]; readonly trials?: number },
  { simulator: { thetaDim, xDim }, simulations }: Planned,
  target: DensitySides["target"],
): void {
  requireMembers(options);
  const { estimator, embedding, engine: _, loss = nll(), half, columns, trials = 1, ...training } = options;
  const width = trialWidth(xDim, trials);
  if (columns) requireLength("use data", "columns", columns.length, width);
  const sides = { thetaDim, xDim: width, target, ...(embedding && { embedding }) };
  const spec = estimatorOf(sides, estimator, columns);
  requireTraining({ ...training, spec, loss }, simulations);
  if (half) requireHalf(simulations, { ...training, loss });
}

/** A posterior is given data that did not fail; a likelihood lacks the probability of that. */
function likelihoodOfSuccesses({ theta, failed, trials = 1 }: Dataset): string[] {
  if (failed === 0) return [];
  return [
    `${failed} of ${
      theta.n / trials + failed
    } simulations failed and are left out: the likelihood is that of data that ` +
    "do not fail, without the probability that they do not; where that depends on parameters, take npe or nre",
  ];
}

// What is learned in a given time goes with the number of steps, and steps of few rows are cheap.
const LARGEST_BATCH = 25;

const DEFAULT_TRAINING = {
  schedule: "cosine",
  maxEpochs: 60,
  patience: 20,
} as const;

// What masked transforms have to learn is often linear, and learned in few epochs.
const LEARNING_RATES = { mdn: 5e-3, maf: 3e-3, nsf: 5e-3, categorical: 5e-3 } as const;
