/**
 * A Gaussian random field whose likelihood takes a walk over its sites: the test-bed of exact
 * scores.
 *
 * @module
 */

import { type Interval, simulator, type Task } from "@likely/core";
import { logUniforms, requireGrid } from "./_field.ts";
import { fillNormals } from "./_fill_normals.ts";

const ACTION = "build a separable field";

/** Options of {@linkcode separableField}. */
export interface SeparableFieldOptions {
  /**
   * Sites along the first axis.
   *
   * @default {6}
   */
  readonly rows?: number;
  /**
   * Sites along the second axis.
   *
   * @default {6}
   */
  readonly columns?: number;
  /**
   * Distance between neighbours.
   *
   * @default {1}
   */
  readonly spacing?: number;
  /**
   * Where the prior puts σ².
   *
   * @default {{ low: 0.3, high: 3 }}
   */
  readonly variance?: Interval;
  /**
   * Where the prior puts ρ, in units of distance.
   *
   * @default {{ low: 0.6, high: 6 }}
   */
  readonly range?: Interval;
}

/**
 * Builds a Gaussian field of mean 0 on a grid with covariance `σ² exp(−|Δ₁| / ρ) exp(−|Δ₂| / ρ)`,
 * Δ₁ and Δ₂ the distances along the axes: `theta = (log σ², log ρ)`, x row-major.
 *
 * Along each axis the field is an autoregression, `φ = exp(−spacing / ρ)`, so that
 * `w₁ = y₁, wᵢ = (yᵢ − φ yᵢ₋₁) / √(1 − φ²)` along both turns it into white noise: simulation,
 * likelihood and score take time in proportion to the number of sites. The field is not isotropic:
 * for that see `gaussianField`. The prior is uniform in theta.
 *
 * Source: Martin (1979), "A subclass of lattice processes applied to a problem in planar
 * sampling", Biometrika 66.
 *
 * @param options Grid and prior.
 * @returns The task; likelihood and score are exact.
 * @throws {RangeError} If a size, a distance or an interval is out of range.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key } from "@likely/core";
 * import { separableField } from "@likely/simulators";
 *
 * const { prior, simulator } = separableField({ rows: 3, columns: 4 });
 * const theta = prior.sample(key(0), 2);
 * const x = simulator.simulate(key(1), theta);
 * assertEquals([x.dim, simulator.score!(theta, x).dim], [12, 2]);
 * ```
 */
export function separableField(options: SeparableFieldOptions = {}): Task {
  const {
    rows = 6,
    columns = 6,
    spacing = 1,
    variance = { low: 0.3, high: 3 },
    range = { low: 0.6, high: 6 },
  } = options;
  requireGrid(ACTION, { rows, columns, spacing });
  const axes: readonly Axis[] = [{ size: rows, step: columns }, { size: columns, step: 1 }];
  const links = columns * (rows - 1) + rows * (columns - 1);
  const evaluate = (theta: Float64Array, x: Float64Array) =>
    evaluateAt(theta, whiten(x, axes, chainOf(theta[1]!, spacing)), links);
  return {
    name: "separable_field",
    prior: logUniforms(ACTION, { variance, range }),
    simulator: simulator({
      name: "separable_field",
      thetaDim: 2,
      xDim: rows * columns,
      simulate: (random, theta) => {
        const field = new Float64Array(rows * columns);
        fillNormals(random, field);
        const chain = chainOf(theta[1]!, spacing);
        for (const axis of axes) colour(field, axis, chain);
        return field.map((value) => value * Math.exp(theta[0]! / 2));
      },
      logLikelihood: (theta, x) => evaluate(theta, x).logLikelihood,
      score: (theta, x) => evaluate(theta, x).score,
    }),
  };
}

/** Sites along a line, and how far apart they are in memory. */
interface Axis {
  readonly size: number;
  readonly step: number;
}

/** The autoregression along an axis. */
interface Chain {
  readonly phi: number;
  /** ∂φ / ∂ log ρ. */
  readonly slope: number;
  /** 1 − φ². */
  readonly rest: number;
}

/** White noise and its derivative with respect to log ρ, at each site. */
interface Whitened {
  readonly noise: Float64Array;
  readonly slope: Float64Array;
  readonly chain: Chain;
}

function chainOf(logRange: number, spacing: number): Chain {
  const steps = spacing / Math.exp(logRange);
  const phi = Math.exp(-steps);
  return { phi, slope: phi * steps, rest: -Math.expm1(-2 * steps) };
}

function colour(field: Float64Array, { size, step }: Axis, { phi, rest }: Chain): void {
  const sd = Math.sqrt(rest);
  for (let k = step; k < field.length; k++) {
    if (Math.floor(k / step) % size > 0) field[k] = phi * field[k - step]! + sd * field[k]!;
  }
}

function whiten(x: Float64Array, axes: readonly Axis[], chain: Chain): Whitened {
  const { phi, slope: dPhi, rest } = chain;
  const sd = Math.sqrt(rest);
  const noise = x.slice();
  const slope = new Float64Array(x.length);
  for (const { size, step } of axes) {
    // From the end, so that what comes before a site is still what it was.
    for (let k = x.length - 1; k >= step; k--) {
      if (Math.floor(k / step) % size === 0) continue;
      const before = noise[k - step]!;
      noise[k] = (noise[k]! - phi * before) / sd;
      slope[k] = (slope[k]! - phi * slope[k - step]! - dPhi * before) / sd + noise[k]! * phi * dPhi / rest;
    }
  }
  return { noise, slope, chain };
}

// log p = −(n/2) log 2πσ² − (links/2) log(1 − φ²) − Σ w² / 2σ².
function evaluateAt(theta: Float64Array, { noise, slope, chain }: Whitened, links: number) {
  const variance = Math.exp(theta[0]!);
  const { phi, slope: dPhi, rest } = chain;
  let [square, product] = [0, 0];
  for (let k = 0; k < noise.length; k++) {
    square += noise[k]! * noise[k]!;
    product += noise[k]! * slope[k]!;
  }
  const n = noise.length;
  return {
    logLikelihood: -n / 2 * (Math.log(2 * Math.PI) + theta[0]!) - links / 2 * Math.log(rest) -
      square / (2 * variance),
    score: [square / (2 * variance) - n / 2, links * phi * dPhi / rest - product / variance],
  };
}
