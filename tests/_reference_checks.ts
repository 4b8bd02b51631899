/** What a sample of a posterior must satisfy if our prior, likelihood and score are right. */

import { type Key, multivariateNormal, type Points, points, type Prior, row, type Task } from "@likely/core";

/** Mean of a function of rows and its standard error, the rows being independent. */
export function average(rows: Points, f: (at: Float64Array) => number): { mean: number; error: number } {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < rows.n; i++) {
    const value = f(row(rows, i));
    sum += value;
    squares += value * value;
  }
  const mean = sum / rows.n;
  return { mean, error: Math.sqrt((squares / rows.n - mean * mean) / rows.n) };
}

/** One row, `n` times. */
export function repeat(values: Float64Array, n: number): Points {
  const out = new Float64Array(n * values.length);
  for (let i = 0; i < n; i++) out.set(values, i * values.length);
  return points(out, values.length);
}

/**
 * E[w ∂ⱼ log posterior + ∂ⱼ w] = 0 for each j (Stein), in standard errors. Where the prior ends the
 * weight w is 0, which takes away what the integration by parts leaves at a wall.
 */
export function steinInErrors(
  { prior, simulator }: Task,
  observation: Float64Array,
  reference: Points,
): number[] {
  const likelihood = simulator.score!(reference, repeat(observation, reference.n));
  const before = prior.score(reference);
  return prior.support.map((side, j) => {
    const terms = Float64Array.from({ length: reference.n }, (_, i) => {
      const at = i * reference.dim + j;
      const { value, slope } = vanishing(side, reference.data[at]!);
      return value * (likelihood.data[at]! + before.data[at]!) + slope;
    });
    const { mean, error } = average(points(terms, 1), ([value]) => value!);
    return mean / error;
  });
}

/** The weight w and its slope. */
function vanishing({ low, high }: Side, at: number): { readonly value: number; readonly slope: number } {
  if (!Number.isFinite(low)) return { value: 1, slope: 0 };
  if (!Number.isFinite(high)) return { value: at - low, slope: 1 };
  return { value: (at - low) * (high - at), slope: low + high - 2 * at };
}

type Side = { readonly low: number; readonly high: number };

/** Rows of a posterior, each counted with its weight. */
export interface WeightedRows {
  /** `[n, d]`. */
  readonly theta: Points;
  /** `[n]`, adding up to 1. */
  readonly weights: Float64Array;
}

/** Rows that all count the same. */
export function equallyWeighted(theta: Points): WeightedRows {
  return { theta, weights: new Float64Array(theta.n).fill(1 / theta.n) };
}

/**
 * How far the mean of a function of one parameter differs between two posteriors, in standard errors:
 * for every parameter the parameter itself and its squared distance from the second's mean.
 */
export function momentsInErrors(ours: WeightedRows, reference: Points): number[] {
  return Array.from({ length: reference.dim }, (_, j) => {
    const centre = average(reference, (at) => at[j]!).mean;
    return [
      (at: Float64Array) => at[j]! - centre,
      (at: Float64Array) => (at[j]! - centre) ** 2,
    ].map((f) => {
      const [a, b] = [weightedAverage(ours, f), average(reference, f)];
      return (a.mean - b.mean) / Math.hypot(a.error, b.error);
    });
  }).flat();
}

function weightedAverage({ theta, weights }: WeightedRows, f: (at: Float64Array) => number) {
  const values = weights.map((_, i) => f(row(theta, i)));
  const mean = values.reduce((sum, value, i) => sum + weights[i]! * value, 0);
  // Self-normalised weights: the error of a ratio of two means.
  const squares = values.reduce((sum, value, i) => sum + (weights[i]! * (value - mean)) ** 2, 0);
  return { mean, error: Math.sqrt(squares) };
}

/** What {@linkcode importancePosterior} needs to know. */
export interface ImportanceOptions {
  /** `[p]`. */
  readonly observation: Float64Array;
  /** `[m, d]`: the sample that shows where the posterior is. */
  readonly reference: Points;
  /** Rows to draw. */
  readonly n: number;
}

/**
 * The posterior of a task by importance sampling from a Gaussian 1.15 times as wide as a sample of it, in
 * logarithms where a parameter is positive.
 */
export function importancePosterior(
  key: Key,
  { prior, simulator }: Task,
  { observation, reference, n }: ImportanceOptions,
): WeightedRows {
  const isLog = prior.support.map(({ low }) => low === 0);
  const seen = points(
    reference.data.map((v, i) => isLog[i % reference.dim] ? Math.log(v) : v),
    reference.dim,
  );
  const proposal = wideGaussian(prior.names, seen);
  const at = proposal.sample(key, n);
  const theta = points(at.data.map((v, i) => isLog[i % at.dim] ? Math.exp(v) : v), at.dim);
  const terms = [prior.logDensity(theta), simulator.logLikelihood!(theta, repeat(observation, n))];
  const proposed = proposal.logDensity(at);
  const logs = proposed.map((value, i) => {
    const jacobian = row(at, i).reduce((sum, v, j) => sum + (isLog[j] ? v : 0), 0);
    return terms[0]![i]! + terms[1]![i]! + jacobian - value;
  });
  const top = logs.reduce((a, b) => Math.max(a, b));
  const weights = logs.map((value) => Math.exp(value - top));
  const total = weights.reduce((a, b) => a + b);
  return { theta, weights: weights.map((value) => value / total) };
}

function wideGaussian(names: readonly string[], seen: Points): Prior {
  const mean = names.map((_, j) => average(seen, (at) => at[j]!).mean);
  const covariance = names.map((_, j) =>
    names.map((_, k) => 1.15 ** 2 * average(seen, (at) => (at[j]! - mean[j]!) * (at[k]! - mean[k]!)).mean)
  );
  return multivariateNormal(names, mean, covariance);
}

/** How many independent rows the weighted ones are worth. */
export function effectiveRows({ weights }: WeightedRows): number {
  return 1 / weights.reduce((sum, weight) => sum + weight * weight, 0);
}
