// A mixture of t distributions, fitted to weighted rows: for targets of several bulks, or of bent ones.

import { foldIn, type Key, type Points, row, split, stream, zeros } from "@likely/core";
import { cholesky } from "@likely/core/cholesky";
import { exp, log } from "@likely/core/elementary";
import { logSumExp } from "./_log_sum_exp.ts";
import { squaredDistances } from "./_squared_distances.ts";
import type { Proposal } from "./importance.ts";
import { studentT } from "./student_t.ts";

/** Rows and how much each counts; weights add up to 1. */
export interface WeightedRows {
  readonly theta: Points;
  readonly weights: Float64Array;
}

/** What the proposal is to be like. */
export interface MixtureOptions {
  readonly names: readonly string[];
  readonly components: number;
  /** Wider than what was learnt. */
  readonly wider: number;
}

/** One component as it is learnt. */
interface Component {
  readonly share: number;
  readonly mean: Float64Array;
  /** `[d, d]`, lower triangular. */
  readonly factor: Float64Array;
}

/** Of a covariance learnt from weighted rows: what rounding may push below zero. */
const FLOOR = 1e-10;
/** Rounds of expectation and maximisation; more fit noise. */
const ROUNDS = 10;
/** Least share of a component in proposals: what it covers may be found later. */
const LEAST = 0.02;

/** Fits normal components by expectation and maximisation, and proposes from t distributions in their places. */
export function tMixture(
  key: Key,
  rows: WeightedRows,
  { names, components, wider }: MixtureOptions,
): Proposal {
  const whole = moments(rows, rows.weights);
  let found: Component[] = components === 1
    ? [whole]
    : seeds(key, rows, whole, components).map((mean) => ({ ...whole, share: 1 / components, mean }));
  for (let round = 0; components > 1 && round < ROUNDS; round++) {
    const belongs = responsibilities(found, rows.theta);
    found = found.map((_, k) =>
      moments(rows, rows.weights.map((weight, i) => weight * belongs[k]![i]!), { towards: whole, components })
    );
  }
  return mixture(found, { names, wider });
}

function mixture(
  found: readonly Component[],
  { names, wider }: Omit<MixtureOptions, "components">,
): Proposal {
  const kept = found.filter(({ share }) => share > 0);
  const total = kept.reduce((sum, { share }) => sum + Math.max(LEAST, share), 0);
  const parts = kept.map(({ share, mean, factor }) => ({
    logShare: log(Math.max(LEAST, share) / total),
    proposal: studentT({ names, mean, factor: factor.map((value) => wider * value) }),
  }));
  if (parts.length === 1) return parts[0]!.proposal;
  return {
    names,
    sample: (key, n) => {
      // As many of each as its share asks for, to one: no noise in the numbers.
      const [forParts, forOffset] = split(key, 2);
      const offset = stream(forOffset).uniform();
      const out = zeros(n, names.length);
      let [first, sum] = [0, 0];
      parts.forEach(({ logShare, proposal }, k) => {
        sum += exp(logShare);
        const last = k === parts.length - 1 ? n : Math.min(n, Math.max(first, Math.floor(n * sum + offset)));
        if (last > first) {
          out.data.set(proposal.sample(foldIn(forParts, k), last - first).data, first * out.dim);
        }
        first = last;
      });
      return out;
    },
    logDensity: (z) => {
      const each = parts.map(({ logShare, proposal }) =>
        proposal.logDensity(z).map((value) => value + logShare)
      );
      const values = new Float64Array(parts.length);
      return each[0]!.map((_, i) => {
        for (let k = 0; k < values.length; k++) values[k] = each[k]![i]!;
        return logSumExp(values);
      });
    },
  };
}

/** Share, mean and factor of rows that count by other weights; drawn towards the whole where few count. */
function moments(
  { theta: { data, dim, n } }: WeightedRows,
  weights: Float64Array,
  prior?: { readonly towards: Component; readonly components: number },
): Component {
  let [share, squares] = [0, 0];
  for (const weight of weights) {
    share += weight;
    squares += weight * weight;
  }
  const mean = new Float64Array(dim);
  const covariance = new Float64Array(dim * dim);
  const each = share > 0 ? 1 / share : 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < dim; j++) mean[j]! += each * weights[i]! * data[i * dim + j]!;
  }
  for (let i = 0; i < n; i++) {
    const weight = each * weights[i]!;
    if (weight === 0) continue;
    for (let j = 0; j < dim; j++) {
      const left = weight * (data[i * dim + j]! - mean[j]!);
      for (let k = 0; k <= j; k++) covariance[j * dim + k]! += left * (data[i * dim + k]! - mean[k]!);
    }
  }
  if (prior) {
    // So many rows' worth of what all rows say, shrunk to the volume of one of the components.
    const worth = dim + 1;
    const count = share > 0 ? share * share / squares : 0;
    const { factor } = prior.towards;
    const shrunk = prior.components ** (-2 / dim);
    for (let j = 0; j < dim; j++) {
      for (let k = 0; k <= j; k++) {
        let known = 0;
        for (let l = 0; l <= k; l++) known += factor[j * dim + l]! * factor[k * dim + l]!;
        const at = j * dim + k;
        covariance[at] = (count * covariance[at]! + worth * shrunk * known) / (count + worth);
      }
    }
  }
  for (let j = 0; j < dim; j++) {
    for (let k = 0; k < j; k++) covariance[k * dim + j] = covariance[j * dim + k]!;
  }
  return { share, mean, factor: cholesky(covariance, { floor: FLOOR }) };
}

/** `[components][n]`: how far each row belongs to each component. */
function responsibilities(found: readonly Component[], theta: Points): Float64Array[] {
  const each = found.map(({ share, mean, factor }) => {
    let top = log(share);
    for (let j = 0; j < theta.dim; j++) top -= log(factor[j * (theta.dim + 1)]!);
    return squaredDistances(theta, mean, factor).map((square) => top - 0.5 * square);
  });
  for (let i = 0; i < theta.n; i++) {
    let high = -Infinity;
    for (const part of each) high = Math.max(high, part[i]!);
    let total = 0;
    for (const part of each) total += part[i] = exp(part[i]! - high);
    for (const part of each) part[i]! /= total;
  }
  return each;
}

/** Rows that are far apart: each next one by its squared distance from those before, as k-means++ begins. */
function seeds(key: Key, { theta, weights }: WeightedRows, whole: Component, count: number): Float64Array[] {
  const random = stream(key);
  const nearest = new Float64Array(theta.n).fill(Infinity);
  const out: Float64Array[] = [];
  let scores = weights;
  for (let k = 0; k < count; k++) {
    const total = scores.reduce((sum, score) => sum + score, 0);
    // Fewer rows count than there are components.
    if (!(total > 0)) break;
    let left = random.uniform() * total;
    const found = scores.findIndex((score) => (left -= score) < 0);
    // Rounding may leave a little of the total.
    const seed = row(theta, found < 0 ? scores.findLastIndex((score) => score > 0) : found).slice();
    out.push(seed);
    squaredDistances(theta, seed, whole.factor).forEach((square, i) =>
      nearest[i] = Math.min(nearest[i]!, square)
    );
    scores = weights.map((weight, i) => weight * nearest[i]!);
  }
  return out;
}
