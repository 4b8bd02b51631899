/**
 * Rows of categories and numbers, taken apart and put together: see `MixedSpec`.
 *
 * @module
 */

import { partOf } from "./_parts.ts";
import type { Artifact } from "./artifact.ts";
import type { MixedSpec } from "./density_spec.ts";
import { UnsupportedError } from "./errors.ts";
import { type Points, row, zeros } from "./points.ts";
import type { Scaling, Standardisation } from "./scaling.ts";

/** `[p]`: how many categories each column of x has, `null` for a number. */
export type ColumnCategories = MixedSpec["categories"];

/**
 * Numbers the combinations of categories in rows of x: the first column's run slowest.
 *
 * @param categories Of each column.
 * @param x `[n, p]`.
 * @returns `[n, 1]`: whole numbers in [0, K); NaN where a number is none of its column's categories.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { choicesOf, fromRows } from "@likely/core";
 *
 * assertEquals(choicesOf([2, null, 3], fromRows([[1, 0.5, 2], [0, 0.1, 1]])), fromRows([[5], [1]]));
 * ```
 */
export function choicesOf(categories: ColumnCategories, x: Points): Points {
  const out = zeros(x.n, 1);
  for (let i = 0; i < x.n; i++) {
    out.data[i] = categories.reduce<number>((choice, count, j) => {
      if (count === null) return choice;
      const value = x.data[i * x.dim + j]!;
      return Number.isInteger(value) && value >= 0 && value < count ? choice * count + value : NaN;
    }, 0);
  }
  return out;
}

/**
 * Takes the columns of x that are numbers.
 *
 * @param categories Of each column.
 * @param x `[n, p]`.
 * @returns `[n, q]`, or `undefined` where all columns are categories.
 */
export function numbersOf(categories: ColumnCategories, x: Points): Points | undefined {
  const columns = numberColumns(categories);
  if (columns.length === 0) return undefined;
  const out = zeros(x.n, columns.length);
  out.data.forEach((_, k) => {
    out.data[k] = x.data[Math.floor(k / out.dim) * x.dim + columns[k % out.dim]!]!;
  });
  return out;
}

/**
 * Puts combinations of categories as one-hots behind rows of θ: what numbers are conditioned on.
 *
 * @param categories Of each column.
 * @param theta `[n, d]`.
 * @param choices `[n, 1]`, as {@linkcode choicesOf} numbers them.
 * @returns `[n, d + Σ K]`.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, withChoices } from "@likely/core";
 *
 * assertEquals(withChoices([2, null], fromRows([[7]]), fromRows([[1]])), fromRows([[7, 0, 1]]));
 * ```
 */
export function withChoices(categories: ColumnCategories, theta: Points, choices: Points): Points {
  const counts = categories.filter((count) => count !== null);
  const hots = counts.reduce((sum, count) => sum + count, 0);
  const out = zeros(theta.n, theta.dim + hots);
  for (let i = 0; i < theta.n; i++) {
    const to = row(out, i);
    to.set(row(theta, i));
    let [choice, end] = [choices.data[i]!, to.length];
    // From the last column on, which runs fastest.
    for (const count of counts.toReversed()) {
      end -= count;
      to[end + choice % count] = 1;
      choice = Math.floor(choice / count);
    }
  }
  return out;
}

/**
 * Puts categories and numbers back into rows of x.
 *
 * @param categories Of each column.
 * @param choices `[n, 1]`.
 * @param numbers `[n, q]`; absent where all columns are categories.
 * @returns `[n, p]`.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, mixedRows } from "@likely/core";
 *
 * assertEquals(mixedRows([2, null, 3], fromRows([[5]]), fromRows([[0.5]])), fromRows([[1, 0.5, 2]]));
 * ```
 */
export function mixedRows(categories: ColumnCategories, choices: Points, numbers?: Points): Points {
  const out = zeros(choices.n, categories.length);
  for (let i = 0; i < out.n; i++) {
    let [choice, next] = [choices.data[i]!, (numbers?.dim ?? 0) - 1];
    for (let j = out.dim - 1; j >= 0; j--) {
      const count = categories[j]!;
      out.data[i * out.dim + j] = count === null ? numbers!.data[i * numbers!.dim + next--]! : choice % count;
      if (count !== null) choice = Math.floor(choice / count);
    }
  }
  return out;
}

/**
 * The units of both parts, which follow from those of the whole.
 *
 * @param categories Of each column.
 * @param scaling Of the whole.
 * @returns Those of the choice, and of the numbers given it.
 */
export function mixedScaling(
  categories: ColumnCategories,
  { theta, x }: Scaling,
): Readonly<Record<"choice" | "numbers", Scaling>> {
  const hots = categories.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  const none = new Array<null>(hots).fill(null);
  const half = new Array<number>(hots).fill(0.5);
  const columns = numberColumns(categories);
  const some = <T>(values: readonly T[]) => columns.map((j) => values[j]!);
  return {
    choice: { theta, x: { mean: [0], std: [1] } },
    numbers: {
      theta: {
        mean: [...theta.mean, ...half],
        std: [...theta.std, ...half],
        ...(theta.log && { log: [...theta.log, ...none] }),
        ...(theta.upper && { upper: [...theta.upper, ...none] }),
        ...(theta.fold && { fold: [...theta.fold, ...none] }),
      },
      x: {
        mean: some(x.mean),
        std: some(x.std),
        ...(x.log && { log: some(x.log) }),
        ...(x.upper && { upper: some(x.upper) }),
        ...(x.fold && { fold: some(x.fold) }),
        ...(x.whole && { whole: some(x.whole) }),
      } satisfies Standardisation,
    },
  };
}

/** An artifact whose columns of x are of both kinds. */
export interface MixedArtifact extends Artifact {
  /** Both parts. */
  readonly spec: MixedSpec;
}

/**
 * Takes an artifact apart into one of the choice and one of the numbers given it.
 *
 * @param artifact A likelihood with categories. Weights are shared, not copied.
 * @returns What an engine can evaluate; `numbers` is absent where all columns are categories.
 */
export function mixedParts(artifact: MixedArtifact): { choice: Artifact; numbers?: Artifact } {
  const { spec, weights } = artifact;
  const scaling = mixedScaling(spec.categories, artifact.scaling);
  const choice = {
    ...artifact,
    spec: spec.choice,
    weights: partOf("choice/", weights),
    scaling: scaling.choice,
  };
  if (!spec.numbers) return { choice };
  const own = { spec: spec.numbers, weights: partOf("numbers/", weights), scaling: scaling.numbers };
  return { choice, numbers: { ...artifact, ...own } };
}

/** Tells whether an artifact has columns of both kinds. */
export function isMixed(artifact: Artifact): artifact is MixedArtifact {
  return artifact.spec.kind === "mixed";
}

/**
 * Refuses to run both parts as one: each is trained and evaluated by itself, see {@linkcode mixedParts}.
 *
 * @throws {UnsupportedError} Always.
 */
export function refuseMixed(): never {
  throw new UnsupportedError(
    "Cannot run a density of categories and numbers as one: mixedParts takes its choice and its numbers apart",
  );
}

function numberColumns(categories: ColumnCategories): number[] {
  return categories.flatMap((count, j) => count === null ? [j] : []);
}
