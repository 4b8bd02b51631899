/**
 * From simulations of several levels to a trained surrogate of the finest.
 *
 * @module
 */

import {
  type Dataset,
  type Engine,
  foldIn,
  gatherRows,
  type Key,
  type Loss,
  type Points,
  split,
  type Weights,
} from "@likely/core";
import {
  requireColumns,
  requireInteger,
  requireKey,
  requireOptions,
  requirePositive,
} from "@likely/core/check";
import { alignLevels, type LevelPairs, type LevelRows, levelWarnings, totalCost } from "@likely/multilevel";
import { freeze, heldOutRows, rowsDivided, train } from "@likely/surrogates";
import { TRAIN_LEVELS } from "./_option_names.ts";
import { conductorOf } from "./_conductor.ts";
import { columnsOf, type LevelPlan, planLevels, pooledRows, seenBy } from "./_level_plan.ts";
import { networkChoice } from "./_network_choice.ts";
import { dataReference } from "./_data_reference.ts";
import { type KnownPrior, knownPrior } from "./_require_pairs.ts";
import {
  type Conductor,
  lossOnRows,
  severalBatchesEngine,
  telescopedLoss,
  telescopingEngine,
} from "./_telescoped.ts";
import { trainMembers } from "./_train_members.ts";
import { trainingWarnings } from "./_training_warnings.ts";
import { versions } from "./_versions.ts";
import { defaultEngine } from "./default_engine.ts";
import { isTelescoped, LEVELS_MODES, type LevelsMode } from "./levels_mode.ts";
import type { TrainedLevels, TrainLevelsOptions } from "./levels_training.ts";
import { withSpreads } from "./with_spreads.ts";

/**
 * Trains on coupled simulations of several levels, towards the loss of the finest:
 * `E f⁰ + Σ_l E (f^l − f^{l−1})`, in which every pair shares θ, random numbers and minibatch. It is judged, and
 * its best weights are kept, by fine rows of the highest level that are set aside.
 *
 * The modes that do not telescope are the honest comparison: take the one that a bench on your own simulator
 * prefers, and `"fine"` where none is better.
 *
 * For a cost the sum is exact, whatever the network: the loss is `(f − d⁰)² − 2 f (d^l − d^{l−1})` up to a
 * constant, so that corrections are learned from differences alone.
 *
 * Source: Hikida, Bharti, Jeffrey & Briol (2025), "Multilevel neural simulation-based inference",
 * https://arxiv.org/abs/2506.06087; for `"transfer"` Krouglova et al. (2025), https://arxiv.org/abs/2502.08416.
 *
 * @param key The key to consume.
 * @param pairs What was simulated, see `coupledSimulate`.
 * @param options Method, mode, network, training.
 * @returns The surrogate and its learning curves.
 * @throws {TypeError | RangeError} If options or data do not fit together.
 * @throws {UnsupportedError} If a column of x holds categories, for `nle`, or the engine takes no such steps.
 * @throws {TrainingError} If a loss is not finite.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { coupledSimulate, drawNormal, independent, key, leveled, normal, trainLevels } from "@likely/sbi";
 *
 * const level = (bias: number, cost: number) => ({
 *   cost,
 *   simulate: (noise: { of(name: string): { uniform(): number } }, [a]: Float64Array) => [
 *     a! * (1 + bias) + drawNormal(noise.of("observation"), 0, 0.1),
 *   ],
 * });
 * const source = {
 *   prior: independent({ a: normal(0, 1) }),
 *   simulator: leveled({ name: "line", thetaDim: 1, xDim: 1, levels: [level(0.3, 1), level(0, 20)] }),
 * };
 * const pairs = await coupledSimulate(key(0), source, [500, 50]);
 * const { artifact } = await trainLevels(key(1), pairs, { steps: 200 });
 * assertEquals(artifact.kind, "posterior");
 * ```
 */
export async function trainLevels(
  key: Key,
  pairs: LevelPairs,
  options: TrainLevelsOptions = {},
): Promise<TrainedLevels> {
  requireKey("train on levels", key);
  requireOptions<TrainLevelsOptions>("train on levels", options, TRAIN_LEVELS);
  const trained = await trainMembers(key, options, (key) => trainOne(key, pairs, options));
  const { artifact } = trained;
  if (!artifact.others || artifact.kind !== "cost") return trained;
  const { theta, fine, failed } = pairs.levels.at(-1)!;
  const { simulator, prior } = pairs;
  const dataset = { theta, x: fine, failed };
  const spread = await withSpreads(foldIn(key, options.members!), artifact, { simulator, prior, dataset });
  return { ...trained, artifact: spread };
}

async function trainOne(key: Key, pairs: LevelPairs, options: TrainLevelsOptions): Promise<TrainedLevels> {
  const { method = "npe", mode = "control_variate", align = method !== "ace", engine = defaultEngine() } =
    options;
  const prior = requireLevelPairs(pairs, mode);
  const [forPlan, forTraining, forBefore] = split(key, 3);
  const raw = pooledRows(pairs.levels);
  const columns = method === "nle" ? columnsOf(raw.x, options) : [];
  const { levels } = align ? alignLevels(pairs, seenBy(method, raw.x, columns)) : pairs;
  const plan = planLevels(forPlan, method, pooledRows(levels), prior, { ...options, columns });
  const run: Run = { plan, levels, engine, options, pace: paceOf(levels, options) };
  const { warmStart = STARTS_WARM.includes(mode) && method !== "ace" } = options;
  const trained = mode === "transfer" || warmStart && isTelescoped(mode)
    ? await continued(forBefore, forTraining, run, mode)
    : await trainOn(forTraining, run, mode);
  return await frozen(pairs, prior, mode, run, trained);
}

/** Weights of levels do as much, and the published rule is left as it is. */
const STARTS_WARM: readonly LevelsMode[] = ["plain", "control_variate"];

interface Run {
  readonly plan: LevelPlan;
  readonly levels: readonly LevelRows[];
  readonly engine: Engine;
  readonly options: TrainLevelsOptions;
  readonly pace: Pace;
}

interface Pace {
  readonly steps: number;
  readonly batchSize: number;
  readonly validationFraction: number;
}

const STEPS = 1000;
/** Of the finest level's rows. */
const EPOCHS = 60;
/** Of the levels below before they are corrected: a network that knows those too well is corrected less well. */
const EPOCHS_BELOW = 20;
const LARGEST_BATCH = 25;
/** So few rows judge badly; they are set aside all the same. */
const FEWEST_JUDGES = 10;

function paceOf(levels: readonly LevelRows[], options: TrainLevelsOptions): Pace {
  const { steps = STEPS } = options;
  const { theta: { n } } = levels.at(-1)!;
  requireInteger("train on levels", "steps", steps, 1);
  requireInteger("train on levels", "rows of the highest level", n, 2);
  const { validationFraction = Math.max(0.1, Math.min(0.5, FEWEST_JUDGES / n)) } = options;
  const { trained } = rowsDivided(n, { validationFraction });
  const { batchSize = Math.min(LARGEST_BATCH, trained) } = options;
  requireInteger("train on levels", "batchSize", batchSize, 1, trained);
  return { steps, batchSize, validationFraction };
}

/** A training that this one continues: its weights, but where a checkpoint has newer ones. */
interface Before {
  readonly start?: Weights;
}

/** What a training is of: a mode, or the levels below before one continues it. */
type Phase = LevelsMode | "below";

/** One training; what may be told of it is in `warnings`. */
type Trained = Awaited<ReturnType<typeof train>> & { readonly warnings: readonly string[] };

/** What has been learned is to be corrected, not forgotten. */
const SLOWER = 10;

async function trainOn(key: Key, run: Run, mode: Phase, before?: Before): Promise<Trained> {
  const { start } = before ?? {};
  const { plan, engine, options, pace } = run;
  const { batchSize, validationFraction } = pace;
  const { epochs, trials, data } = courseOf(run, mode);
  const warnings: string[] = [];
  const stop = new AbortController();
  const held = new Set(heldOutRows(key, data.theta.n, { validationFraction, trials }));
  const { loss, conductor } = waysOf(run, mode, {
    trials,
    judges: (row) => held.has(row * trials),
    onDeparture: (text) => {
      warnings.push(text);
      stop.abort();
    },
  });
  const { signal, onProgress, clipNorm, resume, onCheckpoint, checkpointEvery } = options;
  const { learningRate = RATES[plan.spec.kind as keyof typeof RATES] } = options;
  const trained = await train(key, data, {
    schedule: options.schedule ?? "cosine",
    engine: conductor ? telescopingEngine(engine, conductor) : engine,
    spec: plan.spec,
    scaling: plan.scaling,
    // A run that resumes must be of the same mode.
    loss: { ...loss, options: { ...loss.options, levels: mode } },
    batchSize,
    validationFraction,
    learningRate: before ? learningRate / SLOWER : learningRate,
    maxEpochs: epochs,
    // Pairs of ratios and costs have noise of their own, and few rows judge.
    ...(plan.spec.kind === "network" && { validationPairings: 10 }),
    patience: Math.max(10, Math.ceil(epochs / 3)),
    ...(start && { start }),
    ...(clipNorm !== undefined && { clipNorm }),
    ...(onProgress && { onProgress }),
    ...(resume && { resume }),
    ...(onCheckpoint && { onCheckpoint }),
    ...(checkpointEvery !== undefined && { checkpointEvery }),
    signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
  });
  return { ...trained, warnings };
}

interface Course {
  readonly epochs: number;
  /** Copies of each row. */
  readonly trials: number;
  readonly data: Dataset;
}

/** How long it takes: so few pairs would make epochs of a step or two, and come several times. */
function courseOf({ plan, levels, options, pace }: Run, mode: Phase): Course {
  const { steps, batchSize, validationFraction } = pace;
  const { theta, fine, failed } = levels.at(-1)!;
  const isPlain = mode === "fine" || mode === "transfer" || mode === "below";
  const alone = rowsDivided(theta.n, { validationFraction }).trained / batchSize;
  // But for ratios: a row must not be told from its own copy.
  const trials = isPlain || plan.kind === "ratio" ? 1 : Math.max(1, Math.ceil(STEPS_AN_EPOCH / alone));
  const data: Dataset = {
    theta: repeated(theta, trials),
    x: repeated(fine, trials),
    failed,
    ...(trials > 1 && { trials }),
  };
  const perEpoch = Math.floor(rowsDivided(data.theta.n, { validationFraction, trials }).trained / batchSize);
  const usual = mode === "fine" || mode === "transfer" ? EPOCHS : mode === "below" ? EPOCHS_BELOW : 0;
  const least = mode === "fine" && options.steps === undefined ? 0 : Math.ceil(steps / perEpoch);
  return { epochs: options.steps === undefined ? Math.max(usual, least) : least, trials, data };
}

/** Of the lower levels' rows, to judge by. */
const ASIDE = 0.1;
/** Between two looks at what is set aside. */
const STEPS_AN_EPOCH = 40;

function repeated(source: Points, times: number): Points {
  return times === 1
    ? source
    : gatherRows(source, Uint32Array.from({ length: source.n * times }, (_, k) => Math.floor(k / times)));
}

const RATES = { network: 3e-3, mdn: 5e-3, maf: 3e-3, nsf: 5e-3 } as const;

interface Ways {
  readonly loss: Loss;
  /** Absent: plain steps on the loop's own rows. */
  readonly conductor?: Conductor;
}

interface Surroundings {
  readonly trials: number;
  /** Whether a row of the highest level is one of those that judge. */
  judges(row: number): boolean;
  onDeparture(text: string): void;
}

function waysOf(
  { plan, levels, options, pace }: Run,
  mode: Phase,
  { trials, judges, onDeparture }: Surroundings,
): Ways {
  const { batchSize, steps } = pace;
  const parts = 2 * levels.length - 1;
  if (mode === "fine" || mode === "transfer" || mode === "below") return { loss: plan.loss };
  if (!isTelescoped(mode)) {
    const all = {
      combine: ([first]: readonly Float32Array[]) => first!,
      value: ([first]: readonly number[]) => first!,
    };
    const seen = [...levels.slice(0, -1), rowsBut(levels.at(-1)!, judges)];
    return {
      loss: lossOnRows(plan.loss, pooledRows(seen), parts * batchSize),
      conductor: { telescope: () => all },
    };
  }
  const { memorised = 5 } = options;
  if (memorised !== Infinity) requirePositive("train on levels", "memorised", memorised);
  const rows = levels.flatMap(({ theta }, l) => {
    const own = l === levels.length - 1 ? batchSize : Math.min(batchSize, theta.n);
    return l === 0 ? [own] : [own, own];
  });
  return {
    loss: telescopedLoss(plan.loss, { levels, trials, batchSize, share: ASIDE }),
    conductor: conductorOf({ mode, levels, steps, rows, memorised, onDeparture }),
  };
}

/** Fine rows that do not judge. */
function rowsBut({ theta, fine }: LevelRows, judges: (row: number) => boolean): LevelRows {
  const kept = Uint32Array.from({ length: theta.n }, (_, row) => row).filter((row) => !judges(row));
  return { theta: gatherRows(theta, kept), fine: gatherRows(fine, kept), failed: 0 };
}

/** First what all levels but the highest tell together, then what the mode does. */
async function continued(before: Key, key: Key, run: Run, mode: LevelsMode): Promise<Trained> {
  const { resume, ...anew } = run.options;
  const { hi, lo } = resume?.about.key ?? {};
  if (hi === key.hi && lo === key.lo) return await trainOn(key, run, mode, {});
  const lower = run.levels.slice(0, -1);
  const { theta, x, failed } = pooledRows(lower);
  const cheap = { theta, fine: x, failed };
  const { batchSize: _, ...options } = run.options;
  const engine = isTelescoped(mode) ? severalBatchesEngine(run.engine) : run.engine;
  const first = await trainOn(
    before,
    { ...run, engine, levels: [cheap], options, pace: paceOf([cheap], options) },
    "below",
  );
  if (options.signal?.aborted) return first;
  return await trainOn(key, { ...run, options: anew }, mode, { start: first.weights });
}

async function frozen(
  pairs: LevelPairs,
  prior: KnownPrior,
  mode: LevelsMode,
  { plan, levels, engine, options }: Run,
  trained: Trained,
): Promise<TrainedLevels> {
  const { simulator, costs } = pairs;
  const pooled = pooledRows(levels);
  const warnings = [
    ...levelWarnings(pairs),
    ...trained.warnings,
    ...trainingWarnings({ simulator, prior: pairs.prior, dataset: pooled }, prior, plan),
    ...failures(pairs),
  ];
  const { unit, spec } = plan;
  const { trials: _, ...once } = trained;
  const inUnits = (losses: readonly number[]) => losses.map((loss) => loss * unit ** 2);
  const { train: curve, validation } = trained.history;
  const history = unit === 1 ? trained.history : { train: inUnits(curve), validation: inUnits(validation) };
  const frozen = freeze({
    ...once,
    spec: plan.shipped,
    history,
    best: { ...trained.best, loss: trained.best.loss * unit ** 2 },
    simulations: pooled.theta.n,
    failed: pooled.failed,
  }, {
    kind: plan.kind,
    prior: prior.spec,
    simulator,
    versions: versions(),
    network: networkChoice(spec, { network: plan.network, embedding: options.embedding !== undefined }),
    warnings,
  });
  const counts = pairs.levels.map(({ theta }) => theta.n);
  const artifact = {
    ...frozen,
    provenance: { ...frozen.provenance, levels: { mode, counts, cost: totalCost({ ...pairs, costs }) } },
  };
  const reference = await dataReference(
    artifact,
    { theta: levels.at(-1)!.theta, x: levels.at(-1)!.fine },
    engine,
  );
  return { artifact: { ...artifact, ...reference }, history, warnings };
}

function failures({ levels }: LevelPairs): string[] {
  return levels.flatMap(({ theta, failed }, l) =>
    failed > 0 ? [`${failed} of ${theta.n + failed} rows of level ${l} failed and are left out`] : []
  );
}

function requireLevelPairs({ levels, costs, prior: given }: LevelPairs, mode: LevelsMode): KnownPrior {
  const action = "train on levels";
  if (!LEVELS_MODES.includes(mode)) {
    throw new TypeError(
      `Cannot ${action} as mode must be one of ${LEVELS_MODES.join(", ")}: current value is "${mode}"`,
    );
  }
  requireInteger(action, "the number of levels", levels.length, 2);
  requireInteger(action, "the number of costs", costs.length, levels.length, levels.length);
  const prior = knownPrior(given);
  const { dim } = levels[0]!.fine;
  for (const [l, { theta, fine, coarse }] of levels.entries()) {
    requireColumns(action, `theta of level ${l}`, theta, prior.dim);
    requireColumns(action, `x of level ${l}`, fine, dim);
    requireInteger(action, `rows of level ${l}`, theta.n, 1);
    const isPaired = l === 0 ? coarse === undefined : coarse?.n === theta.n && coarse.dim === dim;
    if (isPaired && fine.n === theta.n) continue;
    throw new TypeError(
      `Cannot ${action} as level ${l} must have as many rows of theta, fine${
        l > 0 ? " and coarse" : ", and no coarse"
      } ones: ` +
        `current numbers are ${theta.n}, ${fine.n}, ${coarse?.n ?? "none"}`,
    );
  }
  return prior;
}
