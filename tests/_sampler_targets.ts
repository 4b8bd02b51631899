// Targets whose moments are known, easy and hard, for tests and benches of samplers.

import {
  exponential,
  independent,
  type LogDensity,
  type Marginal,
  normal,
  type Points,
  type Prior,
  row,
  truncatedNormal,
  uniform,
  zeros,
} from "@likely/core";
import { twoMoons } from "@likely/simulators";

/** Samplers that the table of targets runs. */
export type SamplerName =
  | "nuts"
  | "hmc"
  | "mala"
  | "slice"
  | "random_walk"
  | "parallel_tempering"
  | "smc"
  | "importance";

/** A function of θ and its exact mean under the target. */
export interface Expectation {
  /** What it is. */
  readonly of: string;
  /** The function. */
  readonly fn: (theta: Float64Array) => number;
  /** Its mean. */
  readonly mean: number;
}

/** A target with what is known of it. */
export interface KnownTarget {
  /** The log density of θ, with its gradient. */
  readonly target: LogDensity;
  /** Where chains and particles begin; the proposal of importance sampling. */
  readonly start: Prior;
  /** What must be found. */
  readonly expectations: readonly Expectation[];
  /** Samplers that it is beyond, and why. */
  readonly beyond: Readonly<Partial<Record<SamplerName, string>>>;
}

/** A density of one row: its value, then its gradient. */
function density(name: string, dim: number, fn: (theta: Float64Array) => ArrayLike<number>): LogDensity {
  return {
    name,
    dim,
    evaluate: (theta) => {
      const [value, grad] = [new Float64Array(theta.n), zeros(theta.n, dim)];
      for (let i = 0; i < theta.n; i++) {
        const found = fn(row(theta, i));
        value[i] = found[0]!;
        for (let j = 0; j < dim; j++) grad.data[i * dim + j] = found[j + 1]!;
      }
      return { value, grad: grad.data };
    },
  };
}

/** Mean and variance of each coordinate, in units of its standard deviation. */
function moments(mean: readonly number[], variance: readonly number[]): Expectation[] {
  return mean.flatMap((m, j) => {
    const z = (theta: Float64Array) => (theta[j]! - m) / Math.sqrt(variance[j]!);
    return [
      { of: `coordinate ${j}`, fn: z, mean: 0 },
      { of: `square of coordinate ${j}`, fn: (theta: Float64Array) => z(theta) ** 2, mean: 1 },
    ];
  });
}

const start = (...marginals: Marginal[]) =>
  independent(Object.fromEntries(marginals.map((marginal, j) => [`p${j}`, marginal])));
const repeated = <T>(n: number, of: (j: number) => T) => Array.from({ length: n }, (_, j) => of(j));

/** A stationary series of unit variance, each value ρ times the last plus noise. */
export function autoregressive(dim: number, rho: number): LogDensity {
  const precision = 1 / (1 - rho * rho);
  return {
    name: `correlated normal, ${dim}-d`,
    dim,
    evaluate: ({ data, n }) => {
      const [value, grad] = [new Float64Array(n), new Float64Array(n * dim)];
      for (let k = 0; k < data.length; k++) {
        const isFirst = k % dim === 0;
        const residual = isFirst ? data[k]! : data[k]! - rho * data[k - 1]!;
        const pull = isFirst ? residual : precision * residual;
        value[Math.floor(k / dim)]! -= 0.5 * pull * residual;
        grad[k] = -pull;
        if (!isFirst) grad[k - 1]! += rho * pull;
      }
      return { value, grad };
    },
  };
}

/** a ~ N(1, 1/2) and b ~ N(a², 1/8): Rosenbrock's function with 4 in place of 100. */
export const banana: LogDensity = density("banana", 2, ([a, b]) => {
  const off = b! - a! ** 2;
  return [-((1 - a!) ** 2) - 4 * off ** 2, 2 * (1 - a!) + 16 * off * a!, -8 * off];
});

const SDS = repeated(20, (j) => 10 ** (j / 9.5 - 1));
const SLOW = "a coordinate at a time, or in small steps, it would take many thousand calls";
// P(|z₁| exp(3 z₀ / 2) < 1), integrated by scipy.
const NARROW = 0.6223155434714494;
const NECK = "is wider than one step size can be for its neck";
const TEMPERING = "tempering is for several modes, a simpler kernel does here";
const ONE_MODE = "a chain stays in the mode in which it starts";
const MANY = "no proposal fits so many dimensions";

const moons: LogDensity = (() => {
  const { simulator } = twoMoons();
  return {
    name: "two moons",
    dim: 2,
    evaluate: (theta: Points) => {
      const x = zeros(theta.n, 2); // seen: (0, 0)
      return { value: simulator.logLikelihood!(theta, x), grad: simulator.score!(theta, x).data };
    },
  };
})();
/** Across the line on which both moons face each other, and along it. */
const across = (p: Float64Array) => (p[0]! + p[1]!) * Math.SQRT1_2;
const along = (p: Float64Array) => (p[1]! - p[0]!) * Math.SQRT1_2;

/** All targets. */
export const TARGETS: readonly KnownTarget[] = [
  {
    target: autoregressive(50, 0.9),
    start: start(...repeated(50, () => normal(0, 1))),
    expectations: [
      ...moments(repeated(50, () => 0), repeated(50, () => 1)).filter((_, k) => k % 10 < 2),
      { of: "product of neighbours", fn: (p) => p[24]! * p[25]!, mean: 0.9 },
    ],
    beyond: {
      mala: SLOW,
      slice: SLOW,
      "random_walk": SLOW,
      "parallel_tempering": SLOW,
      smc: SLOW,
      importance: MANY,
    },
  },
  {
    target: density("correlated normal, 2-d", 2, ([a, b]) => {
      const [x, y] = [a! - 1, (b! + 2) / 3];
      return [-0.5 * (x * x - 1.8 * x * y + y * y) / 0.19, (0.9 * y - x) / 0.19, (0.9 * x - y) / 0.57];
    }),
    start: start(normal(0, 3), normal(0, 6)),
    expectations: moments([1, -2], [1, 9]),
    beyond: {},
  },
  {
    target: density("20 scales", 20, (theta) => {
      const out = new Float64Array(21);
      SDS.forEach((sd, j) => {
        out[0]! -= 0.5 * (theta[j]! / sd) ** 2;
        out[j + 1] = -theta[j]! / sd ** 2;
      });
      return out;
    }),
    start: start(...repeated(20, () => normal(0, 3))),
    expectations: moments(SDS.map(() => 0), SDS.map((sd) => sd * sd)),
    beyond: { mala: SLOW, "parallel_tempering": SLOW, smc: SLOW, importance: MANY },
  },
  {
    target: density("student with 5 degrees", 1, ([t]) => {
      return [-3 * Math.log1p(t! ** 2 / 5), -6 * t! / (5 + t! ** 2)];
    }),
    start: start(normal(0, 2)),
    expectations: [
      ...moments([0], [5 / 3]).slice(0, 1),
      // P(|t| < 1) and E|t|: a fourth moment that barely exists makes poor standard errors.
      { of: "|t|", fn: ([t]) => Math.abs(t!), mean: 8 * Math.sqrt(5) / (6 * Math.PI) },
      { of: "mass inside 1", fn: ([t]) => Math.abs(t!) < 1 ? 1 : 0, mean: 0.6367825323508774 },
    ],
    beyond: { "parallel_tempering": TEMPERING, importance: "a normal proposal misses its tails" },
  },
  {
    target: density("box-bounded", 2, ([a, b]) => {
      const u = (b! + 1) / 4;
      return [
        Math.log(a!) + 4 * Math.log1p(-a!) + 2 * Math.log(u) + 2 * Math.log1p(-u),
        1 / a! - 4 / (1 - a!),
        (2 / u - 2 / (1 - u)) / 4,
      ];
    }),
    start: start(uniform(0, 1), uniform(-1, 3)),
    expectations: moments([2 / 7, 1], [10 / 392, 16 / 28]),
    beyond: { "parallel_tempering": TEMPERING },
  },
  {
    target: density("half-bounded", 2, ([a, b]) => {
      return [2 * Math.log(a!) - 2 * a! + b! - 4, 2 / a! - 2, 1];
    }),
    start: start(exponential(0.5), truncatedNormal(3, 2, { high: 4 })),
    expectations: moments([1.5, 3], [0.75, 1]),
    beyond: { "parallel_tempering": TEMPERING, importance: "a normal proposal misses its tails" },
  },
  {
    target: density("gentle funnel", 2, ([v, x]) => {
      const square = x! ** 2 * Math.exp(-v!);
      return [-0.5 * v! ** 2 - v! / 2 - 0.5 * square, -v! - 0.5 + 0.5 * square, -x! * Math.exp(-v!)];
    }),
    start: start(normal(0, 1), normal(0, 2)),
    expectations: moments([0, 0], [1, Math.exp(0.5)]),
    beyond: { "parallel_tempering": TEMPERING, importance: "a normal proposal misses its tails" },
  },
  {
    target: density("funnel", 10, (theta) => {
      const out = new Float64Array(11);
      const v = theta[0]!;
      out[0] = -v * v / 18 - 4.5 * v;
      out[1] = -v / 9 - 4.5;
      for (let j = 1; j < 10; j++) {
        const pull = theta[j]! * Math.exp(-v);
        out[0]! -= 0.5 * theta[j]! * pull;
        out[1]! += 0.5 * theta[j]! * pull;
        out[j + 1] = -pull;
      }
      return out;
    }),
    start: start(normal(0, 3), ...repeated(9, () => normal(0, 3))),
    expectations: moments([0], [9]),
    beyond: {
      nuts: NECK,
      hmc: NECK,
      mala: NECK,
      slice: SLOW,
      "random_walk": NECK,
      "parallel_tempering": NECK,
      smc: NECK,
      importance: MANY,
    },
  },
  {
    target: density("funnel, non-centred", 10, (z) => {
      return [-0.5 * z.reduce((sum, value) => sum + value * value, 0), ...z.map((value) => -value)];
    }),
    start: start(...repeated(10, () => normal(0, 2))),
    expectations: [
      ...moments([0], [1]),
      // Of x = z₁ exp(3 z₀ / 2), as the centred form has it.
      {
        of: "share of narrow x",
        fn: (z) => Math.abs(z[1]! * Math.exp(1.5 * z[0]!)) < 1 ? 1 : 0,
        mean: NARROW,
      },
    ],
    beyond: { mala: SLOW, "parallel_tempering": SLOW, smc: SLOW, importance: MANY },
  },
  {
    target: banana,
    start: start(normal(0, 2), normal(0, 4)),
    expectations: [
      ...moments([1], [0.5]),
      { of: "b", fn: (p) => p[1]!, mean: 1.5 },
      { of: "square off the ridge", fn: (p) => 8 * (p[1]! - p[0]! ** 2) ** 2, mean: 1 },
    ],
    beyond: { slice: SLOW },
  },
  {
    target: moons,
    start: twoMoons().prior,
    expectations: [
      { of: "share of one moon", fn: (p) => across(p) > 0 ? 1 : 0, mean: 0.5 },
      { of: "distance across", fn: (p) => Math.abs(across(p)), mean: 0.25 + 0.2 / Math.PI },
      { of: "square along", fn: (p) => along(p) ** 2, mean: 0.0101 / 2 },
    ],
    beyond: { nuts: ONE_MODE, hmc: ONE_MODE, mala: ONE_MODE, slice: ONE_MODE, "random_walk": ONE_MODE },
  },
  {
    // N(−10, 1) with weight 0.3 and N(10, 1) with 0.7: fifty nats deep between them.
    target: density("well-separated modes", 1, ([x]) => {
      const [a, b] = [Math.log(0.3) - 0.5 * (x! + 10) ** 2, Math.log(0.7) - 0.5 * (x! - 10) ** 2];
      const share = 1 / (1 + Math.exp(b - a));
      const value = Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
      return [value, -share * (x! + 10) - (1 - share) * (x! - 10)];
    }),
    start: start(uniform(-20, 20)),
    expectations: [
      { of: "share of the right mode", fn: ([x]) => x! > 0 ? 1 : 0, mean: 0.7 },
      { of: "place within a mode", fn: ([x]) => Math.abs(x!) - 10, mean: 0 },
      { of: "width of a mode", fn: ([x]) => (Math.abs(x!) - 10) ** 2, mean: 1 },
    ],
    beyond: { nuts: ONE_MODE, hmc: ONE_MODE, mala: ONE_MODE, slice: ONE_MODE, "random_walk": ONE_MODE },
  },
];
