/**
 * A Gaussian random field with Matérn covariance on a grid.
 *
 * @module
 */

import { type Interval, simulator, type Stream, type Task } from "@likely/core";
import { cholesky, multiplyLower, solveLower } from "@likely/core/cholesky";
import { chebyshev } from "./_chebyshev.ts";
import { logUniforms, rememberLast, requireGrid } from "./_field.ts";
import { fillNormals } from "./_fill_normals.ts";
import { type MirrorBlocks, mirrorBlocks } from "./_mirror_blocks.ts";
import { backSolve, quadratic, solvedTraces } from "./_quadratic.ts";

const ACTION = "build a Gaussian field";
// Added to the diagonal of R, and the least share of it that a pivot may be: more than rounding takes.
const JITTER = 1e-13;

/** Options of {@linkcode gaussianField}. */
export interface GaussianFieldOptions {
  /**
   * Sites along the first axis.
   *
   * @default {25}
   */
  readonly rows?: number;
  /**
   * Sites along the second axis.
   *
   * @default {25}
   */
  readonly columns?: number;
  /**
   * Distance between neighbours; 25 sites span [−10, 10] by default.
   *
   * @default {20 / 24}
   */
  readonly spacing?: number;
  /**
   * The ν of the covariance.
   *
   * @default {0.5}
   */
  readonly smoothness?: 0.5 | 1.5 | 2.5;
  /**
   * Where the prior puts σ².
   *
   * @default {{ low: 0.2, high: 2.5 }}
   */
  readonly variance?: Interval;
  /**
   * Where the prior puts ρ, in units of distance. A range far below the spacing leaves no trace in x.
   *
   * @default {{ low: 0.2, high: 2.5 }}
   */
  readonly range?: Interval;
  /**
   * Where the prior puts τ², the variance of independent noise at each site: a third parameter.
   *
   * @default {undefined} No noise.
   */
  readonly nugget?: Interval;
}

/**
 * Builds a Gaussian field of mean 0 on a grid with covariance `K = σ² R(ρ) + τ² I`:
 * `theta = (log σ², log ρ)`, and `log τ²` where there is a nugget; x row-major.
 *
 * With h the distance between two sites and `c = √(2ν) h / ρ`, R is `e⁻ᶜ` for ν = ½ (the
 * exponential covariance), `(1 + c) e⁻ᶜ` for 3/2 and `(1 + c + c²/3) e⁻ᶜ` for 5/2. The prior is
 * uniform in theta.
 *
 * With `a = K⁻¹ x` the score is `½ (aᵀ ∂K a − tr K⁻¹ ∂K)`. A simulated `x = σ L z` has
 * `½ (|z|² − n)` and `½ (bᵀ D b − tr R⁻¹ D)`, `b = L⁻ᵀ z` and `D = ∂R / ∂ log ρ` (without a
 * nugget), so scores of simulated rows cost no solve beyond the trace; and that is a smooth function of
 * ρ alone, which the first score computes at up to 129 places of the prior, and later ones interpolate
 * to thirteen digits. The grid's mirror symmetries split K into blocks, which takes a sixteenth of the
 * work, on a square grid a fortieth; and neighbouring rows with the same theta share their factors. R has
 * 10⁻¹³ added to its diagonal: a smooth field whose range is many times the grid is singular in float64.
 *
 * The defaults are the grid and, from the range on where it is identifiable, the box of Walchessen,
 * Lenzi & Kuusela (2024), "Neural likelihood surfaces for spatial processes with computationally
 * intensive or intractable likelihoods", https://arxiv.org/abs/2305.04634.
 *
 * @param options Grid, covariance and prior.
 * @returns The task; likelihood and score are exact.
 * @throws {RangeError} If a size, a distance, the smoothness or an interval is out of range.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key } from "@likely/core";
 * import { gaussianField } from "@likely/simulators";
 *
 * const { prior, simulator } = gaussianField({ rows: 5, columns: 5, spacing: 1, smoothness: 1.5 });
 * const theta = prior.sample(key(0), 3);
 * const { x, score } = simulator.simulateScored!(key(1), theta);
 * assertEquals([x.dim, score.dim], [25, 2]);
 * ```
 */
export function gaussianField(options: GaussianFieldOptions = {}): Task {
  const { rows = 25, columns = 25, spacing = 20 / 24, smoothness = 0.5, nugget } = options;
  const { variance = { low: 0.2, high: 2.5 }, range = { low: 0.2, high: 2.5 } } = options;
  requireGrid(ACTION, { rows, columns, spacing });
  requireSmoothness(smoothness);
  const blocks = mirrorBlocks(rows, columns);
  const distances = Float64Array.from(
    { length: rows * columns },
    (_, k) => spacing * Math.hypot(Math.floor(k / columns), k % columns),
  );
  const prior = logUniforms(ACTION, { variance, range, ...(nugget && { nugget }) });
  const traceAt = nugget ? () => undefined : traces(blocks, distances, smoothness, prior.support[1]!);
  const fieldAt = rememberLast((theta) =>
    factorField(theta, blocks, maternTables(theta, distances, smoothness), traceAt)
  );
  return {
    name: "gaussian_field",
    prior,
    simulator: simulator({
      name: "gaussian_field",
      thetaDim: nugget ? 3 : 2,
      xDim: rows * columns,
      simulate: (random, theta) => draw(random, fieldAt(theta)).x,
      simulateScored: (random, theta) => {
        const { x, noise } = draw(random, fieldAt(theta));
        return { x, score: scoreOf(fieldAt(theta), noise).subarray(0, theta.length) };
      },
      logLikelihood: (theta, x) => logDensity(fieldAt(theta), x),
      score: (theta, x) => scoreOf(fieldAt(theta), whiten(fieldAt(theta), x)).subarray(0, theta.length),
    }),
  };
}

/** One block of `C = K / σ²`. */
interface FactoredBlock {
  /** L, `[size, size]`. */
  readonly factor: Float64Array;
  /** Which matrix of a fold it is. */
  readonly matrix: number;
  /** Where it starts among all. */
  readonly start: number;
  /** Its number of sites. */
  readonly size: number;
}

/** What only scores need. */
interface Slopes {
  /** D, its different blocks. */
  readonly matrices: readonly Float64Array[];
  /** tr C⁻¹ D. */
  readonly trace: number;
  /** tr C⁻¹. */
  readonly identity: number;
}

/** All of a field that does not depend on x. */
interface FactoredField {
  readonly blocks: MirrorBlocks;
  readonly parts: readonly FactoredBlock[];
  /** σ. */
  readonly sd: number;
  /** τ² / σ². */
  readonly noiseShare: number;
  /** log |C|. */
  readonly logDet: number;
  /** Computed when first asked for. */
  slopes(): Slopes;
}

/** R and D = ∂R / ∂ log ρ at every distance between two sites. */
interface Tables {
  readonly value: Float64Array;
  slope(): Float64Array;
}

function maternTables(theta: Float64Array, distances: Float64Array, smoothness: number): Tables {
  const scaled = distances.map((h) => Math.sqrt(2 * smoothness) * h / Math.exp(theta[1]!));
  const times = (polynomial: (c: number) => number) => scaled.map((c) => polynomial(c) * Math.exp(-c));
  if (smoothness === 0.5) return { value: times(() => 1), slope: () => times((c) => c) };
  if (smoothness === 1.5) return { value: times((c) => 1 + c), slope: () => times((c) => c * c) };
  return { value: times((c) => 1 + c + c * c / 3), slope: () => times((c) => c * c * (1 + c) / 3) };
}

/** tr R⁻¹ D by log ρ, where the prior is; it knows nothing outside. Values are found when first asked for. */
function traces(
  blocks: MirrorBlocks,
  distances: Float64Array,
  smoothness: number,
  { low, high }: Interval,
): (logRange: number) => number | undefined {
  let interpolant: ReturnType<typeof chebyshev> | "unknown" = "unknown";
  const exact = (logRange: number) => {
    const theta = new Float64Array([0, logRange]);
    const field = factorField(theta, blocks, maternTables(theta, distances, smoothness), () => undefined);
    return field.slopes().trace;
  };
  return (logRange) => {
    if (!(logRange >= low && logRange <= high)) return undefined;
    if (interpolant === "unknown") interpolant = chebyshev(exact, { low, high });
    return interpolant?.(logRange);
  };
}

function factorField(
  theta: Float64Array,
  blocks: MirrorBlocks,
  table: Tables,
  traceAt: (logRange: number) => number | undefined,
): FactoredField {
  const noiseShare = theta.length > 2 ? Math.exp(theta[2]! - theta[0]!) : 0;
  table.value[0]! += noiseShare + JITTER; // the only distance of a site to itself
  const factors = blocks.fold(table.value).map((matrix) => cholesky(matrix, { floor: JITTER }));
  let [start, logDet] = [0, 0];
  const parts = blocks.list.map(({ size, matrix }): FactoredBlock => {
    const factor = factors[matrix]!;
    for (let i = 0; i < size; i++) logDet += 2 * Math.log(factor[i * size + i]!);
    start += size;
    return { factor, matrix, start: start - size, size };
  });
  let slopes: Slopes | undefined;
  const sd = Math.exp(theta[0]! / 2);
  const computeSlopes = () => slopesOf(parts, factors, blocks.fold(table.slope()), traceAt(theta[1]!));
  return { blocks, parts, sd, noiseShare, logDet, slopes: () => slopes ??= computeSlopes() };
}

function slopesOf(
  parts: readonly FactoredBlock[],
  factors: readonly Float64Array[],
  matrices: readonly Float64Array[],
  trace: number | undefined,
): Slopes {
  // Without noise of its own at each site nobody asks for the other trace.
  if (trace !== undefined) return { matrices, trace, identity: 0 };
  const traces = factors.map((factor, k) => solvedTraces(factor, matrices[k]!, Math.sqrt(factor.length)));
  return {
    matrices,
    trace: parts.reduce((sum, { matrix }) => sum + traces[matrix]!.slope, 0),
    identity: parts.reduce((sum, { matrix }) => sum + traces[matrix]!.identity, 0),
  };
}

/** `x = σ L z` and its z, block by block. */
function draw(random: Stream, { blocks, parts, sd }: FactoredField) {
  const noise = new Float64Array(parts.reduce((sum, { size }) => sum + size, 0));
  fillNormals(random, noise);
  const field = noise.map((value) => sd * value);
  for (const { factor, start, size } of parts) multiplyLower(factor, field.subarray(start, start + size));
  return { x: blocks.join(field), noise };
}

/** `z = L⁻¹ x / σ`, block by block. */
function whiten({ blocks, parts, sd }: FactoredField, x: Float64Array): Float64Array {
  const noise = blocks.split(x).map((value) => value / sd);
  for (const { factor, start, size } of parts) solveLower(factor, noise.subarray(start, start + size));
  return noise;
}

function logDensity(field: FactoredField, x: Float64Array): number {
  const square = whiten(field, x).reduce((sum, value) => sum + value * value, 0);
  return -x.length * (Math.log(2 * Math.PI) / 2 + Math.log(field.sd)) - field.logDet / 2 - square / 2;
}

// K is σ² times R + share · I: what log τ² adds to it, log σ² does not.
function scoreOf({ parts, noiseShare, slopes }: FactoredField, noise: Float64Array): Float64Array {
  const { matrices, trace, identity: identityTrace } = slopes();
  let [whole, slope, identity] = [0, 0, 0];
  for (const { factor, matrix, start, size } of parts) {
    const z = noise.slice(start, start + size);
    for (const value of z) whole += value * value - 1;
    backSolve(factor, z, size - 1);
    slope += quadratic(matrices[matrix]!, z, size);
    for (const value of z) identity += value * value;
  }
  const nugget = noiseShare * (identity - identityTrace) / 2;
  return new Float64Array([whole / 2 - nugget, (slope - trace) / 2, nugget]);
}

function requireSmoothness(smoothness: number): void {
  if ([0.5, 1.5, 2.5].includes(smoothness)) return;
  throw new RangeError(
    `Cannot ${ACTION} as smoothness must be 0.5, 1.5 or 2.5: current value is ${smoothness}`,
  );
}
