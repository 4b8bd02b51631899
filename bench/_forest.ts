// A random forest with scikit-learn's defaults: the classifier of the paper's C2ST, so that figures
// can be set beside its own. `c2st`'s default, a network, is the stricter judge of smooth densities.

import { drawPermutation, foldIn, type Key, type Points, split, type Stream, stream } from "@likely/core";
import type { ClassifierTrainer } from "@likely/diagnostics";

/** Trees grown on bootstrap rows until their leaves are pure, √d columns tried at each split. */
export function forest(trees: number = 100): ClassifierTrainer {
  return (key, rows, labels) => {
    const ranked = rank(rows);
    const grown = Array.from({ length: trees }, (_, t) => grow(foldIn(key, t), ranked, labels));
    return (at) =>
      Float64Array.from({ length: at.n }, (_, i) => {
        const row = at.data.subarray(i * at.dim, (i + 1) * at.dim);
        return grown.reduce<number>((sum, tree) => sum + leafOf(tree, row), 0) / trees;
      });
  };
}

/** Columns as ranks, and the value of each rank: rows are sorted once for all trees. */
interface Ranked {
  readonly n: number;
  readonly ranks: readonly Uint32Array[];
  readonly values: readonly Float64Array[];
}

function rank({ data, n, dim }: Points): Ranked {
  const columns = Array.from(
    { length: dim },
    (_, j) => Float64Array.from({ length: n }, (_, i) => data[i * dim + j]!),
  );
  const values = columns.map((column) => Float64Array.from(new Set(column.toSorted())));
  const ranks = columns.map((column, j) => {
    const at = new Map(Array.from(values[j]!, (value, r) => [value, r]));
    return Uint32Array.from(column, (value) => at.get(value)!);
  });
  return { n, ranks, values };
}

/** Either a share of label 1, or a question and its two answers. */
type Tree = number | {
  readonly column: number;
  readonly threshold: number;
  readonly below: Tree;
  readonly above: Tree;
};

function leafOf(tree: Tree, row: Float64Array): number {
  while (typeof tree !== "number") tree = row[tree.column]! <= tree.threshold ? tree.below : tree.above;
  return tree;
}

function grow(key: Key, data: Ranked, labels: Uint8Array): Tree {
  const [forRows, forColumns] = split(key, 2);
  const [drawRow, columns] = [stream(forRows), stream(forColumns)];
  const rows = Uint32Array.from({ length: data.n }, () => drawRow.uniform() * data.n);
  const scratch = new Uint32Array(data.n);
  return node(rows);

  function node(rows: Uint32Array): Tree {
    const ones = rows.reduce((sum, i) => sum + labels[i]!, 0);
    if (ones === 0 || ones === rows.length) return ones / rows.length;
    const cut = bestCut(columns, { data, labels, rows, ones, scratch });
    if (!cut) return ones / rows.length;
    const ranks = data.ranks[cut.column]!;
    return {
      column: cut.column,
      threshold: (data.values[cut.column]![cut.low]! + data.values[cut.column]![cut.high]!) / 2,
      below: node(rows.filter((i) => ranks[i]! <= cut.low)),
      above: node(rows.filter((i) => ranks[i]! > cut.low)),
    };
  }
}

interface Node {
  readonly data: Ranked;
  readonly labels: Uint8Array;
  readonly rows: Uint32Array;
  readonly ones: number;
  readonly scratch: Uint32Array;
}

interface Cut {
  readonly column: number;
  /** Neighbouring ranks: the cut is halfway between their values. */
  readonly low: number;
  readonly high: number;
  readonly purity: number;
}

/** The purest cut of √d columns; of more where those are constant. */
function bestCut(random: Stream, node: Node): Cut | undefined {
  const dim = node.data.ranks.length;
  let best: Cut | undefined;
  let tried = 0;
  for (const column of drawPermutation(random, dim)) {
    const cut = cutColumn(column, node);
    if (cut && (!best || cut.purity > best.purity)) best = cut;
    if (++tried >= Math.floor(Math.sqrt(dim)) && best) break;
  }
  return best;
}

/** By Gini's index: the larger Σ (ones² + zeros²) / size over both sides, the purer. */
function cutColumn(column: number, { data, labels, rows, ones, scratch }: Node): Cut | undefined {
  const ranks = data.ranks[column]!;
  const sorted = scratch.subarray(0, rows.length);
  // Rank and label in one number: the plain numeric sort is the fastest there is.
  for (let k = 0; k < rows.length; k++) sorted[k] = 2 * ranks[rows[k]!]! + labels[rows[k]!]!;
  sorted.sort();
  let [at, purest, below] = [0, -1, 0];
  for (let k = 1; k < rows.length; k++) {
    below += sorted[k - 1]! & 1;
    if (sorted[k - 1]! >> 1 === sorted[k]! >> 1) continue;
    const above = ones - below;
    const rest = rows.length - k;
    const purity = (below ** 2 + (k - below) ** 2) / k + (above ** 2 + (rest - above) ** 2) / rest;
    if (purity > purest) [at, purest] = [k, purity];
  }
  if (at === 0) return undefined;
  return { column, low: sorted[at - 1]! >> 1, high: sorted[at]! >> 1, purity: purest };
}
