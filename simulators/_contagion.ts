// What the epidemics on a graph share: where they start, and who is exposed to whom.

import { key } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { erdosRenyi } from "./erdos_renyi.ts";
import type { Graph } from "./graph.ts";

/** Ten nodes, sixteen edges, in one piece, with one to six neighbours a node. */
export function exampleGraph(): Graph {
  return erdosRenyi(key(1), { nodes: 10, density: 0.35 });
}

/** `[nodes]`: 1 for the infected, −1 for the others; refuses directed graphs and unknown nodes. */
export function initialStates(action: string, graph: Graph, infected: readonly number[]): Float64Array {
  if (graph.directed) {
    throw new TypeError(`Cannot ${action} as graph must be undirected: current value is directed`);
  }
  const states = new Float64Array(graph.nodes).fill(-1);
  for (const node of infected) {
    requireInteger(action, "every infected node", node, 0, graph.nodes - 1);
    states[node] = 1;
  }
  return states;
}

/** The largest number of neighbours. */
export function maxDegree({ nodes, offsets }: Graph): number {
  let most = 0;
  for (let i = 0; i < nodes; i++) most = Math.max(most, offsets[i + 1]! - offsets[i]!);
  return most;
}
