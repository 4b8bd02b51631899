/**
 * Density estimators in float64, in plain TypeScript: the reference, and whoever draws where no
 * faster engine does.
 *
 * @module
 */

import { log } from "./elementary.ts";
import { categorical } from "./_categorical.ts";
import { coupledSpline } from "./_coupled_spline.ts";
import { maskedAffine } from "./_masked_affine.ts";
import { mixture } from "./_mixture.ts";
import { plainEmbedding } from "./_plain_embedding.ts";
import type { Transform } from "./_transform.ts";
import type { Artifact } from "./artifact.ts";
import { baseDraws } from "./base_draws.ts";
import { requireColumns, requireInteger, requireRows } from "./check.ts";
import { checkWeights } from "./check_weights.ts";
import type { ConditionalDensity } from "./conditional_density.ts";
import type { DensitySides, DensitySpec, MafSpec, NsfSpec } from "./density_spec.ts";
import { densityWidths } from "./density_widths.ts";
import { membersOf } from "./ensemble.ts";
import { UnsupportedError } from "./errors.ts";
import { meanDensity } from "./mean_density.ts";
import { mixedParts } from "./mixed.ts";
import { mixedDensity } from "./mixed_density.ts";
import { type Points, row, zeros } from "./points.ts";
import { logStandardSlopes, rawValue, type Standardisation, standardValue } from "./scaling.ts";
import type { Weights } from "./weights.ts";

/**
 * Reads a trained density estimator, of any kind and embedding, in float64.
 *
 * Drawing from a flow costs about as much as its density.
 *
 * @param artifact A posterior, or a likelihood that is a density of x.
 * @returns The density, named `"plain"`; it holds nothing that must be disposed of.
 * @throws {UnsupportedError} If the artifact's network is no density.
 * @throws {TypeError | RangeError} If its weights are not the spec's.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { type Artifact, fromRows, initWeights, key, plainDensity } from "@likely/core";
 *
 * // Before it learns anything, a flow is the standard normal of standardised θ.
 * const spec = { kind: "maf", thetaDim: 1, xDim: 1, target: "theta", transforms: 1, hidden: [], activation: "tanh" } as const;
 * const artifact = {
 *   kind: "posterior",
 *   spec,
 *   weights: initWeights(key(0), spec),
 *   scaling: { theta: { mean: [3], std: [2] }, x: { mean: [0], std: [1] } },
 * } as unknown as Artifact;
 * const density = plainDensity(artifact);
 * const [value] = density.logDensity(fromRows([[3]]), fromRows([[0.5]]));
 * assertAlmostEquals(value!, -Math.log(2 * Math.sqrt(2 * Math.PI)), 1e-2);
 * ```
 */
export function plainDensity(artifact: Artifact): ConditionalDensity {
  return artifact.others ? meanDensity(membersOf(artifact).map(onePlainDensity)) : onePlainDensity(artifact);
}

function onePlainDensity(artifact: Artifact): ConditionalDensity {
  const { spec, weights, scaling } = artifact;
  if (spec.kind === "mixed") {
    const { choice, numbers } = mixedParts({ ...artifact, spec });
    return mixedDensity(spec.categories, {
      choice: onePlainDensity(choice),
      ...(numbers && { numbers: onePlainDensity(numbers) }),
    });
  }
  if (spec.kind === "network") {
    throw new UnsupportedError("Cannot read a scalar network as a density: it has no target");
  }
  checkWeights(spec, weights);
  const by = spec.target === "theta"
    ? { target: scaling.theta, condition: scaling.x }
    : { target: scaling.x, condition: scaling.theta };
  const embed = spec.embedding ? plainEmbedding(weights, spec.embedding) : (c: Float64Array) => c;
  const given = conditioned(weights, spec);
  /** One for each condition, made when first needed: rows come one condition after another. */
  const along = (condition: Points, n: number) => {
    let [last, density] = [-1, undefined as Given | undefined];
    return (i: number): Given => {
      const c = Math.floor(i * condition.n / n);
      if (c !== last) density = given(embed(standardRow(condition, c, by.condition)));
      last = c;
      return density!;
    };
  };
  return {
    name: "plain",
    logDensity: (target, condition) => {
      requireSides(spec, condition, target);
      const densityOf = along(condition, target.n);
      return logStandardSlopes(by.target, target).map((slopes, i) => {
        const value = densityOf(i).logDensity(standardRow(target, i, by.target)) + slopes;
        return Number.isNaN(value) ? -Infinity : value;
      });
    },
    sample: (key, n, condition) => {
      requireInteger("draw from a density", "n", n, 1);
      requireSides(spec, condition);
      const { normal, share } = baseDraws(key, spec, n * condition.n);
      const densityOf = along(condition, normal.n);
      const out = zeros(normal.n, normal.dim);
      for (let i = 0; i < out.n; i++) {
        densityOf(i).draw(row(normal, i), share?.[i] ?? 0).forEach((u, j) => {
          out.data[i * out.dim + j] = rawValue(by.target, j, u);
        });
      }
      return out;
    },
  };
}

/** A density of standardised rows, its condition filled in. */
interface Given {
  logDensity(y: Float64Array): number;
  draw(z: Float64Array, share: number): Float64Array;
}

function conditioned(weights: Weights, spec: DensitySpec): (c: Float64Array) => Given {
  if (spec.kind === "categorical") {
    const given = categorical(weights, spec);
    return (c) => {
      const { logDensity, draw } = given(c);
      return { logDensity, draw: (_, share) => draw(share) };
    };
  }
  if (spec.kind !== "mdn") return flow(weights, spec);
  const given = mixture(weights, spec);
  return (c) => {
    const { logDensity, draw } = given(c);
    return { logDensity, draw: (z, share) => draw(share, z) };
  };
}

function flow(weights: Weights, spec: MafSpec | NsfSpec): (c: Float64Array) => Given {
  const transforms = Array.from(
    { length: spec.transforms },
    (_, t): Transform =>
      spec.kind === "maf" ? maskedAffine(weights, spec, t) : coupledSpline(weights, spec, t),
  );
  const backwards = transforms.toReversed();
  return (c) => ({
    logDensity: (y) => {
      let [at, sum] = [y, 0];
      for (const { toBase } of transforms) {
        const { row, logDet } = toBase(at, c);
        [at, sum] = [row, sum + logDet];
      }
      return at.reduce((total, z) => total - z * z / 2 - LOG_ROOT, sum);
    },
    draw: (z) => backwards.reduce((at, { toTarget }) => toTarget(at, c).row, z),
  });
}

/** log √(2π). */
const LOG_ROOT = log(2 * Math.PI) / 2;

function standardRow(source: Points, i: number, by: Standardisation): Float64Array {
  return row(source, i).map((value, j) => standardValue(by, j, value));
}

/** Requires rows of the spec's widths, and as many targets as conditions, or some times as many. */
export function requireSides(spec: DensitySides, condition: Points, target?: Points): void {
  const widths = densityWidths(spec);
  const action = "evaluate a density";
  requireColumns(action, "the condition", condition, widths.condition);
  requireRows(action, "the condition", condition, 1);
  if (!target) return;
  requireColumns(action, "the target", target, widths.target);
  if (target.n % condition.n === 0) return;
  throw new TypeError(
    `Cannot ${action} as targets must be a multiple of ${condition.n} conditions: current value is ${target.n}`,
  );
}
