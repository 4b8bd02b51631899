/**
 * Whether several levels pay, before their simulations are bought.
 *
 * @module
 */

import {
  type Artifact,
  drawPermutation,
  type Engine,
  gatherRows,
  type Key,
  type Points,
  type SimulationSource,
  split,
  stream,
} from "@likely/core";
import {
  requireInteger,
  requireKey,
  requireOptions,
  requirePositive,
  requireSource,
} from "@likely/core/check";
import {
  alignLevels,
  allocate,
  type Allocation,
  chooseLevels,
  declaredCosts,
  type LevelChoice,
  type LevelPairs,
  type LevelRows,
} from "@likely/multilevel";
import { LEVEL_ADVICE } from "./_option_names.ts";
import { columnsOf, pooledRows, seenBy } from "./_level_plan.ts";
import { type LevelPilot, pilotLevels } from "./_level_pilot.ts";
import { defaultEngine } from "./default_engine.ts";
import type { TrainLevelsOptions } from "./levels_training.ts";
import { trainLevels } from "./train_levels.ts";

/** Options of {@linkcode levelAdvice}: the pilot's, and those of what would be trained. */
export interface LevelAdviceOptions extends Omit<TrainLevelsOptions, "mode" | "memorised"> {
  /**
   * Parameters that are simulated at all levels, ≥ 40.
   *
   * @default {400}
   */
  readonly pilot?: number;
  /**
   * What may be spent, in the unit of the costs; the pilot has been paid from it.
   *
   * @default {undefined} Nothing is bought: no numbers are suggested.
   */
  readonly budget?: number;
}

/** What losses of all levels do at one network. */
export interface LevelLosses {
  /** Which network: before training, after a tenth of it, at its end. */
  readonly network: "initial" | "middle" | "final";
  /** `[L]`: Var(f^l − f^{l−1}) over Var f^L, for every level above the lowest. */
  readonly ratios: readonly number[];
  /** Which levels would have been best at this network, and what the finest alone costs beside them. */
  readonly choice: LevelChoice;
}

/** Whether several levels pay, and how many of each to buy. */
export interface LevelAdvice {
  /** At three networks: coupling is near perfect while a network sees little, and looser the more it sees. */
  readonly losses: readonly [LevelLosses, LevelLosses, LevelLosses];
  /** Cost of one run of each level alone. */
  readonly costs: readonly number[];
  /** What the pilot cost. */
  readonly spent: number;
  /** Runs of the chosen levels for what is left of the budget; absent without one. */
  readonly allocation?: Allocation;
  /** In words. */
  readonly text: readonly string[];
}

/**
 * Runs a pilot of all levels on common random numbers, trains a network on half of it, and measures on the other
 * half how much the losses of neighbouring levels differ: what the theory of multilevel Monte Carlo says of
 * the variance of a telescoped loss at equal cost. "Use the finest level alone" is a good answer.
 *
 * The variance of a loss is not the error of what is learned: cheap levels also help by showing more
 * parameters. The bench of your own simulator has the last word.
 *
 * @param key The key to consume.
 * @param source A prior and a simulator with levels.
 * @param options The pilot, the budget, what would be trained.
 * @returns Variances, the best levels, how many of each, and words.
 * @throws {TypeError | RangeError} If options do not fit, or the budget does not pay for the pilot.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { drawNormal, independent, key, leveled, levelAdvice, normal } from "@likely/sbi";
 *
 * const level = (bias: number, cost: number) => ({
 *   cost,
 *   simulate: (noise: { of(name: string): { uniform(): number } }, [a]: Float64Array) => [
 *     a! * (1 + bias) + drawNormal(noise.of("observation"), 0, 0.1),
 *   ],
 * });
 * const simulator = leveled({ name: "line", thetaDim: 1, xDim: 1, levels: [level(0.05, 1), level(0, 50)] });
 * const source = { prior: independent({ a: normal(0, 1) }), simulator };
 * const { losses, allocation } = await levelAdvice(key(0), source, { pilot: 100, steps: 200, budget: 10_000 });
 * assert(losses[2].ratios[0]! < 1 && allocation!.counts.every((n) => n > 0));
 * ```
 */
export async function levelAdvice(
  key: Key,
  source: SimulationSource,
  options: LevelAdviceOptions = {},
): Promise<LevelAdvice> {
  requireKey("advise on levels", key);
  requireSource("advise on levels", source);
  requireOptions<LevelAdviceOptions>("advise on levels", options, LEVEL_ADVICE);
  const { pilot: n = 400, budget, ...training } = options;
  requireInteger("advise on levels", "pilot", n, 40);
  if (budget !== undefined) requirePositive("advise on levels", "budget", budget);
  const [forPilot, forTraining, forRows] = split(key, 3);
  const pilot = await pilotLevels(forPilot, source, n);
  const spent = pilot.costs.reduce((sum, cost) => sum + cost * n, 0);
  if (budget !== undefined && !(budget > spent)) {
    throw new RangeError(
      `Cannot advise on levels as the budget must pay for the pilot, ${
        spent.toPrecision(4)
      }: current value is ${budget}`,
    );
  }
  const [learned, judged] = halves(forRows, pilot, source, training);
  const losses: LevelLosses[] = [];
  const { steps = STEPS } = training;
  const networks = [["initial", 1], ["middle", Math.ceil(steps / 10)], ["final", steps]] as const;
  for (const [network, steps] of networks) {
    const how = { ...training, steps, align: false, mode: "pooled" } as const;
    const { artifact } = await trainLevels(forTraining, learned, how);
    losses.push(
      await compared(network, artifact, judged, {
        costs: pilot.costs,
        pairs: declaredCosts(source.simulator),
        engine: training.engine,
      }),
    );
  }
  const told = losses as unknown as LevelAdvice["losses"];
  const { choice } = told[2];
  const allocation = budget === undefined ? undefined : allocate(choice, { budget: budget - spent });
  return {
    losses: told,
    costs: pilot.costs,
    spent,
    ...(allocation && { allocation }),
    text: words(told, pilot, allocation),
  };
}

const STEPS = 1000;

/** Rows to learn from and rows to judge by, of all levels, in the units of the finest. */
function halves(
  key: Key,
  { theta, x }: LevelPilot,
  { prior, simulator }: SimulationSource,
  options: TrainLevelsOptions,
): [LevelPairs, LevelPairs] {
  const { method = "npe", align = method !== "ace" } = options;
  const levels = x.map((fine, l): LevelRows => ({
    theta,
    fine,
    ...(l > 0 && { coarse: x[l - 1]! }),
    failed: 0,
  }));
  const pairs = { simulator: simulator.name, prior, levels, costs: x.map(() => 1) };
  const raw = pooledRows(levels).x;
  const columns = method === "nle" ? columnsOf(raw, options) : [];
  const aligned = align ? alignLevels(pairs, seenBy(method, raw, columns)) : pairs;
  const order = drawPermutation(stream(key), theta.n);
  const half = (rows: Uint32Array): LevelPairs => ({
    ...aligned,
    levels: aligned.levels.map(({ theta, fine, coarse }) => ({
      theta: gatherRows(theta, rows),
      fine: gatherRows(fine, rows),
      ...(coarse && { coarse: gatherRows(coarse, rows) }),
      failed: 0,
    })),
  });
  const middle = theta.n >> 1;
  return [half(order.slice(0, middle)), half(order.slice(middle))];
}

interface Comparing {
  readonly costs: readonly number[];
  /** Of pairs of neighbours, where they are declared. */
  readonly pairs: readonly number[] | undefined;
  readonly engine: Engine | undefined;
}

async function compared(
  network: LevelLosses["network"],
  artifact: Artifact,
  { levels }: LevelPairs,
  { costs, pairs, engine = defaultEngine() }: Comparing,
): Promise<LevelLosses> {
  const values: Float64Array[] = [];
  for (const { theta, fine } of levels) values.push(await lossesOf(artifact, theta, fine, engine));
  const variances = values.map((a, i) =>
    values.map((b, j) => variance(i === j ? a : b.map((v, k) => v - a[k]!)))
  );
  const top = variances.length - 1;
  return {
    network,
    ratios: variances.slice(1).map((row, l) => row[l]! / variances[top]![top]!),
    choice: chooseLevels(variances, costs, pairs),
  };
}

/** `[n]`: what training minimises the mean of, but for constants. */
async function lossesOf(artifact: Artifact, theta: Points, x: Points, engine: Engine): Promise<Float64Array> {
  if (artifact.kind === "posterior" || artifact.kind === "likelihood") {
    using density = await engine.density(artifact);
    const [target, condition] = artifact.kind === "posterior" ? [theta, x] : [x, theta];
    return density.logDensity(target, condition).map((value) => -value);
  }
  using densities = await engine.logDensities(artifact, x);
  const chains = Uint32Array.from({ length: x.n }, (_, i) => i);
  return densities.evaluate(theta, { gradient: false, chains }).value.map((value) => -value);
}

function words(
  losses: LevelAdvice["losses"],
  { failed, theta }: LevelPilot,
  allocation: Allocation | undefined,
): string[] {
  const { choice, ratios } = losses[2];
  const shown = (values: readonly number[]) => values.map((value) => value.toPrecision(2)).join(", ");
  const failures = failed > 0
    ? [`${failed} of ${theta.n + failed} pilot rows failed at a level and are left out.`]
    : [];
  const coupling = `Var(f^l − f^(l−1)) / Var f^L is ${shown(losses[0].ratios)} before training and ${
    shown(ratios)
  } after it.`;
  if (choice.levels.length === 1) {
    return [
      ...failures,
      coupling,
      "Use the finest level alone: at equal cost no choice of levels lowers the variance of its loss.",
    ];
  }
  const at = choice.levels.join(", ");
  const runs = allocation
    ? ` For what is left of the budget: ${allocation.counts.join(", ")} runs of them.`
    : "";
  return [
    ...failures,
    coupling,
    `Use levels ${at}: at equal variance of the loss the finest level alone costs ${
      choice.gain.toPrecision(3)
    } times as much.${runs}`,
  ];
}

function variance(values: Float64Array): number {
  const sound = values.filter(Number.isFinite);
  const centre = sound.reduce((sum, value) => sum + value / sound.length, 0);
  return sound.reduce((sum, value) => sum + (value - centre) ** 2, 0) / Math.max(1, sound.length - 1);
}
