// The options of every recipe by name. Where a list is used, `requireOptions<…>`, the compiler compares it with the type.

const RATES = {
  batchSize: true,
  learningRate: true,
  schedule: true,
  clipNorm: true,
  validationFraction: true,
} as const;

const WATCHING = {
  onProgress: true,
  onCheckpoint: true,
  checkpointEvery: true,
  resume: true,
  signal: true,
} as const;

/** What every training but that on levels can be told. */
const TRAINING = {
  ...RATES,
  ...WATCHING,
  engine: true,
  embedding: true,
  validationPairings: true,
  average: true,
  thin: true,
  patience: true,
  maxEpochs: true,
  members: true,
  half: true,
} as const;

const START = { start: true, startMargin: true } as const;

const SIMULATING = { simulations: true, simulation: true } as const;
const IN_ROUNDS = {
  ...SIMULATING,
  observation: true,
  rounds: true,
} as const;

/** Of `trainPosterior`. */
export const TRAIN_POSTERIOR = {
  ...TRAINING,
  ...START,
  loss: true,
  estimator: true,
} as const;

/** Of `trainLikelihood`. */
export const TRAIN_LIKELIHOOD = {
  ...TRAIN_POSTERIOR,
  columns: true,
  trials: true,
} as const;

/** Of `trainRatio`. */
export const TRAIN_RATIO = {
  ...TRAINING,
  ...START,
  scaling: true,
  loss: true,
  trunk: true,
  refresh: true,
} as const;

/** Of `trainCost`. */
export const TRAIN_COST = {
  ...TRAINING,
  distance: true,
  structure: true,
  observations: true,
  noisy: true,
  targetsPerRow: true,
  failureCost: true,
  logTheta: true,
  trunk: true,
} as const;

/** Of `npe`. */
export const NPE = { ...IN_ROUNDS, ...TRAIN_POSTERIOR } as const;
/** Of `nle`. */
export const NLE = { ...IN_ROUNDS, ...TRAIN_LIKELIHOOD } as const;
/** Of `nre`. */
export const NRE = { ...IN_ROUNDS, ...TRAIN_RATIO } as const;
/** Of `ace`. */
export const ACE = { ...SIMULATING, ...TRAIN_COST } as const;

const ON_LEVELS = {
  ...RATES,
  members: true,
  method: true,
  align: true,
  steps: true,
  warmStart: true,
  estimator: true,
  embedding: true,
  trunk: true,
  columns: true,
  distance: true,
  observations: true,
  engine: true,
} as const;

/** Of `trainLevels`. */
export const TRAIN_LEVELS = {
  ...ON_LEVELS,
  ...WATCHING,
  mode: true,
  memorised: true,
} as const;

/** Of `levelAdvice`. */
export const LEVEL_ADVICE = {
  ...ON_LEVELS,
  ...WATCHING,
  pilot: true,
  budget: true,
} as const;

/** Of `compareLevels`. */
export const COMPARE_LEVELS = {
  ...ON_LEVELS,
  memorised: true,
  modes: true,
  alone: true,
  folds: true,
  onProgress: true,
} as const;
