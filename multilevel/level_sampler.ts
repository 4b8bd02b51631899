/**
 * From a simulator with levels to a sampler of levels.
 *
 * @module
 */

import {
  type AnySimulator,
  type AsyncLevel,
  foldIn,
  type Key,
  type Level,
  type LevelPair,
  type Points,
  type Prior,
  row,
  split,
} from "@likely/core";
import { requireInteger, requireLength } from "@likely/core/check";
import type { LevelSampler } from "./level_samples.ts";
import { pairCosts } from "./pair_costs.ts";

/** Options of {@linkcode levelSampler}. */
export interface LevelSamplerOptions {
  /**
   * How many numbers the quantity has.
   *
   * @default 1
   */
  readonly outputs?: number;
}

/** The quantity whose mean is wanted, of one row. */
export type Quantity = (theta: Float64Array, x: Float64Array) => ArrayLike<number>;

/** Rows of theta are drawn in blocks: priors draw from their first row on, runs are topped up. */
const BLOCK = 256;

/**
 * Builds a sampler of a quantity of simulated data, for `mlmc` and the like. Both halves of a pair have the
 * same parameters, key and row, so a simulator from `leveled` is coupled without further ado; where a level
 * simulates pairs in one run, it does.
 *
 * Costs are those that the levels declare, if all do: of a pair, that of both levels, or of the finer one
 * alone where one run gives both.
 *
 * @param simulator A simulator with two levels at least.
 * @param theta A prior, or the parameters if they are fixed, `[thetaDim]`.
 * @param quantity What to average.
 * @param options How many numbers the quantity has.
 * @returns The sampler.
 * @throws {TypeError} If the simulator has no levels, theta is not as wide as it needs, or, once sampled,
 * the quantity has another length.
 * @throws {RangeError} If `outputs` is not a whole number ≥ 1.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { drawNormal, key, leveled, type Noise, normal, independent } from "@likely/core";
 * import { levelSampler } from "@likely/multilevel";
 *
 * const level = (scale: number, cost: number) => ({
 *   cost,
 *   simulate: (noise: Noise, theta: Float64Array) => [theta[0]! + scale * drawNormal(noise.of("x"))],
 * });
 * const shift = leveled({ name: "shift", thetaDim: 1, xDim: 1, levels: [level(0.9, 1), level(1, 10)] });
 * const sampler = levelSampler(shift, independent({ mu: normal(0, 1) }), (_theta, x) => [x[0]! ** 2]);
 * const { fine, coarse } = await sampler.sample(key(1), 1, 100, 0);
 * assertEquals([fine.length, coarse!.length], [100, 100]);
 * assertEquals(sampler.costs, [1, 11]);
 * ```
 */
export function levelSampler(
  simulator: AnySimulator,
  theta: Prior | ArrayLike<number>,
  quantity: Quantity,
  options: LevelSamplerOptions = {},
): LevelSampler {
  const { outputs = 1 } = options;
  const action = `sample levels of "${simulator.name}"`;
  const { levels = [], thetaDim } = simulator;
  requireInteger(action, "outputs", outputs, 1);
  if (levels.length < 2) {
    throw new TypeError(
      `Cannot ${action} as there must be two levels at least: current number is ${levels.length}`,
    );
  }
  requireLength(action, "theta", "sample" in theta ? theta.dim : theta.length, thetaDim);
  const of = (theta: Points, x: Points) => {
    const out = new Float64Array(theta.n * outputs);
    for (let i = 0; i < theta.n; i++) {
      const values = quantity(row(theta, i), row(x, i));
      if (values.length !== outputs) requireLength(action, "the quantity", values.length, outputs);
      out.set(values, i * outputs);
    }
    return out;
  };
  const draw = (key: Key, n: number, first: number) =>
    "sample" in theta ? rowsOf(theta, key, n, first) : repeated(theta, n);
  return {
    outputs,
    levels: levels.length,
    ...costsOf(levels),
    sample: (key, l, n, first) => {
      const [forTheta, forX] = split(key, 2);
      const rows = draw(forTheta, n, first);
      const measured = ({ fine, coarse }: LevelPair) => ({ fine: of(rows, fine), coarse: of(rows, coarse) });
      const level = levels[l]!;
      const below = l > 0 ? levels[l - 1]! : undefined;
      if (isLate(level)) {
        return (async () => {
          const { x: fine } = await level.simulateAsync(forX, rows, { first });
          if (below === undefined) return { fine: of(rows, fine) };
          return measured({ fine, coarse: await xOf(below, forX, rows, first) });
        })();
      }
      if (below === undefined) return { fine: of(rows, level.simulate(forX, rows, first)) };
      return measured(
        level.simulatePair?.(forX, rows, first) ?? {
          fine: level.simulate(forX, rows, first),
          // The levels of one simulator are all of a kind.
          coarse: (below as Level).simulate(forX, rows, first),
        },
      );
    },
    ...(!levels.some(isLate) && {
      together: (key: Key, n: number) => {
        const [forTheta, forX] = split(key, 2);
        const rows = draw(forTheta, n, 0);
        return levels.map((level) => of(rows, (level as Level).simulate(forX, rows)));
      },
    }),
  };
}

function isLate(level: Level | AsyncLevel): level is AsyncLevel {
  return "simulateAsync" in level;
}

async function xOf(level: Level | AsyncLevel, key: Key, theta: Points, first: number): Promise<Points> {
  if (!isLate(level)) return level.simulate(key, theta, first);
  return (await level.simulateAsync(key, theta, { first })).x;
}

function costsOf(levels: readonly (Level | AsyncLevel)[]): { costs?: number[]; fineCosts?: number[] } {
  const fineCosts = levels.flatMap(({ cost }) => cost === undefined ? [] : [cost]);
  if (fineCosts.length < levels.length) return {};
  const both = pairCosts(fineCosts);
  return {
    fineCosts,
    costs: levels.map((level, l) => !isLate(level) && level.simulatePair ? fineCosts[l]! : both[l]!),
  };
}

function rowsOf(prior: Prior, key: Key, n: number, first: number): Points {
  const { dim } = prior;
  const data = new Float64Array(n * dim);
  for (let at = 0; at < n;) {
    const [block, skip] = [Math.floor((first + at) / BLOCK), (first + at) % BLOCK];
    const take = Math.min(BLOCK - skip, n - at);
    const rows = prior.sample(foldIn(key, block), skip + take).data;
    data.set(rows.subarray(skip * dim, (skip + take) * dim), at * dim);
    at += take;
  }
  return { data, n, dim };
}

function repeated(theta: ArrayLike<number>, n: number): Points {
  const data = new Float64Array(n * theta.length);
  for (let i = 0; i < n; i++) data.set(theta, i * theta.length);
  return { data, n, dim: theta.length };
}
