/**
 * Graphs: who is joined to whom, checked once.
 *
 * @module
 */

import { requireInteger, requireLength } from "@likely/core/check";

const ACTION = "build a graph";

/** A simple graph, its neighbours in one array: those of node i stand at `offsets[i]` and on. */
export interface Graph {
  /** Number of nodes. */
  readonly nodes: number;
  /** Whether i → j may be there without j → i. */
  readonly directed: boolean;
  /** `[nodes + 1]`: where each node's neighbours begin, and where the last one's end. */
  readonly offsets: Uint32Array;
  /** The nodes that node i points to, in rising order, for one i after the other. */
  readonly neighbors: Uint32Array;
}

/** How the pairs given to {@linkcode graphFromEdges} and {@linkcode graphFromAdjacency} are read. */
export interface GraphOptions {
  /**
   * Whether a pair is an arrow.
   *
   * @default false
   */
  readonly directed?: boolean;
}

/**
 * Builds a graph from its edges.
 *
 * @param nodes Number of nodes, ≥ 1.
 * @param edges Pairs of nodes in [0, nodes), each pair once; in an undirected graph [i, j] is [j, i].
 * @param options Directed or not.
 * @returns The graph.
 * @throws {RangeError} If `nodes` is no whole number ≥ 1, a node is out of range, an edge joins a
 * node to itself, or an edge is there twice.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { graphFromEdges } from "@likely/simulators";
 *
 * const path = graphFromEdges(3, [[0, 1], [1, 2]]);
 * assertEquals(path.neighbors, new Uint32Array([1, 0, 2, 1]));
 * ```
 */
export function graphFromEdges(
  nodes: number,
  edges: readonly (readonly [number, number])[],
  options: GraphOptions = {},
): Graph {
  const { directed = false } = options;
  requireInteger(ACTION, "nodes", nodes, 1);
  const lists = Array.from({ length: nodes }, () => new Set<number>());
  edges.forEach(([from, to], e) => {
    requireEdge(nodes, [from, to], e);
    if (lists[from]!.has(to)) {
      throw new RangeError(
        `Cannot ${ACTION} as every edge must be there once: edge ${e} is [${from}, ${to}] again`,
      );
    }
    lists[from]!.add(to);
    if (!directed) lists[to]!.add(from);
  });
  return pack(lists, directed);
}

/**
 * Builds a graph from its adjacency matrix.
 *
 * @param rows `[nodes, nodes]`: 1 where row i points to column j, 0 elsewhere and on the diagonal.
 * @param options Directed or not; an undirected graph has a symmetric matrix.
 * @returns The graph.
 * @throws {TypeError} If the matrix is not square.
 * @throws {RangeError} If it is empty, an entry is not 0 or 1, a node is joined to itself, or the
 * matrix of an undirected graph is not symmetric.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { graphFromAdjacency } from "@likely/simulators";
 *
 * const path = graphFromAdjacency([[0, 1, 0], [1, 0, 1], [0, 1, 0]]);
 * assertEquals(path.offsets, new Uint32Array([0, 1, 3, 4]));
 * ```
 */
export function graphFromAdjacency(
  rows: readonly ArrayLike<number>[],
  options: GraphOptions = {},
): Graph {
  const { directed = false } = options;
  const nodes = rows.length;
  const edges: [number, number][] = [];
  rows.forEach((row, i) => {
    requireLength(ACTION, `row ${i} of the adjacency matrix`, row.length, nodes);
    for (let j = 0; j < nodes; j++) {
      const entry = row[j]!;
      requireInteger(ACTION, `entry [${i}, ${j}] of the adjacency matrix`, entry, 0, 1);
      if (!directed && entry !== rows[j]![i]) {
        throw new RangeError(
          `Cannot ${ACTION} as the adjacency matrix of an undirected graph must be symmetric: ` +
            `entry [${i}, ${j}] is ${entry}, entry [${j}, ${i}] is ${rows[j]![i]}`,
        );
      }
      if (entry === 1 && (directed || i <= j)) edges.push([i, j]);
    }
  });
  return graphFromEdges(nodes, edges, { directed });
}

function requireEdge(nodes: number, [from, to]: readonly [number, number], e: number): void {
  const name = `the ends of edge ${e}`;
  requireInteger(ACTION, name, from, 0, nodes - 1);
  requireInteger(ACTION, name, to, 0, nodes - 1);
  if (from !== to) return;
  throw new RangeError(
    `Cannot ${ACTION} as ${name} must be two nodes: current value is [${from}, ${to}]`,
  );
}

function pack(lists: readonly ReadonlySet<number>[], directed: boolean): Graph {
  const offsets = new Uint32Array(lists.length + 1);
  lists.forEach((list, i) => offsets[i + 1] = offsets[i]! + list.size);
  const neighbors = new Uint32Array(offsets[lists.length]!);
  lists.forEach((list, i) => neighbors.set([...list].sort((a, b) => a - b), offsets[i]));
  return { nodes: lists.length, directed, offsets, neighbors };
}
