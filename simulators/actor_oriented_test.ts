import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { fromRows, key, logGamma, points, row } from "@likely/core";
import { actorOriented } from "./actor_oriented.ts";
import { erdosRenyi } from "./erdos_renyi.ts";

const NODES = 5;
const THETA = [0.6, -0.8, 1.1, 0.4];
const initial = erdosRenyi(key(3), { nodes: NODES, density: 0.4, directed: true });
const { simulator } = actorOriented({ initial, times: [1, 2], observe: "path", capacity: 80 });

Deno.test("actorOriented() has the probability of its ministeps, with statistics counted anew", () => {
  const x = simulator.simulate(key(1), fromRows([THETA]));
  const path = [...x.data].filter((cell) => cell >= 0);
  assert(path.length > 5);
  let expected = path.length * Math.log(Math.exp(0.6) * 2) - NODES * Math.exp(0.6) * 2 -
    logGamma(path.length + 1);
  let y = Array.from({ length: NODES }, (_, i) => Array.from({ length: NODES }, (_, j) => hasTie(i, j)));
  for (const cell of path) {
    const [i, j] = [Math.floor(cell / NODES), cell % NODES];
    const worth = y.map((_, h) => Math.exp(wish(toggled(y, i, h), i)));
    expected += Math.log(worth[j]! / worth.reduce((a, b) => a + b));
    y = toggled(y, i, j);
  }
  assertAlmostEquals(simulator.logLikelihood!(fromRows([THETA]), x)[0]!, expected, 1e-9);
});

Deno.test("actorOriented() makes a Poisson number of ministeps, and snapshots of what they lead to", () => {
  const n = 4000;
  const theta = points(Float64Array.from({ length: 4 * n }, (_, i) => THETA[i % 4]!), 4);
  const path = simulator.simulate(key(2), theta);
  const last = actorOriented({ initial, times: [1, 2] }).simulator.simulate(key(2), theta);
  const mean = NODES * Math.exp(0.6) * 2;
  let total = 0;
  for (let r = 0; r < n; r++) {
    const cells = row(path, r).filter((cell) => cell >= 0);
    total += cells.length;
    if (r >= 50) continue;
    const expected: number[] = [];
    for (let cell = 0; cell < NODES * NODES; cell++) {
      const [i, j] = [Math.floor(cell / NODES), cell % NODES];
      const changes = cells.filter((step) => step === cell).length;
      if (i !== j) expected.push(hasTie(i, j) !== (changes % 2 === 1) ? 1 : -1);
    }
    assertEquals([...row(last, r).slice(NODES * (NODES - 1))], expected);
  }
  assert(Math.abs(total - n * mean) < 4 * Math.sqrt(n * mean));
});

Deno.test("actorOriented() fails a row whose ministeps do not fit, and one without end", () => {
  const tight = actorOriented({ observe: "path", capacity: 2 }).simulator;
  assert(tight.simulate(key(4), fromRows([[1, -1, 1, 0]])).data.every(Number.isNaN));
  const { x, score } = actorOriented().simulator.simulateScored!(key(5), fromRows([[800, -1, 1, 0]]));
  assert(x.data.every(Number.isNaN) && score.data.every(Number.isNaN));
});

function hasTie(i: number, j: number): boolean {
  return initial.neighbors.subarray(initial.offsets[i], initial.offsets[i + 1]).includes(j);
}

function toggled(y: boolean[][], i: number, j: number): boolean[][] {
  return y.map((ties, a) => ties.map((tie, b) => a === i && b === j && i !== j ? !tie : tie));
}

/** b · s_i(y), every statistic by its definition. */
function wish(y: boolean[][], i: number): number {
  let [ties, returned, triplets] = [0, 0, 0];
  for (let j = 0; j < NODES; j++) {
    if (!y[i]![j]) continue;
    ties++;
    if (y[j]![i]) returned++;
    for (let h = 0; h < NODES; h++) if (y[i]![h] && y[h]![j]) triplets++;
  }
  return THETA[1]! * ties + THETA[2]! * returned + THETA[3]! * triplets;
}
