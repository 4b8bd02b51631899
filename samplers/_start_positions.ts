import { log } from "@likely/core/elementary";
import {
  type Evaluation,
  gatherRows,
  type Key,
  type LogDensity,
  type Points,
  split,
  stream,
} from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { spreadOf } from "./_spread.ts";
import { evaluateStart } from "./_start.ts";
import type { SampleOptions, Start } from "./sample_options.ts";

/** Where chains start, and whether the target was seen to give a gradient there. */
export interface StartPositions {
  /** `[chains, d]`, in θ. */
  readonly position: Points;
  /** Whether `evaluate` returned one. */
  readonly hasGradient: boolean;
  /** `[d]`: how far the draws that they were chosen from spread in unconstrained space. */
  readonly spread: Float64Array;
}

/** The user's positions, or prior draws chosen by the target's density. */
export function startPositions(
  key: Key,
  target: LogDensity,
  start: Start,
  { position, chains = 4, pool = 1000 }: SampleOptions,
): StartPositions {
  requireInteger("sample", "pool", pool, chains);
  const [forPool, forChoice] = split(key, 2);
  const drawn = start.sample(forPool, pool);
  const theta = position ?? drawn;
  const evaluation = evaluateStart("sampling", target, theta);
  const finite = Array.from(evaluation.value.keys()).filter((i) => Number.isFinite(evaluation.value[i]!));
  requireStarts(position?.n ?? chains, { found: finite.length, of: theta.n });
  const rows = () => choose(forChoice, finite, logWeights(evaluation, start, theta)).slice(0, chains);
  return {
    position: position ?? gatherRows(theta, rows()),
    hasGradient: evaluation.grad !== undefined,
    spread: spreadOf(drawn, start.support),
  };
}

/** Importance weights where the density of the draws is known, else the target's density. */
function logWeights({ value }: Evaluation, start: Start, theta: Points): Float64Array {
  const drawn = start.logDensity?.(theta);
  return drawn ? value.map((v, i) => v - drawn[i]!) : value;
}

/**
 * Orders rows as a weighted draw without replacement does, so that chains start apart.
 * Gumbel's trick: sort by `log weight + Gumbel noise`.
 */
function choose(key: Key, rows: readonly number[], logWeight: Float64Array): number[] {
  const random = stream(key);
  const score = logWeight.map((w) => w - log(-log(1 - random.uniform())));
  return rows.toSorted((a, b) => score[b]! - score[a]!);
}

function requireStarts(chains: number, { found, of }: { readonly found: number; readonly of: number }): void {
  if (found >= chains) return;
  throw new RangeError(
    `Cannot start ${chains} chains as at least ${chains} starting positions must have a finite density: ` +
      `current value is ${found} of ${of}`,
  );
}
