import { assertAlmostEquals, assertThrows } from "@std/assert";
import { key, points, row } from "@likely/core";
import { dynamicBlockModel } from "./dynamic_block_model.ts";
import { graphFromEdges } from "./graph.ts";

Deno.test("dynamicBlockModel() has scores whose covariance is the Fisher information, within 5 %", () => {
  const initial = graphFromEdges(6, [[0, 1], [1, 2], [2, 3], [4, 5]]);
  const { simulator } = dynamicBlockModel({ blocks: [0, 0, 0, 1, 1, 1], initial, steps: 6 });
  const theta = [-1, -1.8, -0.7, -0.2];
  const n = 20_000;
  const rows = points(Float64Array.from({ length: 4 * n }, (_, i) => theta[i % 4]!), 4);
  const score = simulator.score!(rows, simulator.simulate(key(1), rows));
  const information = fisher(theta);
  for (let j = 0; j < 4; j++) {
    for (let k = 0; k <= j; k++) {
      let covariance = 0;
      for (let i = 0; i < n; i++) covariance += row(score, i)[j]! * row(score, i)[k]! / n;
      const scale = Math.sqrt(information[j]! * information[k]!);
      assertAlmostEquals(covariance / scale, j === k ? 1 : 0, 0.05);
    }
  }
});

// Expected chances m times p (1 − p): a pair is a two-state chain, π ← π (1 − death) + (1 − π) birth.
// Within blocks 3 of 6 pairs start as edges (01, 12, 45), between them 1 of 9 (23).
function fisher(theta: readonly number[]): number[] {
  const p = theta.map((t) => 1 / (1 + Math.exp(-t)));
  const out = [0, 0, 0, 0];
  [[6, 3], [9, 1]].forEach(([pairs, edges], kind) => {
    let present = edges! / pairs!;
    for (let t = 0; t < 6; t++) {
      out[kind]! += pairs! * (1 - present) * p[kind]! * (1 - p[kind]!);
      out[2 + kind]! += pairs! * present * p[2 + kind]! * (1 - p[2 + kind]!);
      present = present * (1 - p[2 + kind]!) + (1 - present) * p[kind]!;
    }
  });
  return out;
}

Deno.test("dynamicBlockModel() refuses a network of another size, and a directed one", () => {
  const initial = graphFromEdges(3, [[0, 1]]);
  assertThrows(() => dynamicBlockModel({ initial }), TypeError, "blocks must have length 3");
  const arrows = graphFromEdges(8, [[0, 1]], { directed: true });
  assertThrows(() => dynamicBlockModel({ initial: arrows }), TypeError, "must be undirected");
});
