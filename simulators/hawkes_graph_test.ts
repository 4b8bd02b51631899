import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { fromRows, key, points, row } from "@likely/core";
import { graphFromEdges } from "./graph.ts";
import { hawkesGraph } from "./hawkes_graph.ts";

const THETA = [-0.7, -0.6, 0.4];
const [MU, ALPHA, OMEGA] = THETA.map(Math.exp) as [number, number, number];

Deno.test("hawkesGraph() has the density of its events, by the definition of the rate", () => {
  // 0 excites 1 and 2, and 2 excites 0.
  const arrows: [number, number][] = [[0, 1], [0, 2], [2, 0]];
  const graph = graphFromEdges(3, arrows, { directed: true });
  const { simulator } = hawkesGraph({ graph, times: [2], observe: "path", capacity: 5 });
  const events = [[0.2, 0], [0.9, 2], [1.1, 1], [1.6, 0]] as [number, number][];
  const rate = (t: number, i: number) =>
    events.reduce((sum, [s, j]) => {
      const excites = s < t && arrows.some(([from, to]) => from === j && to === i);
      return excites ? sum + ALPHA * OMEGA * Math.exp(-OMEGA * (t - s)) : sum;
    }, MU);
  // Midpoints of cells that end where the rate jumps, at the events.
  const cells = 20_000;
  let integral = 0;
  for (let c = 0; c < cells; c++) {
    for (let i = 0; i < 3; i++) integral += rate((c + 0.5) * 2 / cells, i) * 2 / cells;
  }
  const expected = events.reduce((sum, [t, i]) => sum + Math.log(rate(t, i)), -integral);
  const x = fromRows([[...events.flat(), -1, -1]]);
  assertAlmostEquals(simulator.logLikelihood!(fromRows([THETA]), x)[0]!, expected, 1e-7);
});

Deno.test("hawkesGraph() has the mean number of events that theory gives", () => {
  // Two nodes, one edge: the mean rate is μ (1 − α e^{−ω(1−α)t}) / (1 − α).
  const graph = graphFromEdges(2, [[0, 1]]);
  const { simulator } = hawkesGraph({ graph, times: [1.5, 3] });
  const n = 10_000;
  const theta = points(Float64Array.from({ length: 3 * n }, (_, i) => THETA[i % 3]!), 3);
  const x = simulator.simulate(key(1), theta);
  const slow = OMEGA * (1 - ALPHA);
  const until = (t: number) => MU / (1 - ALPHA) * (t + ALPHA * Math.expm1(-slow * t) / slow);
  [until(1.5), until(1.5), until(3) - until(1.5), until(3) - until(1.5)].forEach((mean, j) => {
    const counts = Array.from({ length: n }, (_, i) => row(x, i)[j]!);
    const average = counts.reduce((a, b) => a + b) / n;
    const variance = counts.reduce((a, b) => a + (b - average) ** 2, 0) / (n - 1);
    assertAlmostEquals(average, mean, 4 * Math.sqrt(variance / n));
  });
});

Deno.test("hawkesGraph() counts the events of its path, with the score of the path", () => {
  const theta = fromRows([[-1, -2, 0], [-2, -3, 1]]);
  const { x, score } = hawkesGraph({ times: [2, 5] }).simulator.simulateScored!(key(2), theta);
  const path = hawkesGraph({ times: [2, 5], observe: "path" }).simulator;
  const events = path.simulate(key(2), theta);
  for (let i = 0; i < 2; i++) {
    const counts = new Float64Array(20);
    for (let m = 0; row(events, i)[m]! >= 0; m += 2) {
      counts[(row(events, i)[m]! > 2 ? 10 : 0) + row(events, i)[m + 1]!]!++;
    }
    assertEquals(row(x, i).slice(), counts);
  }
  assertEquals(score, path.score!(theta, events));
});

Deno.test("hawkesGraph() fails a row whose events do not fit, and one whose echoes never end", () => {
  const tight = hawkesGraph({ observe: "path", capacity: 1 }).simulator;
  const theta = fromRows([[0, -2, 0]]);
  const failed = tight.simulate(key(3), theta);
  assert(failed.data.every(Number.isNaN));
  assert(Number.isNaN(tight.logLikelihood!(theta, failed)[0]));
  const { x, score } = hawkesGraph().simulator.simulateScored!(key(4), fromRows([[0, 3, 3]]));
  assert(x.data.every(Number.isNaN) && score.data.every(Number.isNaN));
});
