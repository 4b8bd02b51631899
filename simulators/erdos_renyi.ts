/**
 * Erdős–Rényi graphs.
 *
 * @module
 */

import { type Key, stream } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { type Graph, graphFromEdges, type GraphOptions } from "./graph.ts";

/** How large and how dense a graph {@linkcode erdosRenyi} draws. */
export interface ErdosRenyiOptions extends GraphOptions {
  /** Number of nodes, ≥ 1. */
  readonly nodes: number;
  /** The probability of every edge, in [0, 1]. */
  readonly density: number;
}

/**
 * Draws a graph in which every pair of nodes is joined with one probability, independently.
 *
 * Source: Gilbert (1959), "Random graphs", https://doi.org/10.1214/aoms/1177706098.
 *
 * @param key The key to consume.
 * @param options Nodes, density, and whether pairs are ordered.
 * @returns The graph.
 * @throws {RangeError} If `nodes` is no whole number ≥ 1 or `density` is outside [0, 1].
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key } from "@likely/core";
 * import { erdosRenyi } from "@likely/simulators";
 *
 * const complete = erdosRenyi(key(0), { nodes: 4, density: 1 });
 * assertEquals(complete.neighbors.length, 4 * 3);
 * ```
 */
export function erdosRenyi(key: Key, options: ErdosRenyiOptions): Graph {
  const { nodes, density, directed = false } = options;
  requireInteger("draw a graph", "nodes", nodes, 1);
  if (!(density >= 0 && density <= 1)) {
    throw new RangeError(`Cannot draw a graph as density must be in [0, 1]: current value is ${density}`);
  }
  const random = stream(key);
  const edges: [number, number][] = [];
  for (let i = 0; i < nodes; i++) {
    for (let j = directed ? 0 : i + 1; j < nodes; j++) {
      if (i !== j && random.uniform() < density) edges.push([i, j]);
    }
  }
  return graphFromEdges(nodes, edges, { directed });
}
