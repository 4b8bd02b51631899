import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { foldIn, key, type Points, points, row, split, type Task } from "@likely/core";
import { actorOriented } from "./actor_oriented.ts";
import { dynamicBlockModel } from "./dynamic_block_model.ts";
import { graphFromEdges } from "./graph.ts";
import { hawkesGraph } from "./hawkes_graph.ts";
import { sirGillespie } from "./sir_gillespie.ts";
import { sisDiscrete } from "./sis_discrete.ts";
import { sisGillespie } from "./sis_gillespie.ts";
import { temporalErgm } from "./temporal_ergm.ts";

// What every model of network dynamics must keep: a new one is a new row.
const EXACT: readonly Task[] = [
  sisDiscrete(),
  sisGillespie({ observe: "path" }),
  sirGillespie({ observe: "path" }),
  temporalErgm({ steps: 2 }),
  dynamicBlockModel(),
  actorOriented({ times: [1.5], observe: "path" }),
  hawkesGraph({ times: [4], observe: "path", capacity: 128 }),
];
const JOINT: readonly Task[] = [
  sisGillespie(),
  sirGillespie(),
  actorOriented({ times: [0.7, 1.5] }),
  hawkesGraph({ times: [2, 4] }),
];

Deno.test("models of networks have the score of their log-likelihood, by central differences", () => {
  for (const [m, { prior, simulator }] of EXACT.entries()) {
    const [forTheta, forX] = split(key(20 + m), 2);
    const theta = prior.sample(forTheta, 3);
    const x = simulator.simulate(forX, theta);
    // Once at the theta that made x, once at another.
    for (const at of [theta, prior.sample(foldIn(key(40), m), 3)]) {
      const score = simulator.score!(at, x);
      for (let j = 0; j < at.dim; j++) {
        const slope = fineDifference(at, j, (t) => simulator.logLikelihood!(t, x));
        slope.forEach((value, i) => {
          const exact = row(score, i)[j]!;
          const scale = Math.max(1, Math.abs(exact));
          assertAlmostEquals(value / scale, exact / scale, 1e-6, `${simulator.name}, parameter ${j}`);
        });
      }
    }
  }
});

Deno.test("models of networks have scores of mean 0, whose squares balance their slopes", () => {
  for (const [m, { prior, simulator }] of EXACT.entries()) {
    const theta = repeat(centre(prior.sample(foldIn(key(60), m), 200)), 5000);
    const x = simulator.simulate(foldIn(key(61), m), theta);
    const score = simulator.score!(theta, x);
    for (let j = 0; j < theta.dim; j++) {
      const own = column(score, j);
      assert(Math.abs(inErrors(own)) < 4, `${simulator.name}, parameter ${j}: ${inErrors(own)}`);
      // Bartlett's second identity: E[s sⱼ + ∂s/∂θⱼ] = 0, here for sⱼ itself.
      const slope = difference(theta, j, (t) => column(simulator.score!(t, x), j));
      const balance = inErrors(own.map((s, i) => s * s + slope[i]!));
      assert(Math.abs(balance) < 4, `${simulator.name}, parameter ${j}: ${balance}`);
    }
  }
});

Deno.test("joint scores come with the x of simulate() and have mean 0", () => {
  for (const [m, { prior, simulator }] of JOINT.entries()) {
    const theta = repeat(centre(prior.sample(foldIn(key(62), m), 200)), 5000);
    const scored = simulator.simulateScored!(foldIn(key(63), m), theta);
    assertEquals(scored.x, simulator.simulate(foldIn(key(63), m), theta));
    for (let j = 0; j < theta.dim; j++) {
      const z = inErrors(column(scored.score, j));
      assert(Math.abs(z) < 4, `${simulator.name}, parameter ${j}: ${z}`);
    }
  }
});

Deno.test("the joint score of a summary is the exact score of the path of the same run", () => {
  const build = [sisGillespie, sirGillespie, actorOriented];
  for (const [m, task] of build.entries()) {
    const { prior, simulator } = task();
    const path = task({ observe: "path" }).simulator;
    const theta = prior.sample(foldIn(key(64), m), 20);
    const { score } = simulator.simulateScored!(foldIn(key(65), m), theta);
    assertEquals(score, path.score!(theta, path.simulate(foldIn(key(65), m), theta)));
  }
});

Deno.test("small models have probabilities that add up to 1 and are those simulated", () => {
  const graph = graphFromEdges(3, [[0, 1], [1, 2]]);
  const arrows = graphFromEdges(3, [[0, 1], [1, 2], [2, 1]], { directed: true });
  const small: [Task, number[]][] = [
    [sisDiscrete({ graph, infected: [0], steps: 2 }), [-0.5, -0.4, -1.6]],
    [temporalErgm({ initial: arrows, steps: 1 }), [-0.6, 0.5, 0.7, 0.8]],
    [dynamicBlockModel({ blocks: [0, 0, 1], initial: graph, steps: 2 }), [-0.5, -1.2, -0.3, -0.9]],
  ];
  const n = 20_000;
  for (const [m, [{ simulator }, theta]] of small.entries()) {
    const outcomes = allOutcomes(simulator.xDim);
    const p = simulator.logLikelihood!(repeat(theta, outcomes.n), outcomes).map(Math.exp);
    assertAlmostEquals(p.reduce((a, b) => a + b), 1, 1e-12);
    const x = simulator.simulate(foldIn(key(66), m), repeat(theta, n));
    const seen = new Float64Array(outcomes.n);
    for (let i = 0; i < n; i++) seen[code(row(x, i))]!++;
    // Pearson's χ² over outcomes expected at least five times.
    const kept = [...p.keys()].filter((i) => n * p[i]! >= 5);
    const chi = kept.reduce((sum, i) => sum + (seen[i]! - n * p[i]!) ** 2 / (n * p[i]!), 0);
    const z = (chi - kept.length) / Math.sqrt(2 * kept.length);
    assert(kept.length > 20 && Math.abs(z) < 4, `${simulator.name}: ${z} over ${kept.length}`);
  }
});

/** Central differences in parameter `j`, row by row. */
function difference(theta: Points, j: number, f: (t: Points) => Float64Array, h = 1e-3): Float64Array {
  const at = (by: number) => {
    const data = theta.data.slice();
    for (let i = j; i < data.length; i += theta.dim) data[i]! += by;
    return f(points(data, theta.dim));
  };
  const low = at(-h);
  return at(h).map((value, i) => (value - low[i]!) / (2 * h));
}

/** Of fourth order. */
function fineDifference(theta: Points, j: number, f: (t: Points) => Float64Array): Float64Array {
  const coarse = difference(theta, j, f, 2e-3);
  return difference(theta, j, f).map((value, i) => (4 * value - coarse[i]!) / 3);
}

function column({ data, n, dim }: Points, j: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => data[i * dim + j]!);
}

function centre(rows: Points): number[] {
  return Array.from({ length: rows.dim }, (_, j) => column(rows, j).reduce((a, b) => a + b) / rows.n);
}

function repeat(theta: readonly number[], n: number): Points {
  return points(
    Float64Array.from({ length: n * theta.length }, (_, i) => theta[i % theta.length]!),
    theta.length,
  );
}

function inErrors(values: Float64Array): number {
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1);
  return mean / Math.sqrt(variance / values.length);
}

/** All rows of ±1, in the order of {@linkcode code}. */
function allOutcomes(dim: number): Points {
  return points(
    Float64Array.from({ length: 2 ** dim * dim }, (_, i) => (Math.floor(i / dim) >> (i % dim)) & 1 ? 1 : -1),
    dim,
  );
}

function code(x: Float64Array): number {
  return x.reduce((sum, value, i) => sum + (value > 0 ? 2 ** i : 0), 0);
}
