/**
 * Where an epidemic starts.
 *
 * @module
 */

import type { Graph } from "./graph.ts";

/** Where an epidemic starts. */
export interface InfectedGraph {
  /**
   * Who meets whom; undirected.
   *
   * @default {an Erdős–Rényi graph of 10 nodes and 16 edges}
   */
  readonly graph?: Graph;
  /**
   * The nodes infected at time 0.
   *
   * @default {[0, 1]}
   */
  readonly infected?: readonly number[];
}
