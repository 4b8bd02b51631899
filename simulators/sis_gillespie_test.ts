import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { fromRows, key, type Points, points, row } from "@likely/core";
import { graphFromEdges } from "./graph.ts";
import { sirGillespie } from "./sir_gillespie.ts";
import { sisGillespie } from "./sis_gillespie.ts";

const THETA = [-0.2, -0.5, -1.2];
const N = 30_000;
// Three nodes in a row, the first infected, seen once.
const graph = graphFromEdges(3, [[0, 1], [1, 2]]);
const small = { graph, infected: [0], times: [1.3] };

Deno.test("snapshots of three nodes have the probabilities of the matrix exponential, SIS and SIR", () => {
  for (const [build, kinds] of [[sisGillespie, 2], [sirGillespie, 3]] as const) {
    const x = build(small).simulator.simulate(key(1), repeat(THETA, N));
    const p = endProbabilities(THETA, kinds, 1.3);
    assertAlmostEquals(p.reduce((a, b) => a + b), 1, 1e-12);
    const seen = new Float64Array(p.length);
    for (let i = 0; i < N; i++) seen[stateOf(row(x, i), kinds)]!++;
    p.forEach((mass, s) => {
      const error = Math.sqrt(Math.max(mass * (1 - mass), 1e-4) / N);
      assertAlmostEquals(seen[s]! / N, mass, 4 * error, `state ${s} of ${kinds}^3`);
    });
  }
});

Deno.test("the mean joint score given a snapshot is the score of its probability (Fisher's identity)", () => {
  for (const [build, kinds] of [[sisGillespie, 2], [sirGillespie, 3]] as const) {
    const { x, score } = build(small).simulator.simulateScored!(key(2), repeat(THETA, N));
    const groups = Array.from({ length: kinds ** 3 }, () => [] as number[]);
    for (let i = 0; i < N; i++) groups[stateOf(row(x, i), kinds)]!.push(i);
    for (let j = 0; j < 3; j++) {
      const slope = logSlopes(j, kinds);
      groups.forEach((members, s) => {
        if (members.length < 200) return;
        const values = members.map((i) => row(score, i)[j]! - slope[s]!);
        const [mean, error] = meanAndError(values);
        // A state that one path alone leads to has no error but that of the slope.
        assertAlmostEquals(mean, 0, 4 * error + 1e-6, `state ${s}, parameter ${j}`);
      });
    }
  }
});

Deno.test("without spontaneous infection a path has its likelihood's maximum in closed form", () => {
  for (const build of [sisGillespie, sirGillespie]) {
    const { simulator } = build({ observe: "path" });
    const paths = simulator.simulate(key(3), repeat([-0.5, -1, -Infinity], 200));
    for (let i = 0; i < paths.n; i++) {
      const path = row(paths, i);
      const end = path.length - 4;
      const infections = path.slice(0, end).reduce((a, b) => a + b);
      if (infections === 0 || path[end] === 0) continue;
      const best = [Math.log(infections / path[end + 1]!), Math.log(path[end]! / path[end + 3]!), -Infinity];
      const x = fromRows([path]);
      const score = simulator.score!(fromRows([best]), x);
      for (const value of score.data) assertAlmostEquals(value, 0, 1e-10);
      const at = (by: number[]) =>
        simulator.logLikelihood!(fromRows([best.map((value, j) => value + by[j]!)]), x)[0]!;
      for (const by of [[0.1, 0, 0], [-0.1, 0, 0], [0, 0.1, 0], [0, -0.1, 0]]) {
        assert(at(by) < at([0, 0, 0]));
      }
    }
  }
});

Deno.test("closed-form estimates from long paths find the rates that made them", () => {
  const { simulator } = sisGillespie({ observe: "path", times: [50] });
  const path = simulator.simulate(key(4), repeat([-0.3, -0.4, -Infinity], 100));
  const end = path.dim - 4;
  const total = (from: number, to: number) => {
    let sum = 0;
    for (let i = 0; i < path.n; i++) for (let j = from; j < to; j++) sum += row(path, i)[j]!;
    return sum;
  };
  const infections = total(0, end);
  // A count over its exposure has the relative error of the count.
  assertAlmostEquals(
    Math.log(infections / total(end + 1, end + 2)),
    -0.3,
    4 / Math.sqrt(infections),
  );
  assertAlmostEquals(
    Math.log(total(end, end + 1) / total(end + 3, end + 4)),
    -0.4,
    4 / Math.sqrt(total(end, end + 1)),
  );
  // The ten nodes are susceptible or infected all the time.
  assertAlmostEquals(total(end + 2, end + 4), 100 * 50 * 10, 1e-6);
});

Deno.test("an epidemic that nothing keeps alive dies out; one far too fast is a failed row", () => {
  const { simulator } = sisGillespie({ times: [1000] });
  const out = simulator.simulate(key(5), fromRows([[-5, 0, -Infinity]]));
  assertEquals(out.data, new Float64Array(10).fill(-1));
  const theta = fromRows([[800, 0, 0], [NaN, 0, 0]]);
  const failed = simulator.simulateScored!(key(6), theta);
  assert(failed.x.data.every(Number.isNaN) && failed.score.data.every(Number.isNaN));
});

Deno.test("sirGillespie() never loses an immune node", () => {
  const x = sirGillespie().simulator.simulate(key(7), repeat(THETA, 200));
  for (let i = 0; i < x.n; i++) {
    for (let at = 10; at < x.dim; at++) assert(row(x, i)[at]! >= row(x, i)[at - 10]!);
  }
});

/** The probability of every state of three nodes in a row at `time`, by e^{Qt}. */
function endProbabilities(theta: readonly number[], kinds: 2 | 3, time: number): Float64Array {
  const [beta, gamma, epsilon] = theta.map(Math.exp);
  const states = kinds ** 3;
  const q = new Float64Array(states * states);
  for (let s = 0; s < states; s++) {
    const kind = [0, 1, 2].map((i) => Math.floor(s / kinds ** i) % kinds);
    kind.forEach((own, i) => {
      const exposure = kind.filter((other, j) => other === 1 && Math.abs(i - j) === 1).length;
      const rate = own === 0 ? beta! * exposure + epsilon! : own === 1 ? gamma! : 0;
      const after = own === 0 ? 1 : own === 1 ? (kinds === 3 ? 2 : 0) : own;
      q[s * states + s + (after - own) * kinds ** i]! += rate;
      q[s * states + s]! -= rate;
    });
  }
  // Node 0 starts infected: state 1. Uniformisation: every term is ≥ 0, so nothing cancels.
  const clock = 20;
  let term = new Float64Array(states);
  term[1] = Math.exp(-clock * time);
  const out = term.slice();
  for (let k = 1; k < 200; k++) {
    const next = term.slice();
    for (let s = 0; s < states; s++) {
      for (let t = 0; t < states; t++) next[t]! += term[s]! * q[s * states + t]! / clock;
    }
    term = next.map((value) => value * clock * time / k);
    term.forEach((value, s) => out[s]! += value);
  }
  return out;
}

function logSlopes(j: number, kinds: 2 | 3): Float64Array {
  const at = (by: number) => endProbabilities(THETA.map((v, i) => i === j ? v + by : v), kinds, 1.3);
  const [plus, minus] = [at(1e-4), at(-1e-4)];
  return plus.map((value, s) => (Math.log(value) - Math.log(minus[s]!)) / 2e-4);
}

function stateOf(x: Float64Array, kinds: 2 | 3): number {
  return x.reduce((sum, value, i) => sum + (kinds === 3 ? value + 1 : (value + 1) / 2) * kinds ** i, 0);
}

function repeat(theta: readonly number[], n: number): Points {
  return points(
    Float64Array.from({ length: n * theta.length }, (_, i) => theta[i % theta.length]!),
    theta.length,
  );
}

function meanAndError(values: readonly number[]): [number, number] {
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1);
  return [mean, Math.sqrt(variance / values.length)];
}
