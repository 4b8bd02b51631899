// Options of a run, checked and with their defaults.

import type { Key } from "@likely/core";
import {
  requireInteger,
  requireKey,
  requireLength,
  requireNonNegative,
  requirePositive,
} from "@likely/core/check";
import type { LevelSampler } from "./level_samples.ts";
import type { MlmcOptions } from "./mlmc_options.ts";
import type { MlmcState } from "./mlmc_result.ts";

/** What a run goes by. */
export interface MlmcPlan {
  readonly tolerance: number;
  readonly budget: number;
  readonly pilot: number;
  readonly chunkRows: number;
  /** The finest level to begin with, and the finest that may be added. */
  readonly lowest: number;
  readonly highest: number;
  readonly exact: boolean;
  readonly biasShare: number;
  readonly weights: readonly number[];
  readonly rates: NonNullable<MlmcOptions["rates"]>;
}

const ACTION = "run multilevel Monte Carlo";
/** Levels beyond which nobody waits for a sample. */
const MOST_LEVELS = 40;

/** Checks all that can be checked before anything is simulated. */
export function planOf(key: Key, sampler: LevelSampler, options: MlmcOptions): MlmcPlan {
  const { outputs, levels, costs } = sampler;
  const { tolerance, budget, pilot = 100, chunkRows = 1024, exact = false, rates = {} } = options;
  const { biasShare = exact ? 0 : 0.25, weights = new Array<number>(outputs).fill(1) } = options;
  requireKey(ACTION, key);
  requireInteger(ACTION, "outputs", outputs, 1);
  if (levels !== undefined) requireInteger(ACTION, "levels", levels, exact ? 1 : 2);
  if ((tolerance === undefined) === (budget === undefined)) {
    throw new TypeError(
      `Cannot ${ACTION} as there must be a tolerance or a budget: there ${
        budget === undefined ? "is none" : "are both"
      }`,
    );
  }
  if (tolerance !== undefined) requirePositive(ACTION, "tolerance", tolerance);
  if (budget !== undefined) requirePositive(ACTION, "budget", budget);
  requireInteger(ACTION, "pilot", pilot, 2);
  requireInteger(ACTION, "chunkRows", chunkRows, 1);
  if (!(biasShare >= 0 && biasShare < 1) || (!exact && biasShare === 0) || (exact && biasShare > 0)) {
    throw new RangeError(
      `Cannot ${ACTION} as biasShare must be ${
        exact ? "0 where exact" : "in (0, 1)"
      }: current value is ${biasShare}`,
    );
  }
  requireLength(ACTION, "weights", weights.length, outputs);
  weights.forEach((weight) => requireNonNegative(ACTION, "a weight", weight));
  for (const name of ["alpha", "beta", "gamma"] as const) {
    if (rates[name] !== undefined) requirePositive(ACTION, name, rates[name]);
  }
  if (exact && levels === undefined) {
    throw new TypeError(`Cannot ${ACTION} as a sampler must tell its levels where exact: they are absent`);
  }
  costs?.forEach((cost, l) => requirePositive(ACTION, `the cost of level ${l}`, cost));
  const top = Math.min(levels ?? MOST_LEVELS + 1, costs?.length ?? Infinity) - 1;
  if (exact && top < levels! - 1) requireLength(ACTION, "costs", costs!.length, levels!);
  const { lowest = exact ? top : Math.min(2, top), highest = Math.min(10, top) } = options;
  if (!exact || options.highest !== undefined) {
    requireInteger(ACTION, "highest", highest, exact ? top : 1, top);
  }
  const last = exact ? top : highest;
  requireInteger(ACTION, "lowest", lowest, exact ? top : 1, last);
  requireResume(key, sampler, options.resume, last);
  const plan = { pilot, chunkRows, exact, biasShare, weights, rates };
  const begin = Math.max(exact ? top : lowest, (options.resume?.sums.length ?? 0) - 1);
  requireAffordable(sampler, budget ?? Infinity, { pilot, top: begin, resume: options.resume });
  return { ...plan, tolerance: tolerance ?? 0, budget: budget ?? Infinity, lowest: begin, highest: last };
}

function requireResume(
  key: Key,
  { outputs }: LevelSampler,
  resume: MlmcState | undefined,
  top: number,
): void {
  if (!resume) return;
  const action = "resume multilevel Monte Carlo";
  if (resume.key.hi !== key.hi || resume.key.lo !== key.lo) {
    const text = ({ hi, lo }: Key) => `(${hi}, ${lo})`;
    throw new RangeError(
      `Cannot ${action} as key must be that of the run, ${text(resume.key)}: current value is ${text(key)}`,
    );
  }
  resume.sums.forEach((sums) => requireLength(action, "a sample", outputs, sums.outputs));
  requireInteger(action, "the number of levels of the run", resume.sums.length, 0, top + 1);
}

interface Begin {
  readonly pilot: number;
  readonly top: number;
  readonly resume: MlmcState | undefined;
}

function requireAffordable({ costs }: LevelSampler, budget: number, { pilot, top, resume }: Begin): void {
  let needed = 0;
  for (let l = 0; l <= top; l++) {
    const { runs = 0, failed = 0, cost = 0 } = resume?.sums[l] ?? {};
    needed += cost + (costs ? costs[l]! * Math.max(0, pilot - runs - failed) : 0);
  }
  if (needed <= budget) return;
  throw new RangeError(
    `Cannot ${ACTION} as budget must be >= ${needed}, the cost of the pilot and of what was run before: ` +
      `current value is ${budget}`,
  );
}
