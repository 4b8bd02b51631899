/**
 * What an engine does with one kind of columns, done with both.
 *
 * @module
 */

import type { ConditionalDensity } from "./conditional_density.ts";
import type { ObservedDensities } from "./engine.ts";
import type { EvaluateOptions, Evaluation, LogDensity } from "./log_density.ts";
import {
  choicesOf,
  type ColumnCategories,
  isMixed,
  type MixedArtifact,
  mixedParts,
  numbersOf,
  withChoices,
} from "./mixed.ts";
import { mixedDensity } from "./mixed_density.ts";
import { gatherRows, type Points, points } from "./points.ts";
import { standardise } from "./scaling.ts";
import type { Evaluator } from "./with_ensembles.ts";

/**
 * Lets an engine that knows densities of categories and densities of numbers evaluate those of both: the
 * parts on their own, and their sum.
 *
 * @param one Evaluates a part, and whatever is no density of both.
 * @returns Evaluates all.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type Artifact, fromRows, withMixed } from "@likely/core";
 *
 * const flat = { value: new Float64Array(1) };
 * const { logDensity } = withMixed({
 *   logDensity: () => Promise.resolve({ name: "flat", dim: 1, evaluate: () => flat, [Symbol.dispose]: () => {} }),
 *   logDensities: () => Promise.reject(new Error("not asked for")),
 *   density: () => Promise.reject(new Error("not asked for")),
 * });
 * const artifact = { kind: "ratio", spec: { kind: "network" } } as unknown as Artifact;
 * const density = await logDensity(artifact, fromRows([[0]]));
 * assertEquals(density.evaluate(fromRows([[0]])), flat);
 * ```
 */
export function withMixed(one: Evaluator): Evaluator {
  return {
    logDensity: (artifact, x) => isMixed(artifact) ? addedUp(artifact, x, one) : one.logDensity(artifact, x),
    logDensities: (artifact, x) =>
      isMixed(artifact) ? apart(artifact, x, one) : one.logDensities(artifact, x),
    density: (artifact) => isMixed(artifact) ? joint(artifact, one) : one.density(artifact),
  };
}

/** One combination of categories that was observed. */
interface Observed {
  /** How often. */
  readonly count: number;
  readonly choice: LogDensity & Disposable;
  /** Of the numbers that were observed with it, given it. */
  readonly numbers?: LogDensity & Disposable;
  /** Puts it behind rows of θ. */
  extended(theta: Points): Points;
}

/** However many rows there are, every point meets each combination once. */
async function addedUp(artifact: MixedArtifact, x: Points, one: Evaluator): Promise<LogDensity & Disposable> {
  const { categories, thetaDim: dim } = artifact.spec;
  const parts = mixedParts(artifact);
  const choices = choicesOf(categories, x);
  const numbers = numbersOf(categories, x);
  // Not a DisposableStack: Node before 24 has none, and surrogates are asked there.
  const owned: Disposable[] = [];
  const dispose = () => owned.forEach((density) => density[Symbol.dispose]());
  const keep = <T extends Disposable>(density: T) => {
    owned.push(density);
    return density;
  };
  try {
    const all: Observed[] = [];
    for (const [choice, rows] of grouped(choices)) {
      const own = numbers && gatherRows(numbers, rows);
      all.push({
        count: rows.length,
        choice: keep(await one.logDensity(parts.choice, points(Float64Array.of(choice), 1))),
        ...(own && { numbers: keep(await one.logDensity(parts.numbers!, own)) }),
        extended: (theta) => extended(categories, theta, () => choice),
      });
    }
    return {
      get name() {
        return all[0]!.choice.name;
      },
      dim,
      evaluate: (theta, options) =>
        sumOf(
          all.flatMap(({ count, choice, numbers, extended }) => [
            { times: count, ...choice.evaluate(theta, options) },
            ...numbers ? [{ times: 1, ...numbers.evaluate(extended(theta), options) }] : [],
          ]),
          theta,
        ),
      [Symbol.dispose]: dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

async function apart(artifact: MixedArtifact, x: Points, one: Evaluator): Promise<ObservedDensities> {
  const { spec: { categories, thetaDim: dim }, scaling } = artifact;
  const parts = mixedParts(artifact);
  const choices = choicesOf(categories, x);
  const own = numbersOf(categories, x);
  const choice = await one.logDensities(parts.choice, choices);
  const numbers = own && await one.logDensities(parts.numbers!, own);
  return {
    get name() {
      return choice.name;
    },
    dim,
    count: x.n,
    embedded: points(Float64Array.from(standardise(x, scaling.x)), x.dim),
    evaluate: (theta, options: EvaluateOptions = {}) => {
      const { chains } = options;
      const choiceOf = (i: number) => choices.data[(chains ? chains[i]! : i) % x.n]!;
      return sumOf([
        { times: 1, ...choice.evaluate(theta, options) },
        ...numbers ? [{ times: 1, ...numbers.evaluate(extended(categories, theta, choiceOf), options) }] : [],
      ], theta);
    },
    [Symbol.dispose]: () => {
      choice[Symbol.dispose]();
      numbers?.[Symbol.dispose]();
    },
  };
}

async function joint(artifact: MixedArtifact, one: Evaluator): Promise<ConditionalDensity & Disposable> {
  const parts = mixedParts(artifact);
  const choice = await one.density(parts.choice);
  const numbers = parts.numbers && await one.density(parts.numbers);
  const { logDensity, sample } = mixedDensity(artifact.spec.categories, {
    choice,
    ...(numbers && { numbers }),
  });
  return {
    get name() {
      return choice.name;
    },
    logDensity,
    sample,
    [Symbol.dispose]: () => {
      choice[Symbol.dispose]();
      numbers?.[Symbol.dispose]();
    },
  };
}

/** Rows of each combination that there is. */
function grouped({ data }: Points): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  data.forEach((choice, i) => {
    const rows = groups.get(choice);
    if (rows) rows.push(i);
    else groups.set(choice, [i]);
  });
  return groups;
}

function extended(categories: ColumnCategories, theta: Points, choiceOf: (i: number) => number): Points {
  return withChoices(
    categories,
    theta,
    points(Float64Array.from({ length: theta.n }, (_, i) => choiceOf(i)), 1),
  );
}

/** Sums of values and of slopes in θ; slopes in one-hots behind it are nobody's. */
function sumOf(terms: readonly (Evaluation & { readonly times: number })[], { n, dim }: Points): Evaluation {
  const value = new Float64Array(n);
  const grad = terms.every(({ grad }) => grad) ? new Float64Array(n * dim) : undefined;
  for (const { times, ...term } of terms) {
    const wide = term.grad && term.grad.length / n;
    for (let i = 0; i < n; i++) {
      value[i]! += times * term.value[i]!;
      for (let j = 0; grad && j < dim; j++) grad[i * dim + j]! += times * term.grad![i * wide! + j]!;
    }
  }
  // Where it is impossible nothing slopes, whatever the other part says.
  if (grad) value.forEach((total, i) => total === -Infinity && grad.fill(0, i * dim, (i + 1) * dim));
  return grad ? { value, grad } : { value };
}
