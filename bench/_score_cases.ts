// The case studies of the score bench: a task with exact scores, its network, its grid, its test data.

import {
  drawUniform,
  type EmbeddingSpec,
  key,
  type Points,
  split,
  stream,
  type Task,
  type TrunkSpec,
  zeros,
} from "@likely/core";
import {
  likelihoodSurfaces,
  maximumLikelihood,
  type Surface,
  type SurfaceAxis,
  surfacePosterior,
} from "@likely/diagnostics";
import { gaussianField, separableField, sisDiscrete } from "@likely/simulators";

/** What is simulated, and with which network it is learned. */
export interface ScoreCase {
  readonly title: string;
  readonly task: Task;
  readonly trunk: TrunkSpec;
  readonly embedding?: EmbeddingSpec;
  /** Cells of an axis of the grid over the prior's box. */
  readonly cells: number;
  /** Steps at the usual budget. */
  readonly steps: number;
  /** Learning rate at the usual budget. */
  readonly learningRate: number;
  /** Whether simulations take longer than training, and are kept on disk for all arms and sizes. */
  readonly isCostly: boolean;
  /** Data sets that surrogates are judged on. */
  readonly tests: number;
}

const SMALL = {
  trunk: { kind: "mlp", hidden: [64, 64, 64], activation: "silu" },
  steps: 16_000,
  learningRate: 1e-3,
  isCostly: false,
  tests: 300,
} as const;

/** By name. */
export const CASES: Readonly<Record<string, ScoreCase>> = {
  sis: { ...SMALL, title: "SIS on a graph", task: sisDiscrete(), cells: 13 },
  separable: { ...SMALL, title: "separable field, 6 × 6", task: separableField(), cells: 31 },
  field: {
    title: "Gaussian field, 25 × 25, convolutions",
    task: gaussianField(),
    trunk: { kind: "mlp", hidden: [64, 16, 8], activation: "silu" },
    embedding: fieldEmbedding([16, 16, 8]),
    cells: 21,
    steps: 4_000,
    learningRate: 3e-3,
    isCostly: true,
    // An exact surface takes a Cholesky factor a cell.
    tests: 60,
  },
};

/** Convolutions over the field; θ joins behind them. */
export function fieldEmbedding(filters: readonly number[]): EmbeddingSpec {
  return {
    kind: "conv",
    size: [25, 25],
    channels: 1,
    filters,
    kernel: 3,
    pool: 2,
    out: 64,
    activation: "silu",
  };
}

type Maximum = ReturnType<typeof maximumLikelihood>;

/** Data sets that no arm has seen, with all that is exactly known of them. */
export interface TestSet {
  readonly theta: Points;
  readonly x: Points;
  readonly score: Points;
  readonly axes: readonly SurfaceAxis[];
  readonly surfaces: readonly Surface[];
  /** The exact maximum of each, off the grid. */
  readonly maxima: readonly Maximum[];
  /** `[n][d]`: whether the data tell of a parameter, see {@linkcode tells}. */
  readonly isTold: readonly (readonly boolean[])[];
  /** `[n]`: exact log-likelihood at the truth. */
  readonly atTruth: Float64Array;
}

/** Parameters from the inner 80 % of the box, and the exact surfaces of their data. */
export function testSet({ task, cells, tests: n }: ScoreCase): TestSet {
  const { prior: { support, names }, simulator } = task;
  const [forTheta, forX] = split(key(2026), 2);
  const random = stream(forTheta);
  const theta = zeros(n, support.length);
  theta.data.forEach((_, k) => {
    const { low, high } = support[k % support.length]!;
    theta.data[k] = low + (high - low) * drawUniform(random, 0.1, 0.9);
  });
  const x = simulator.simulate(forX, theta);
  const axes = support.map(({ low, high }, j) => ({ name: names[j]!, low, high, cells }));
  const logLikelihood = simulator.logLikelihood!.bind(simulator);
  const surfaces = likelihoodSurfaces(axes, logLikelihood, x);
  const maxima = surfaces.map((surface, i) =>
    maximumLikelihood(surface, (at) => logLikelihood(at, repeated(x, i, at.n)))
  );
  const atTruth = logLikelihood(theta, x);
  const isTold = surfaces.map((surface, i) => tells(surface, maxima[i]!));
  return { theta, x, score: simulator.score!(theta, x), axes, surfaces, maxima, isTold, atTruth };
}

/**
 * Whether data tell of each parameter: they leave it less than half as uncertain as the box does, and
 * their maximum is not on the box's edge there. Of a flat surface the highest point is an accident.
 */
function tells(surface: Surface, { theta }: Maximum): boolean[] {
  const { covariance } = surfacePosterior(surface);
  return surface.axes.map(({ low, high, cells }, j) => {
    const width = high - low;
    const sd = Math.sqrt(covariance[j * (surface.axes.length + 1)]!);
    return sd < width / Math.sqrt(12) / 2 && Math.min(theta[j]! - low, high - theta[j]!) > width / cells;
  });
}

function repeated(source: Points, i: number, n: number): Points {
  const out = zeros(n, source.dim);
  const values = source.data.subarray(i * source.dim, (i + 1) * source.dim);
  for (let k = 0; k < n; k++) out.data.set(values, k * source.dim);
  return out;
}
