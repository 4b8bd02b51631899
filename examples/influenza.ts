/**
 * The main job, end to end: an epidemic's parameters from real data.
 *
 * In January 1978 influenza went through an English boarding school of 763 boys; how many were
 * confined to bed is known for 14 days. How fast did it spread (beta), how fast did boys
 * recover (gamma), how noisy is the count (phi_inv)?
 *
 * `deno task demo` takes the deterministic epidemic, whose exact posterior is known and printed
 * beside the surrogate's; `deno task demo --stochastic` takes the jump process, whose
 * likelihood nobody can write down.
 *
 * @module
 */

import {
  convergenceWarnings,
  countsToX,
  type Draws,
  gatherRows,
  influenza,
  influenzaCounts,
  type Key,
  type LogDensity,
  mcmcPosterior,
  type Nre,
  nre,
  type NreOptions,
  type Points,
  points,
  posterior,
  posteriorDensity,
  type SampleProgress,
  split,
  stochasticInfluenza,
  type Task,
  xToCounts,
} from "@likely/sbi";

/** What is asked of {@linkcode inferInfluenza}. */
export interface InfluenzaOptions extends NreOptions {
  /** The jump process in place of the differential equation. */
  readonly stochastic?: boolean;
  /** A quarter of the draws. */
  readonly draws?: number;
  /** Told what is done now, in words, and how far it is where that is known. */
  readonly onStage?: (what: string, share?: number) => void;
}

/** What {@linkcode inferInfluenza} finds. */
export interface InfluenzaResult extends Nre {
  /** Draws of the surrogate's posterior. */
  readonly draws: Draws;
  /** Draws of the exact posterior, where the likelihood is known. */
  readonly exact?: Draws;
  /** `[n, 14]`: counts simulated from posterior draws. */
  readonly replicates: Points;
}

// The posterior is a sliver of the prior: so sharp a ratio wants a high rate and many steps, and
// small batches get there in half the epochs that batches of 100 need.
const TRAINING: NreOptions = {
  trunk: { kind: "mlp", hidden: [96, 96, 96], activation: "silu" },
  batchSize: 25,
  learningRate: 8e-3,
  maxEpochs: 36,
};

/** Simulates, trains, samples; and samples the exact posterior where there is one. */
export async function inferInfluenza(key: Key, options: InfluenzaOptions = {}): Promise<InfluenzaResult> {
  const { stochastic = false, draws: length = 1000, onStage, ...training } = options;
  const [forNre, forDraws, forExact, forReplicates] = split(key, 4);
  const task = stochastic ? stochasticInfluenza() : influenza();
  // Named by module, so that workers can import it.
  const module = stochastic
    ? {
      module: import.meta.resolve("@likely/simulators/stochastic-influenza"),
      export: "stochasticInfluenza",
    }
    : { module: import.meta.resolve("@likely/simulators/influenza"), export: "influenza" };
  const simulation = { score: !stochastic, ...training.simulation };

  const surrogate = await nre(forNre, module, { ...TRAINING, ...training, simulation });
  onStage?.("draw from the surrogate's posterior");
  using given = await posterior(surrogate.artifact, countsToX(influenzaCounts));
  const draws = await given.sample(forDraws, 4 * length);
  const exact = await sampleExact(forExact, task, length, onStage);
  onStage?.("simulate from the draws");
  return { ...surrogate, draws, ...(exact && { exact }), replicates: predict(forReplicates, task, draws) };
}

/** Draws by Markov chains on the exact likelihood. */
async function sampleExact(
  key: Key,
  task: Task,
  length: number,
  onStage?: InfluenzaOptions["onStage"],
): Promise<Draws | undefined> {
  const { prior, simulator } = task;
  if (!simulator.logLikelihood || !simulator.score) return undefined;
  const x = countsToX(influenzaCounts);
  const likelihood: LogDensity = {
    name: "exact",
    dim: prior.dim,
    evaluate: (theta, { gradient = true } = {}) => {
      const observed = repeat(x, theta.n);
      const value = simulator.logLikelihood!(theta, observed);
      return gradient ? { value, grad: simulator.score!(theta, observed).data } : { value };
    },
  };
  const target = posteriorDensity(prior, likelihood);
  // Each evaluation solves the epidemic: short fixed paths cost less than trees on a round target,
  // are soon tuned, and half as many draws are worth as much.
  const what = "run chains on the exact likelihood, which solves the epidemic at every step";
  const how = {
    sampler: "hmc",
    warmup: 200,
    check: convergenceWarnings,
    onProgress: ({ step, total }: SampleProgress) => onStage?.(what, step / total),
  } as const;
  return await mcmcPosterior(target, prior, how).sample(key, 2 * length);
}

/** Simulates counts from draws of the posterior, at most 1,000 of them. */
function predict(key: Key, { simulator }: Task, draws: Draws): Points {
  const theta = points(draws.values, draws.names.length);
  const n = Math.min(1000, theta.n);
  const spread = Uint32Array.from({ length: n }, (_, i) => Math.floor((i * theta.n) / n));
  const { data, dim } = simulator.simulate(key, gatherRows(theta, spread));
  return points(xToCounts(data), dim);
}

function repeat(x: Float64Array, n: number): Points {
  return points(Float64Array.from({ length: n * x.length }, (_, k) => x[k % x.length]!), x.length);
}
