/**
 * Several targets behind one call.
 *
 * @module
 */

import { type Evaluation, gatherRows, type LogDensities, type LogDensity } from "@likely/core";

/**
 * Makes one log density of several, told apart by the chain a point belongs to: chain c is on
 * target `c mod targets.length`. A sampler then runs all of them in lock-step, every target called
 * once for all its points.
 *
 * An engine evaluates many observations without this: see `Engine.logDensities`.
 *
 * @param targets At least one, all of one width.
 * @returns The log densities; they have a gradient where all targets called have one.
 * @throws {TypeError} If there is no target or their widths differ.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, numericDensity } from "@likely/core";
 * import { stackTargets } from "@likely/samplers";
 *
 * const targets = [1, 2].map((at) => numericDensity("hill", 1, ([t]) => -((t! - at) ** 2)));
 * const { value } = stackTargets(targets).evaluate(fromRows([[2], [2]]));
 * assertEquals(Array.from(value), [-1, -0]);
 * ```
 */
export function stackTargets(targets: readonly LogDensity[]): LogDensities {
  const [first] = targets;
  if (!first || targets.some(({ dim }) => dim !== first.dim)) {
    throw new TypeError(
      `Cannot stack targets as there must be some, all of one width: ` +
        `current widths are [${targets.map(({ dim }) => dim)}]`,
    );
  }
  return {
    name: first.name,
    dim: first.dim,
    count: targets.length,
    evaluate: (points, options) => {
      const value = new Float64Array(points.n);
      const grad = new Float64Array(points.n * points.dim);
      let hasGradient = true;
      for (const [t, rows] of rowsByTarget(points.n, targets.length, options?.chains)) {
        const part = targets[t]!.evaluate(gatherRows(points, rows), {
          ...options,
          chains: rows.map((_, i) => i),
        });
        scatter({ value, grad }, part, rows);
        hasGradient &&= part.grad !== undefined;
      }
      return hasGradient ? { value, grad } : { value };
    },
  };
}

function rowsByTarget(n: number, count: number, chains?: ArrayLike<number>): Map<number, number[]> {
  const out = new Map<number, number[]>();
  for (let i = 0; i < n; i++) {
    const target = (chains ? chains[i]! : i) % count;
    const rows = out.get(target);
    if (rows) rows.push(i);
    else out.set(target, [i]);
  }
  return out;
}

function scatter(out: Required<Evaluation>, part: Evaluation, rows: readonly number[]): void {
  const dim = out.grad.length / out.value.length;
  rows.forEach((row, i) => {
    out.value[row] = part.value[i]!;
    if (part.grad) out.grad.set(part.grad.subarray(i * dim, (i + 1) * dim), row * dim);
  });
}
