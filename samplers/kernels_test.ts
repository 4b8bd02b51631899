// Laws that every kernel must obey, whatever it samples. Tolerances are in standard errors.
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  drawNormal,
  foldIn,
  fromRows,
  type Kernel,
  type KernelState,
  key,
  type LogDensity,
  numericDensity,
  type Points,
  row,
  type Stream,
  stream,
  zeros,
} from "@likely/core";
import { delayedAcceptance } from "./delayed_acceptance.ts";
import { hmc } from "./hmc.ts";
import { mala } from "./mala.ts";
import { nuts } from "./nuts.ts";
import { randomWalk } from "./random_walk.ts";
import { slice } from "./slice.ts";

/** A density that can be drawn from exactly. */
interface Exact {
  readonly target: LogDensity;
  readonly draw: (random: Stream) => number[];
}

const exponential = (random: Stream) => -Math.log(1 - random.uniform());
const sum = (n: number, draw: () => number) => Array.from({ length: n }, draw).reduce((a, b) => a + b);

/** A density of one or two coordinates; its gradient is worked out where it is asked for. */
function density(
  name: string,
  dim: 1 | 2,
  value: (a: number, b: number) => number,
  slope: (a: number, b: number) => readonly number[],
): LogDensity {
  return {
    name,
    dim,
    evaluate: ({ data, n }, { gradient = true } = {}) => {
      const values = new Float64Array(n);
      for (let i = 0; i < n; i++) values[i] = value(data[i * dim]!, data[i * dim + dim - 1]!);
      if (!gradient) return { value: values };
      const grad = new Float64Array(n * dim);
      for (let i = 0; i < n; i++) {
        const at = slope(data[i * dim]!, data[i * dim + dim - 1]!);
        for (let j = 0; j < dim; j++) grad[i * dim + j] = at[j]!;
      }
      return { value: values, grad };
    },
  };
}

const EXACT: readonly Exact[] = [
  {
    target: density("log of a gamma(3)", 1, (z) => 3 * z - Math.exp(z), (z) => [3 - Math.exp(z)]),
    draw: (random) => [Math.log(sum(3, () => exponential(random)))],
  },
  {
    target: density(
      "student with 5 degrees",
      1,
      (z) => -3 * Math.log1p(z * z / 5),
      (z) => [-6 * z / (5 + z * z)],
    ),
    draw: (random) => [drawNormal(random) / Math.sqrt(sum(5, () => drawNormal(random) ** 2) / 5)],
  },
  {
    target: density(
      "logit of a beta(3, 2)",
      1,
      (z) => -3 * Math.log1p(Math.exp(-z)) - 2 * Math.log1p(Math.exp(z)),
      (z) => [3 / (1 + Math.exp(z)) - 2 / (1 + Math.exp(-z))],
    ),
    draw: (random) => {
      const third = Array.from({ length: 4 }, () => random.uniform()).sort((a, b) => a - b)[2]!;
      return [Math.log(third / (1 - third))];
    },
  },
  {
    // Slices in two pieces: where a bracket lies then matters.
    target: density(
      "two hills",
      1,
      (z) => Math.log(Math.cosh(5 * z)) - 2 * z * z,
      (z) => [5 * Math.tanh(5 * z) - 4 * z],
    ),
    draw: (random) => [drawNormal(random, random.uniform() < 0.5 ? -1.25 : 1.25, 0.5)],
  },
  {
    target: density(
      "correlated normal",
      2,
      (a, b) => -0.5 * (a * a + (b - 0.8 * a) ** 2 / 0.36),
      (a, b) => [-a + 0.8 * (b - 0.8 * a) / 0.36, -(b - 0.8 * a) / 0.36],
    ),
    draw: (random) => {
      const a = drawNormal(random);
      return [a, drawNormal(random, 0.8 * a, 0.6)];
    },
  },
  {
    target: density(
      "banana",
      2,
      (a, b) => -0.5 * a * a - 2 * (b - a * a / 2) ** 2,
      (a, b) => [-a + 4 * (b - a * a / 2) * a, -4 * (b - a * a / 2)],
    ),
    draw: (random) => {
      const a = drawNormal(random);
      return [a, drawNormal(random, a * a / 2, 0.5)];
    },
  },
  {
    target: density(
      "gentle funnel",
      2,
      (v, x) => -0.5 * v * v - v / 2 - 0.5 * x * x * Math.exp(-v),
      (v, x) => [-v - 0.5 + 0.5 * x * x * Math.exp(-v), -x * Math.exp(-v)],
    ),
    draw: (random) => {
      const v = drawNormal(random);
      return [v, drawNormal(random, 0, Math.exp(v / 2))];
    },
  },
];

type Build = (target: LogDensity) => Kernel<KernelState>;

// Without warm-up nothing adapts: each is a plain Markov kernel, coarse enough to reject.
const FIXED: Readonly<Record<string, Build>> = {
  slice: (target) => slice(target, { warmup: 0, width: 2 }),
  "slice without lookahead": (target) => slice(target, { warmup: 0, width: 0.7, maxSteps: 4, lookahead: 1 }),
  "slice without stepping out": (target) => slice(target, { warmup: 0, width: 2, maxSteps: 1 }),
  "slice with a capped bracket": (target) =>
    slice(target, { warmup: 0, width: 0.7, maxSteps: 2, lookahead: 3 }),
  hmc: (target) => hmc(target, { warmup: 0, stepSize: 0.9, pathLength: 1.5 }),
  mala: (target) => mala(target, { warmup: 0, stepSize: 0.9 }),
  nuts: (target) => nuts(target, { warmup: 0, stepSize: 0.7 }),
  "nuts cut short": (target) => nuts(target, { warmup: 0, stepSize: 0.3, maxDepth: 2 }),
  "random walk": (target) => randomWalk(target, { warmup: 0, scale: 1.5 }),
  "delayed acceptance": (target) => {
    const evaluate = (p: Points) => ({ value: target.evaluate(p).value.map((v) => 0.6 * v) });
    return delayedAcceptance(target, { ...target, evaluate }, { warmup: 0, scale: 1, screenSteps: 2 });
  },
};

/** Mean of `values` in its standard errors. */
function inStandardErrors(values: Float64Array): number {
  let [sum, squares] = [0, 0];
  for (const value of values) sum += value;
  const mean = sum / values.length;
  for (const value of values) squares += (value - mean) ** 2;
  return mean / Math.sqrt(squares / (values.length - 1) / values.length);
}

/** Bounded functions of a point: heavy tails then cannot hide an error. */
const STATISTICS: readonly ((point: Float64Array) => number)[] = [
  (p) => Math.tanh(p[0]!),
  (p) => Math.tanh(p[0]! ** 2 / 2),
  (p) => Math.tanh(p[p.length - 1]!),
  (p) => Math.tanh(p[p.length - 1]! ** 2 / 2),
  (p) => Math.tanh(p[0]! * p[p.length - 1]!),
  (p) => Math.cos(3 * p[0]!),
];

/** Each statistic of every row. */
function statistics(points: Points): Float64Array[] {
  const rows = Array.from({ length: points.n }, (_, c) => row(points, c));
  return STATISTICS.map((f) => Float64Array.from(rows, f));
}

for (const { target, draw } of EXACT) {
  const exact = fromRows(Array.from({ length: 5000 }, (_, i) => draw(stream(foldIn(key(1), i)))));
  for (const [name, build] of Object.entries(FIXED)) {
    Deno.test(`${name} leaves "${target.name}" unchanged and is reversible`, () => {
      const kernel = build(target);
      const [{ position }] = kernel.step(key(2), kernel.init(key(3), exact));
      const [before, after] = [statistics(exact), statistics(position)];
      for (const [i, from] of before.entries()) {
        const to = after[i]!;
        const drift = inStandardErrors(to.map((value, c) => value - from[c]!));
        assert(Math.abs(drift) < 4, `statistic ${i} drifts by ${drift} standard errors`);
        for (let j = i + 1; j < before.length; j++) {
          const flow = from.map((value, c) => value * after[j]![c]! - before[j]![c]! * to[c]!);
          if (flow.every((value) => value === 0)) continue;
          const current = inStandardErrors(flow);
          assert(Math.abs(current) < 4.5, `probability flows in a circle: ${current} standard errors`);
        }
      }
    });
  }
}

/** Runs a kernel and returns all positions, with the calls made. */
function run(build: Build, target: LogDensity, start: Points, steps: number) {
  let calls = 0;
  const counted = { ...target, evaluate: (p: Points) => (calls++, target.evaluate(p)) };
  const kernel = build(counted);
  let state = kernel.init(key(10), start);
  const positions: Float64Array[] = [];
  let evaluations = 1;
  for (let t = 0; t < steps; t++) {
    const [next, info] = kernel.step(foldIn(key(11), t), state);
    state = next;
    evaluations += info.evaluations;
    positions.push(state.position.data);
  }
  return { positions, calls, evaluations, state };
}

const ADAPTIVE: Readonly<Record<string, Build>> = {
  slice: (target) => slice(target, { warmup: 20 }),
  hmc: (target) => hmc(target, { warmup: 20 }),
  mala: (target) => mala(target, { warmup: 20 }),
  nuts: (target) => nuts(target, { warmup: 20 }),
  "dense nuts": (target) => nuts(target, { warmup: 20, metric: "dense" }),
  "random walk": (target) => randomWalk(target, { warmup: 20 }),
};

const normal = (dim: number): LogDensity => ({
  name: "normal",
  dim,
  evaluate: ({ data, n }) => ({
    value: Float64Array.from(
      { length: n },
      (_, i) => -0.5 * data.subarray(i * dim, (i + 1) * dim).reduce((total, z) => total + z * z, 0),
    ),
    grad: data.map((z) => -z),
  }),
});

for (const [name, build] of Object.entries(ADAPTIVE)) {
  Deno.test(`${name} gives the same draws for the same key`, () => {
    const [a, b] = [1, 2].map(() => run(build, normal(3), zeros(4, 3), 40));
    assertEquals(a!.positions, b!.positions);
  });

  Deno.test(`${name} gives every chain randomness of its own`, () => {
    const { state } = run(build, normal(1), zeros(8, 1), 30);
    assertEquals(new Set(state.position.data).size, 8);
  });

  Deno.test(`${name} reports the calls it makes and the density where it is`, () => {
    const { calls, evaluations, state } = run(build, normal(2), zeros(5, 2), 40);
    assertEquals(calls, evaluations);
    assertEquals(state.logDensity, normal(2).evaluate(state.position).value);
  });

  Deno.test(`${name} walks to the states that it steps to, in no more calls`, () => {
    const kernel = build(normal(3));
    const start = kernel.init(key(0), fromRows([[1, 0, 2], [-3, 1, 0], [0, 0, 9], [1, 1, 1]]));
    if (!kernel.walk) return;
    let [stepped, calls, walked] = [start, 0, 0];
    let t = 0;
    for (const [state, info] of kernel.walk(key(1), start, 60)) {
      const [next, { evaluations, ...told }] = kernel.step(foldIn(key(1), t++), stepped);
      assertEquals(state, next);
      assertEquals([info.acceptance, info.divergences], [told.acceptance, told.divergences]);
      [stepped, calls, walked] = [next, calls + evaluations, walked + info.evaluations];
    }
    assertEquals(t, 60);
    assert(walked < calls, `${walked} calls, ${calls} step by step`);
  });

  Deno.test(`${name} does not change the state it is given`, () => {
    const kernel = build(normal(2));
    const state = kernel.init(key(0), fromRows([[1, 2], [3, 4]]));
    const copy = structuredClone(state);
    kernel.step(key(1), state);
    assertEquals(state, copy);
  });

  for (const [chains, dim] of [[1, 1], [1, 20], [3, 20]] as const) {
    Deno.test(`${name} runs ${chains} chain(s) in ${dim} dimension(s)`, () => {
      const { positions } = run(build, normal(dim), zeros(chains, dim), 60);
      const last = positions[59]!;
      assert(last.length === chains * dim && last.every((z) => z !== 0 && Math.abs(z) < 8));
    });
  }

  for (const outside of [-Infinity, NaN]) {
    Deno.test(`${name} never enters where the density is ${outside}`, () => {
      const half: LogDensity = {
        name: "half normal",
        dim: 1,
        evaluate: ({ data }) => ({
          value: data.map((z) => z > 0 ? -0.5 * z * z : outside),
          grad: data.map((z) => z > 0 ? -z : 0),
        }),
      };
      const start = fromRows(Array.from({ length: 64 }, () => [1]));
      const draws = run(build, half, start, 250).positions.slice(50);
      assert(draws.every((z) => z.every((value) => value > 0)));
      const means = Array.from(start.data.keys(), (c) => draws.reduce((total, z) => total + z[c]!, 0) / 200);
      const error = inStandardErrors(Float64Array.from(means, (mean) => mean - Math.sqrt(2 / Math.PI)));
      assert(Math.abs(error) < 4, `the mean is off by ${error} standard errors`);
    });
  }

  for (const [place, value] of [["nowhere", -Infinity], ["not a number", NaN], ["flat", 0]] as const) {
    Deno.test(`${name} comes to an end where the density is ${place}`, () => {
      const target: LogDensity = {
        name: place,
        dim: 2,
        evaluate: ({ n, dim }) => ({
          value: new Float64Array(n).fill(value),
          grad: new Float64Array(n * dim),
        }),
      };
      const { state } = run(build, target, zeros(2, 2), 5);
      assertEquals(state.position.data.every((z) => z === 0), value !== 0);
    });
  }

  Deno.test(`${name} refuses positions of another width`, () => {
    assertThrows(
      () => build(normal(2)).init(key(0), zeros(4, 3)),
      TypeError,
      "position must have shape [chains, 2]",
    );
  });
}

Deno.test("slice needs two to three calls a coordinate, all chains together", () => {
  const { calls } = run(ADAPTIVE.slice!, normal(10), zeros(8, 10), 200);
  const each = calls / 200 / 10;
  assert(each > 1 && each < 3, `current value is ${each}`);
});

Deno.test("slice counts coordinates that find no point", () => {
  // Nothing is as likely as the start: every bracket shrinks to nothing.
  const spike: LogDensity = {
    name: "spike",
    dim: 1,
    evaluate: ({ data }) => ({ value: data.map((z) => z === 0 ? 0 : -Infinity) }),
  };
  const kernel = slice(spike);
  const [state, info] = kernel.step(key(5), kernel.init(key(4), zeros(3, 1)));
  assertEquals([info.acceptance, ...state.position.data], [0, 0, 0, 0]);
});

Deno.test("slice learns widths from the target's scales", () => {
  const scaled: LogDensity = {
    name: "scaled",
    dim: 2,
    evaluate: ({ data, n }) => ({
      value: Float64Array.from(
        { length: n },
        (_, i) => -0.5 * ((data[2 * i]! / 100) ** 2 + (data[2 * i + 1]! / 0.01) ** 2),
      ),
    }),
  };
  const kernel = slice(scaled, { warmup: 200 });
  let state = kernel.init(key(0), zeros(4, 2));
  for (let t = 0; t < 200; t++) state = kernel.step(foldIn(key(1), t), state)[0];
  // Six mean moves of a normal are about five standard deviations.
  assert(state.width[0]! > 300 && state.width[0]! < 800, `current value is ${state.width[0]}`);
  assert(state.width[1]! > 0.03 && state.width[1]! < 0.08, `current value is ${state.width[1]}`);
  assertEquals(kernel.step(key(2), state)[0].width, state.width);
});

Deno.test("hmc learns scales and reaches the acceptance it was asked for", () => {
  const target = numericDensity("scaled", 2, ([a, b]) => -0.5 * ((a! / 30) ** 2 + (b! / 0.1) ** 2));
  const kernel = hmc(target, { warmup: 400, targetAcceptance: 0.7 });
  let state = kernel.init(key(0), zeros(8, 2));
  let acceptance = 0;
  for (let t = 0; t < 800; t++) {
    const [next, info] = kernel.step(foldIn(key(1), t), state);
    state = next;
    if (t >= 400) acceptance += info.acceptance / 400;
  }
  assert(Math.abs(Math.log(state.scale[0]! / 30)) < 0.2 && Math.abs(Math.log(state.scale[1]! / 0.1)) < 0.2);
  assert(acceptance > 0.6 && acceptance < 0.95, `current value is ${acceptance}`);
});

Deno.test("hmc flags a path that lost its energy and stays", () => {
  const kernel = hmc(normal(1), { warmup: 0, stepSize: 50, maxSteps: 8, pathLength: 1000 });
  const [state, info] = kernel.step(key(1), kernel.init(key(0), fromRows([[1], [2]])));
  assertEquals([info.divergences, info.acceptance, ...state.position.data], [2, 0, 1, 2]);
});

Deno.test("hmc refuses a target without a gradient", () => {
  const blind: LogDensity = { name: "blind", dim: 1, evaluate: ({ n }) => ({ value: new Float64Array(n) }) };
  assertThrows(
    () => hmc(blind).init(key(0), zeros(1, 1)),
    TypeError,
    'must give a gradient: "blind" returns none',
  );
});

Deno.test("random_walk learns correlations and reaches the acceptance it was asked for", () => {
  const target = numericDensity("ridge", 2, ([a, b]) => -0.5 * (a! ** 2 + ((b! - 3 * a!) / 0.1) ** 2));
  const kernel = randomWalk(target, { warmup: 2000 });
  let state = kernel.init(key(0), zeros(8, 2));
  let acceptance = 0;
  for (let t = 0; t < 3000; t++) {
    const [next, info] = kernel.step(foldIn(key(1), t), state);
    state = next;
    if (t >= 2000) acceptance += info.acceptance / 1000;
  }
  // The ridge: the second coordinate follows the first with slope 3.
  assert(Math.abs(state.root[2]! / state.root[0]! - 3) < 0.05);
  assert(Math.abs(acceptance - 0.234) < 0.05, `current value is ${acceptance}`);
});

Deno.test("kernels refuse options out of range", () => {
  assertThrows(() => slice(normal(1), { width: 0 }), RangeError, "width must be a finite number > 0");
  assertThrows(() => slice(normal(1), { lookahead: 0 }), RangeError, "lookahead");
  assertThrows(
    () => hmc(normal(1), { targetAcceptance: 1 }),
    RangeError,
    "targetAcceptance must be in (0, 1)",
  );
  assertThrows(() => randomWalk(normal(1), { warmup: -1 }), RangeError, "warmup");
});
