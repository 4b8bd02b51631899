import { assert, assertEquals, assertThrows } from "@std/assert";
import { key } from "@likely/core";
import { erdosRenyi } from "./erdos_renyi.ts";
import { graphFromAdjacency, graphFromEdges } from "./graph.ts";
import { sisDiscrete } from "./sis_discrete.ts";
import { sisGillespie } from "./sis_gillespie.ts";
import { temporalErgm } from "./temporal_ergm.ts";

Deno.test("a graph is the same from its edges, in any order, and from its adjacency matrix", () => {
  const graph = graphFromEdges(4, [[3, 1], [0, 1], [2, 0]]);
  assertEquals(graph.offsets, new Uint32Array([0, 2, 4, 5, 6]));
  assertEquals(graph.neighbors, new Uint32Array([1, 2, 0, 3, 0, 1]));
  assertEquals(graphFromAdjacency([[0, 1, 1, 0], [1, 0, 0, 1], [1, 0, 0, 0], [0, 1, 0, 0]]), graph);
});

Deno.test("a directed graph keeps the arrows it is given", () => {
  const graph = graphFromEdges(3, [[0, 1], [1, 0], [2, 0]], { directed: true });
  assertEquals(graph.neighbors, new Uint32Array([1, 0, 0]));
  assertEquals(graphFromAdjacency([[0, 1, 0], [1, 0, 0], [1, 0, 0]], { directed: true }), graph);
});

Deno.test("a graph refuses what is out of range, a loop, an edge twice, and asymmetry", () => {
  assertThrows(() => graphFromEdges(0, []), RangeError, "nodes must be a whole number >= 1");
  assertThrows(() => graphFromEdges(3, [[0, 3]]), RangeError, "in [0, 2]: current value is 3");
  assertThrows(() => graphFromEdges(3, [[0, -1]]), RangeError, "current value is -1");
  assertThrows(() => graphFromEdges(3, [[0, 0.5]]), RangeError, "current value is 0.5");
  assertThrows(() => graphFromEdges(3, [[1, 1]]), RangeError, "must be two nodes: current value is [1, 1]");
  assertThrows(() => graphFromEdges(3, [[0, 1], [1, 0]]), RangeError, "edge 1 is [1, 0] again");
  assertThrows(() => graphFromAdjacency([[0, 1], [0, 0]]), RangeError, "must be symmetric");
  assertThrows(() => graphFromAdjacency([[1, 0], [0, 0]]), RangeError, "must be two nodes");
  assertThrows(() => graphFromAdjacency([[0, 2], [2, 0]]), RangeError, "in [0, 1]: current value is 2");
  assertThrows(() => graphFromAdjacency([[0, 1, 0], [1, 0, 0]]), TypeError, "must have length 2");
});

Deno.test("erdosRenyi() has every edge with its density", () => {
  const { neighbors } = erdosRenyi(key(0), { nodes: 200, density: 0.3 });
  const pairs = 200 * 199 / 2;
  const z = (neighbors.length / 2 - 0.3 * pairs) / Math.sqrt(0.3 * 0.7 * pairs);
  assert(Math.abs(z) < 4, `${z}`);
  assertEquals(erdosRenyi(key(0), { nodes: 5, density: 1, directed: true }).neighbors.length, 20);
  assertThrows(() => erdosRenyi(key(0), { nodes: 5, density: 1.1 }), RangeError, "density must be in [0, 1]");
});

Deno.test("models refuse graphs and nodes that they cannot use", () => {
  const arrows = graphFromEdges(3, [[0, 1]], { directed: true });
  assertThrows(() => sisDiscrete({ graph: arrows }), TypeError, "graph must be undirected");
  assertThrows(() => sisGillespie({ graph: arrows }), TypeError, "graph must be undirected");
  assertThrows(() => temporalErgm({ initial: graphFromEdges(3, []) }), TypeError, "initial must be directed");
  assertThrows(() => sisDiscrete({ infected: [10] }), RangeError, "in [0, 9]: current value is 10");
  assertThrows(() => sisGillespie({ times: [1, 1] }), RangeError, "times must rise: time 1 is 1 after 1");
});
