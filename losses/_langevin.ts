// Markov moves that need a density's gradient and never the density.

import { drawNormal, type Evaluation, type LogDensity, type Points, type Stream, zeros } from "@likely/core";
import { cholesky, solveLower, solveUpper } from "@likely/core/cholesky";

/** Many chains, a row each; moves change them in place. */
export interface Chains {
  /** `[n, d]`: where they are. */
  readonly at: Points;
  /** `[n, d]`: the gradient there. */
  readonly slope: Float64Array;
  /** `[d, d]`: R, with R Rᵀ the mean outer product of the gradients at the start. */
  readonly root: Float64Array;
}

/** Opens chains that start at `at`, which becomes theirs. */
export function openChains(target: LogDensity, at: Points): Chains {
  const slope = target.evaluate(at).grad!;
  return { at, slope, root: cholesky(meanOuterProduct(slope, at), { floor: 1e-9 }) };
}

/**
 * Moves every chain once by a Langevin step of size h in whitened space, w = Rᵀ z; returns how many
 * moves were accepted.
 *
 * A Langevin step is a leapfrog step with fresh momentum p: `w' = w + h (p + h G / 2)`, `p' = p +
 * h (G + G') / 2`, G the gradient in w. It is accepted with log probability
 * `log π(w') − log π(w) + (|p|² − |p'|²) / 2`, where the first difference is the integral of the
 * gradient along the way, here by Simpson's rule: exact if log π is a polynomial of degree 4.
 *
 * Of the target's values only one is looked at: −∞ refuses the move.
 */
export function moveChains(random: Stream, target: LogDensity, chains: Chains, h: number): number {
  const { at: { data, n, dim }, slope } = chains;
  const move = propose(random, chains, h);
  const [middle, end] = [target.evaluate(move.middle), target.evaluate(move.end)];
  const lost = kineticLoss(chains, move.momentum, end.grad!, h);
  let accepted = 0;
  for (let i = 0; i < n; i++) {
    let gained = lost[i]!;
    for (let k = i * dim; k < (i + 1) * dim; k++) {
      gained += (move.end.data[k]! - data[k]!) * (slope[k]! + 4 * middle.grad![k]! + end.grad![k]!) / 6;
    }
    const isAccepted = Math.log(1 - random.uniform()) < gained;
    if (!isAccepted || isOutside(middle, i) || isOutside(end, i)) continue;
    for (let k = i * dim; k < (i + 1) * dim; k++) {
      data[k] = move.end.data[k]!;
      slope[k] = end.grad![k]!;
    }
    accepted++;
  }
  return accepted;
}

/** Where a step would lead, and half way there. */
function propose(random: Stream, { at: { data, n, dim }, slope, root }: Chains, h: number) {
  const [momentum, middle, end] = [new Float64Array(n * dim), zeros(n, dim), zeros(n, dim)];
  const push = new Float64Array(dim);
  for (let from = 0; from < data.length; from += dim) {
    for (let j = 0; j < dim; j++) push[j] = slope[from + j]!;
    solveLower(root, push);
    for (let j = 0; j < dim; j++) {
      const p = drawNormal(random);
      momentum[from + j] = p;
      push[j] = h * (p + h / 2 * push[j]!);
    }
    solveUpper(root, push);
    for (let j = 0; j < dim; j++) {
      middle.data[from + j] = data[from + j]! + push[j]! / 2;
      end.data[from + j] = data[from + j]! + push[j]!;
    }
  }
  return { momentum, middle, end };
}

/** `[n]`: (|p|² − |p'|²) / 2. */
function kineticLoss(
  { at: { n, dim }, slope, root }: Chains,
  p: Float64Array,
  next: Float64Array,
  h: number,
) {
  const lost = new Float64Array(n);
  const push = new Float64Array(dim);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < dim; j++) push[j] = slope[i * dim + j]! + next[i * dim + j]!;
    solveLower(root, push);
    for (let j = 0; j < dim; j++) {
      const before = p[i * dim + j]!;
      lost[i]! += (before ** 2 - (before + h / 2 * push[j]!) ** 2) / 2;
    }
  }
  return lost;
}

function isOutside({ value }: Evaluation, i: number): boolean {
  return value[i] === -Infinity;
}

function meanOuterProduct(values: Float64Array, { n, dim }: Points): Float64Array {
  const out = new Float64Array(dim * dim);
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < dim; a++) {
      for (let b = 0; b < dim; b++) out[a * dim + b]! += values[i * dim + a]! * values[i * dim + b]! / n;
    }
  }
  return out;
}
