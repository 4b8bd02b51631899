/**
 * Which inverse temperature? Asked of data whose parameters are known to be the same.
 *
 * @module
 */

import {
  type AnySimulator,
  type Artifact,
  type Distance,
  distanceFrom,
  extent,
  foldIn,
  gatherRows,
  type Key,
  mean,
  type Points,
  points,
  type Prior,
  priorFrom,
  row,
  simulate,
  split,
  zeros,
} from "@likely/core";
import {
  requireColumns,
  requireFraction,
  requireInteger,
  requireKey,
  requireLength,
  requireNonNegative,
  requireOptions,
  requireRows,
} from "@likely/core/check";
import { requireCost } from "./_require_cost.ts";
import { betaPath, type BetaPathOptions } from "./beta_path.ts";
import { usualBetas } from "./usual_betas.ts";

/** Options of {@linkcode chooseBeta}; those of {@linkcode betaPath} say how each posterior is sampled. */
export interface ChooseBetaOptions extends Partial<BetaPathOptions> {
  /**
   * Inverse temperatures to compare, in 1 / unit of the distance.
   *
   * @default {usualBetas(artifact)}
   */
  readonly betas?: readonly number[];
  /**
   * Particles of each path, ≥ 25: fewer than where one path must tell all.
   *
   * @default {100}
   */
  readonly particles?: number;
  /**
   * `"distance"` takes the β with which simulations of the posterior come closest to data held
   * out; of those that cannot be told apart, the smallest. `"coverage"` takes the
   * largest β whose predictive intervals still hold as much of the data held out as they claim to.
   *
   * @default {"distance"}
   */
  readonly by?: "distance" | "coverage";
  /**
   * Pairs of data sets to ask about.
   *
   * @default {undefined} Simulated from 30 draws of the prior.
   */
  readonly pairs?: HeldOutPairs;
  /**
   * Pairs to simulate where none are given.
   *
   * @default {30}
   */
  readonly datasets?: number;
  /**
   * What is measured between simulations and data held out.
   *
   * @default {distanceFrom(artifact.provenance.loss.options)} What the cost was trained on.
   */
  readonly distance?: Distance;
  /**
   * Of the predictive intervals, in (0, 1).
   *
   * @default {0.8}
   */
  readonly level?: number;
  /** Told after every pair, of how many there are. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** Data that come in twos: replicates, or halves of a recording. */
export interface HeldOutPairs {
  /** `[m, p]`: what the posterior sees. */
  readonly x: Points;
  /** `[m, p]`: more data of the same, unseen. */
  readonly heldOut: Points;
}

/** How one β did. */
export interface BetaScore {
  /** The inverse temperature. */
  readonly beta: number;
  /** Mean distance of posterior simulations to data held out. */
  readonly distance: number;
  /** Its standard error over pairs. */
  readonly distanceError: number;
  /** Share of numbers held out within central predictive intervals, mean over columns. */
  readonly coverage: number;
  /** Its standard error over pairs. */
  readonly coverageError: number;
}

/** What {@linkcode chooseBeta} found. */
export interface ChosenBeta {
  /** The β chosen. */
  readonly beta: number;
  /** How each one did, in rising order. */
  readonly rows: readonly BetaScore[];
  /** Pairs left out, as a simulation that they need had failed. */
  readonly failed: number;
  /** What speaks against the choice. */
  readonly warnings: readonly string[];
}

const OPTIONS = {
  betas: true,
  particles: true,
  moves: true,
  sampler: true,
  engine: true,
  prior: true,
  signal: true,
  by: true,
  pairs: true,
  datasets: true,
  distance: true,
  level: true,
  onProgress: true,
} as const;

/**
 * Chooses β by data held out: for each pair of data sets from the same parameters, the posterior
 * of the first at every β is simulated from, and compared with the second.
 *
 * A small β leaves the prior's width, a large one follows the noise of the first data set: the
 * distance to the second is smallest in between, or levels off. It rewards closeness, not
 * honesty about θ. Coverage asks for predictive intervals that are wide enough; it cannot choose
 * among those, as the prior itself covers what is drawn from it: so the largest β that is still
 * honest is taken. Pairs that are simulated presume that the simulator is right; give measured pairs where
 * there are any. A pair is left out, and counted, where simulating it fails, or where at some β every
 * simulation of its posterior does.
 *
 * @param key The key to consume.
 * @param artifact A cost surrogate.
 * @param simulator The simulator that it is a surrogate of.
 * @param options What to compare, and by what.
 * @returns The β, and how every one did.
 * @throws {TypeError} If shapes do not fit, or the distance is the user's own and not given.
 * @throws {RangeError} If an option is out of range, or fewer than two pairs are left.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { ace, chooseBeta, key, twoMoons } from "@likely/sbi";
 *
 * const task = twoMoons();
 * const { artifact } = await ace(key(0), task, { simulations: 500, maxEpochs: 5, structure: "free" });
 * const { beta } = await chooseBeta(key(1), artifact, task.simulator, {
 *   betas: [1, 10],
 *   datasets: 2,
 *   particles: 50,
 * });
 * assert(beta === 1 || beta === 10);
 * ```
 */
export async function chooseBeta(
  key: Key,
  artifact: Artifact,
  simulator: AnySimulator,
  options: ChooseBetaOptions = {},
): Promise<ChosenBeta> {
  requireKey("choose beta", key);
  requireOptions<ChooseBetaOptions>("choose beta", options, OPTIONS);
  requireCost("choose beta", artifact);
  const { betas = usualBetas(artifact), by = "distance", datasets = 30, level = 0.8, ...rest } = options;
  const { pairs: given, onProgress, ...others } = rest;
  const { distance = distanceFrom(artifact.provenance.loss.options), ...sampling } = others;
  requireFraction("choose beta", "level", level);
  requireInteger("choose beta", "the number of betas", betas.length, 1);
  betas.forEach((beta, i) => requireNonNegative("choose beta", `betas[${i}]`, beta));
  const prior = priorFrom(artifact.prior, options.prior);
  const [forPairs, forRuns] = split(key, 2);
  if (!given) requireInteger("choose beta", "datasets", datasets, 2);
  const pairs = given ?? await simulatedPairs(forPairs, prior, simulator, datasets);
  const tried = given ? pairs.x.n : datasets;
  requirePairs(pairs, simulator.xDim);
  requireJudged(pairs.x.n, tried);
  const judged: Judged[][] = [];
  for (let j = 0; j < pairs.x.n; j++) {
    const [forPath, forPredictive] = split(foldIn(forRuns, j), 2);
    const path = await betaPath(forPath, artifact, row(pairs.x, j), { particles: 100, ...sampling, betas });
    const heldOut = points(row(pairs.heldOut, j), pairs.heldOut.dim);
    const at: Judged[] = [];
    for (const [k, { beta, draws }] of path.entries()) {
      const theta = points(draws.values, draws.names.length);
      const { x } = await simulateAt(foldIn(forPredictive, k), prior, simulator, theta);
      if (x.n === 0) break;
      at.push({ beta, distance: mean(distance.between(x, heldOut)), coverage: covered(x, heldOut, level) });
    }
    if (at.length === path.length) judged.push(at);
    onProgress?.({ done: j + 1, total: pairs.x.n });
  }
  const failed = tried - judged.length;
  requireJudged(judged.length, tried);
  const rows = judged[0]!.map((_, k) => score(judged.map((path) => path[k]!)));
  const beta = by === "distance" ? closest(judged) : sharpestHonest(rows, level);
  return { beta, rows, failed, warnings: failureWarnings(failed, tried) };
}

function failureWarnings(failed: number, tried: number): string[] {
  if (failed === 0) return [];
  return [
    `${failed} of ${tried} pairs were left out as a simulation had failed: beta is chosen by the others`,
  ];
}

/** One pair at one β. */
type Judged = Pick<BetaScore, "beta" | "distance" | "coverage">;

async function simulatedPairs(
  key: Key,
  prior: Prior,
  simulator: AnySimulator,
  datasets: number,
): Promise<HeldOutPairs> {
  const [forX, forHeldOut] = split(key, 2);
  const first = await simulate(forX, { prior, simulator }, datasets);
  const again = await simulateAt(forHeldOut, prior, simulator, first.theta);
  return { x: gatherRows(first.x, rowsWithin(first.theta, again.theta)), heldOut: again.x };
}

/** Simulates the given parameters; those that fail are left out, and all of them may. */
async function simulateAt(key: Key, prior: Prior, simulator: AnySimulator, theta: Points) {
  const source = { prior: { ...prior, sample: () => theta }, simulator };
  try {
    return await simulate(key, source, theta.n);
  } catch (error) {
    // Of what a run without options is refused for, only that no row succeeded is a RangeError.
    if (!(error instanceof RangeError)) throw error;
    return { theta: zeros(0, theta.dim), x: zeros(0, simulator.xDim) };
  }
}

/** Which rows of `all` those of `some` are, in order. */
function rowsWithin(all: Points, some: Points): number[] {
  let i = -1;
  return Array.from({ length: some.n }, (_, k) => {
    const wanted = row(some, k);
    do i++; while (!row(all, i).every((value, j) => value === wanted[j]));
    return i;
  });
}

/** Share of columns in which the number held out lies within the central interval. */
function covered(x: Points, heldOut: Points, level: number): number {
  const inside = Array.from(heldOut.data, (value, k): number => {
    let below = 0;
    for (let i = 0; i < x.n; i++) {
      const other = x.data[i * x.dim + k]!;
      below += other < value ? 1 : other === value ? 0.5 : 0;
    }
    // The rank among n + 1 exchangeable numbers.
    return Math.abs((below + 0.5) / (x.n + 1) - 0.5) <= level / 2 ? 1 : 0;
  });
  return mean(inside);
}

function score(judged: readonly Judged[]): BetaScore {
  const distances = judged.map(({ distance }) => distance);
  const coverages = judged.map(({ coverage }) => coverage);
  return {
    beta: judged[0]!.beta,
    distance: mean(distances),
    distanceError: standardError(distances),
    coverage: mean(coverages),
    coverageError: standardError(coverages),
  };
}

/** The smallest β that does no worse than the best by more than the error of the difference. */
function closest(judged: readonly (readonly Judged[])[]): number {
  const totals = judged[0]!.map((_, k) => mean(judged.map((path) => path[k]!.distance)));
  const best = totals.indexOf(extent(totals)[0]);
  const chosen = totals.findIndex((_, k) => {
    const worse = judged.map((path) => path[k]!.distance - path[best]!.distance);
    return mean(worse) <= standardError(worse);
  });
  return judged[0]![chosen]!.beta;
}

/** The sharpest β whose intervals are not shown to be too narrow; every one failing, the smallest. */
function sharpestHonest(rows: readonly BetaScore[], level: number): number {
  const honest = rows.findLast(({ coverage, coverageError }) => coverage + coverageError >= level);
  return (honest ?? rows[0]!).beta;
}

function standardError(values: readonly number[]): number {
  const at = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - at) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

function requireJudged(count: number, tried: number): void {
  if (count >= 2) return;
  throw new RangeError(
    `Cannot choose beta as at least 2 pairs must have no failed simulation: current value is ${count} of ${tried}`,
  );
}

function requirePairs({ x, heldOut }: HeldOutPairs, xDim: number): void {
  requireColumns("choose beta", "x", x, xDim);
  requireColumns("choose beta", "heldOut", heldOut, xDim);
  requireRows("choose beta", "x", x, 0);
  requireRows("choose beta", "heldOut", heldOut, 0);
  requireLength("choose beta", "heldOut", heldOut.n, x.n);
}
