import { assert, assertEquals } from "@std/assert";
import { key, type Points, points, row, type Simulator, split, type Task } from "@likely/core";
import { tasks } from "./tasks.ts";

const all = Object.entries(tasks).map(([name, build]): [string, Task] => [name, build()]);
const scored = all.filter(([, task]) => task.simulator.score !== undefined);

Deno.test("tasks are listed under their own names, and nothing else is found there", () => {
  for (const [name, task] of all) assertEquals([task.name, task.simulator.name], [name, name]);
  assertEquals(tasks["toString"], undefined);
});

Deno.test("tasks agree with themselves on every width", () => {
  for (const [, { prior, simulator, observation }] of all) {
    assertEquals([prior.dim, prior.names.length], [simulator.thetaDim, simulator.thetaDim]);
    assertEquals(observation?.length ?? simulator.xDim, simulator.xDim);
  }
});

Deno.test("tasks simulate finite rows that depend on key and index alone", () => {
  const [forTheta, forX] = split(key(3), 2);
  for (const [name, { prior, simulator }] of all) {
    const n = affordable(simulator, 60);
    const theta = prior.sample(forTheta, n);
    const x = simulator.simulate(forX, theta);
    assert(x.data.every(Number.isFinite), name);
    const from = Math.floor(n / 3);
    const shard = points(theta.data.slice(from * theta.dim, (from + 1) * theta.dim), theta.dim);
    const again = simulator.simulate(forX, shard, from);
    assertEquals(again.data, x.data.slice(from * x.dim, (from + 1) * x.dim), name);
  }
});

Deno.test("tasks have the score of their log-likelihood, by central differences", () => {
  const [forTheta, forX] = split(key(4), 2);
  for (const [name, { prior, simulator }] of scored) {
    const theta = prior.sample(forTheta, affordable(simulator, 100));
    const x = simulator.simulate(forX, theta);
    const exact = simulator.score!(theta, x);
    for (let j = 0; j < theta.dim; j++) {
      const { slope, error } = centralDifference(theta, j, (at) => simulator.logLikelihood!(at, x));
      for (let i = 0; i < theta.n; i++) {
        const value = row(exact, i)[j]!;
        assert(
          Math.abs(value - slope[i]!) <= 1e-6 * Math.abs(value) + 5 * error[i]! + 1e-7,
          `${name}, row ${i}, parameter ${j}: ${value} and ${slope[i]}`,
        );
      }
    }
  }
});

Deno.test("tasks that are smooth have scores of mean 0 under their own model", () => {
  const at: Record<string, number[]> = {
    "gaussian_linear": [0.3, -0.2, 0.1, 0, 0.5, -0.4, 0.2, 0.1, -0.1, 0.3],
    "gaussian_linear_uniform": [0.3, -0.2, 0.1, 0, 0.5, -0.4, 0.2, 0.1, -0.1, 0.3],
    "gaussian_mixture": [3, -4],
    slcp: [0.7, -2.9, -1, -0.9, 0.6],
    "bernoulli_glm": [0.5, 1, 1.5, 1, 0, -0.5, -1, -0.5, 0, 0.3],
    sir: [0.5, 0.13],
    "lotka_volterra": [0.7, 0.1, 0.9, 0.1],
    "drift_diffusion": [1, 1.3, 0.45, 0.3],
    "gaussian_correlated": [0.3, -0.2, 0.1, 0, 0.5, -0.4, 0.2, 0.1, -0.1, 0.3, 0.4, 0.1],
    autoregressive: [0.6, -0.4, 1.2],
    influenza: [1.73, 0.54, 0.14],
  };
  for (const [name, theta] of Object.entries(at)) {
    for (const z of meanScoreInErrors(tasks[name]!(), theta, 4000)) {
      assert(Math.abs(z) < 4, `${name}: ${z} standard errors`);
    }
  }
});

Deno.test("the mean of the score is told from 0 where the density jumps", () => {
  const [z1, z2] = meanScoreInErrors(tasks["two_moons"]!(), [0.3, 0.2], 40_000);
  assert(Math.max(Math.abs(z1!), Math.abs(z2!)) > 4);
});

/** Rows for a test: of fields with hundreds of sites a few, as each takes up to half a second. */
function affordable({ xDim }: Simulator, n: number): number {
  return xDim > 500 ? 3 : n;
}

// Fourth-order differences at two steps: the finer as the answer, their gap as its error.
function centralDifference(theta: Points, j: number, f: (at: Points) => Float64Array) {
  const slopeAt = (h: number) => {
    const at = (by: number) => {
      const data = theta.data.slice();
      for (let i = 0; i < theta.n; i++) data[i * theta.dim + j]! += by * h * scale(theta, i, j);
      return f(points(data, theta.dim));
    };
    const [p1, m1, p2, m2] = [at(1), at(-1), at(2), at(-2)];
    return p1.map((v, i) => (8 * (v - m1[i]!) - (p2[i]! - m2[i]!)) / (12 * h * scale(theta, i, j)));
  };
  const [coarse, fine] = [slopeAt(2e-4), slopeAt(1e-4)];
  return { slope: fine, error: fine.map((v, i) => Math.abs(v - coarse[i]!)) };
}

function scale(theta: Points, i: number, j: number): number {
  return Math.min(1, Math.abs(row(theta, i)[j]!));
}

function meanScoreInErrors(task: Task, theta: number[], n: number): number[] {
  const repeated = points(
    Float64Array.from({ length: n * theta.length }, (_, i) => theta[i % theta.length]!),
    theta.length,
  );
  const score = task.simulator.score!(repeated, task.simulator.simulate(key(5), repeated));
  return theta.map((_, j) => {
    const column = Array.from({ length: n }, (_, i) => row(score, i)[j]!);
    const mean = column.reduce((a, b) => a + b) / n;
    const variance = column.reduce((a, b) => a + (b - mean) ** 2, 0) / (n - 1);
    return mean / Math.sqrt(variance / n);
  });
}
