/**
 * Convergence in words.
 *
 * @module
 */

import { log } from "@likely/core/elementary";
import { type Draws, extent } from "@likely/core";
import { areIndependent } from "./are_independent.ts";
import { chainsOf, isConstant, pool } from "./_chains.ts";
import { chainModes } from "./chain_modes.ts";
import { essBulk, essTail } from "./ess.ts";
import { rHat } from "./r_hat.ts";

// Vehtari et al. (2021), sec. 4.
const LARGEST_R_HAT = 1.01;
const ESS_PER_CHAIN = 100;
/** Beyond so many times as many draws, more of them are no remedy. */
const MOST_TIMES = 20;
/** Fewer draws a chain have no R-hat: see `isJudgeable`. */
const LEAST_LENGTH = 4;

/**
 * Tells what speaks against believing draws: chains that disagree (R-hat > 1.01), and where
 * they are if that looks like different modes; too few effective draws (bulk or tail below 100
 * a chain); divergent transitions. What cannot be judged is said too, with what would allow it.
 *
 * Hand it to a sampler as its `check`, or call it on draws read from a file.
 *
 * @param draws With four draws in each chain and more they can be judged.
 * @returns One sentence a trouble; empty when nothing is known to be wrong. What
 * `draws.warnings` says already about divergences is not said again.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { convergenceWarnings } from "@likely/diagnostics";
 *
 * const values = Float64Array.from({ length: 200 }, (_, i) => Math.sin(i) + (i < 100 ? 0 : 9));
 * const info = { sampler: "none", evaluations: 0 };
 * const draws = { names: ["mu"], chains: 2, length: 100, values, info, warnings: [] };
 * assertEquals(convergenceWarnings(draws)[0]?.startsWith("Chains disagree"), true);
 * ```
 */
export function convergenceWarnings(draws: Draws): string[] {
  const enough = ESS_PER_CHAIN * draws.chains;
  const disagree = listed(draws, rHat(draws), (value) => value > LARGEST_R_HAT, 3);
  const [inBulk, inTail] = [essBulk(draws), essTail(draws)];
  const bulk = listed(draws, inBulk, (value) => value < enough, 0);
  const tail = listed(draws, inTail, (value) => value < enough, 0);
  const broken = draws.names.filter((_, j) => isBroken(draws, j));
  return [
    ...unjudged(draws),
    ...(broken.length > 0 ? [`Draws are not finite for ${broken.join(", ")}`] : []),
    ...(disagree
      ? [`Chains disagree, R-hat is above ${LARGEST_R_HAT} for ${disagree}: ${remedy(draws)}`]
      : []),
    ...(bulk
      ? [`Few effective draws, bulk ESS is below ${enough} for ${bulk}: ${more(draws, inBulk, enough)}`]
      : []),
    ...(tail
      ? [
        `Few effective draws in the tails, tail ESS is below ${enough} for ${tail}: ${
          more(draws, inTail, enough)
        }`,
      ]
      : []),
    ...divergences(draws),
  ];
}

/** What neither speaks for the draws nor against them. */
function unjudged(draws: Draws): string[] {
  const { names, chains, length } = draws;
  if (chains * length === 0) return ["There are no draws to judge"];
  if (length < LEAST_LENGTH) {
    return [
      `Convergence cannot be judged from ${length} draw${length === 1 ? "" : "s"} in each of ${chains} ` +
      `chain${chains === 1 ? "" : "s"}: R-hat and effective sizes need ${LEAST_LENGTH}, ` +
      `and ${ESS_PER_CHAIN} effective ones to be believed`,
    ];
  }
  const columns = names.map((_, j) => chainsOf(draws, j));
  const still = names.filter((_, j) => isConstant(pool(columns[j]!)));
  const moving = columns.filter((_, j) => !still.includes(names[j]!));
  const stuck = Array.from({ length: chains }, (_, c) => c + 1).filter((c) =>
    moving.length > 0 && moving.every((column) => isConstant(column[c - 1]!))
  );
  return [
    ...(still.length > 0
      ? [
        `Convergence cannot be judged for ${still.join(", ")}, which never moved: unless it is a constant, ` +
        `start chains elsewhere or take another sampler`,
      ]
      : []),
    ...(stuck.length > 0
      ? [`Chain ${stuck.join(", ")} never moved: start it elsewhere or take another sampler`]
      : []),
  ];
}

/** Time helps where it is a matter of a few times as many draws. */
function more(draws: Draws, ess: Float64Array, enough: number): string {
  const least = ess.reduce((low, value) => value < low ? value : low, enough);
  const times = Math.ceil(enough / least);
  if (areIndependent(draws)) return `ask for ${times} times as many draws`;
  if (times <= MOST_TIMES) return `run chains ${times} times as long`;
  return `chains would have to be ${times} times as long: look for parameters that all but determine each ` +
    `other, write the model in other ones, or take another sampler`;
}

/** Chains that wander need time; chains in different modes need another sampler. */
function remedy(draws: Draws): string {
  const groups = chainModes(draws);
  if (groups.length === 1) return "run them longer";
  const places = groups.map(({ chains, mean }) => {
    const where = draws.names.map((name, j) =>
      `${name} = ${placed(mean[j]!, groups.map((one) => one.mean[j]!))}`
    );
    return `chain ${chains.map((c) => c + 1).join(", ")} near ${where.join(", ")}`;
  });
  return `they stay in different modes (${places.join("; ")}), whose shares these draws do not tell: ` +
    `use SMC (sampler: "smc") or parallel tempering`;
}

/** Three digits, or as many as tell the places apart. */
function placed(value: number, places: readonly number[]): string {
  const [low, high] = extent(places);
  const digits = Math.ceil(log(Math.abs(value) / (high - low)) / Math.LN10) + 2;
  return value.toPrecision(Math.min(Math.max(3, digits || 3), 17));
}

/** `name (value)` of every parameter in trouble; empty when there is none. */
function listed(
  { names }: Draws,
  values: Float64Array,
  isBad: (value: number) => boolean,
  digits: number,
): string {
  return names.flatMap((name, j) => isBad(values[j]!) ? [`${name} (${values[j]!.toFixed(digits)})`] : [])
    .join(", ");
}

function isBroken({ names, values }: Draws, j: number): boolean {
  for (let i = j; i < values.length; i += names.length) if (!Number.isFinite(values[i])) return true;
  return false;
}

function divergences({ info, warnings }: Draws): string[] {
  const count = Number(info.divergences ?? 0);
  if (count === 0 || warnings.some((text) => text.includes("diverged"))) return [];
  return [`${count} transitions diverged: the draws may miss a narrow region`];
}
