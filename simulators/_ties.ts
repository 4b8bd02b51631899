// Networks as ties between ordered pairs, a byte each: what models of changing networks run on.

import type { Graph } from "./graph.ts";

/** `[nodes, nodes]`: 1 where row i points to column j. */
export function tiesOf({ nodes, offsets, neighbors }: Graph): Uint8Array {
  const ties = new Uint8Array(nodes * nodes);
  for (let i = 0; i < nodes; i++) {
    for (let e = offsets[i]!; e < offsets[i + 1]!; e++) ties[i * nodes + neighbors[e]!] = 1;
  }
  return ties;
}

/** `[nodes (nodes − 1)]`: where the pairs i ≠ j stand in the ties, row by row. */
export function orderedPairs(nodes: number): Uint32Array {
  const pairs = new Uint32Array(nodes * (nodes - 1));
  let p = 0;
  for (let i = 0; i < nodes; i++) {
    for (let j = 0; j < nodes; j++) if (i !== j) pairs[p++] = i * nodes + j;
  }
  return pairs;
}

/** Refuses an undirected network and one of fewer than `low` nodes. */
export function requireDirected(action: string, { directed, nodes }: Graph, low: number): void {
  if (!directed) {
    throw new TypeError(`Cannot ${action} as initial must be directed: current value is undirected`);
  }
  if (nodes >= low) return;
  throw new RangeError(
    `Cannot ${action} as initial must have at least ${low} nodes: current value is ${nodes}`,
  );
}
