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

/** Nodes by number, the root first: a question and its two answers, or a leaf. */
interface Tree {
  /** The column asked about; −1 in a leaf. */
  readonly column: Int8Array;
  /** At most this goes to the next node, more to `above`; in a leaf, the share of label 1. */
  readonly threshold: Float64Array;
  readonly above: Int32Array;
}

function leafOf({ column, threshold, above }: Tree, row: Float64Array): number {
  let at = 0;
  while (column[at]! >= 0) at = row[column[at]!]! <= threshold[at]! ? at + 1 : above[at]!;
  return threshold[at]!;
}

function grow(key: Key, data: Ranked, labels: Uint8Array): Tree {
  const [forRows, forColumns] = split(key, 2);
  const [drawRow, columns] = [stream(forRows), stream(forColumns)];
  const rows = Uint32Array.from({ length: data.n }, () => drawRow.uniform() * data.n);
  const scratch = new Uint32Array(data.n);
  // Every leaf has a row, and every question two answers.
  const most = 2 * data.n;
  const tree = {
    column: new Int8Array(most).fill(-1),
    threshold: new Float64Array(most),
    above: new Int32Array(most),
  };
  let size = 0;
  node(0, data.n);
  return tree;

  function node(from: number, to: number): void {
    const at = size++;
    let ones = 0;
    for (let k = from; k < to; k++) ones += labels[rows[k]!]!;
    const isPure = ones === 0 || ones === to - from;
    const cut = isPure ? undefined : bestCut(columns, { data, labels, rows, from, to, ones, scratch });
    if (!cut) {
      tree.threshold[at] = ones / (to - from);
      return;
    }
    const { column, low, high } = cut;
    tree.column[at] = column;
    tree.threshold[at] = (data.values[column]![low]! + data.values[column]![high]!) / 2;
    const middle = partition(rows, from, to, data.ranks[column]!, low);
    node(from, middle);
    tree.above[at] = size;
    node(middle, to);
  }
}

/** Moves rows of a rank up to `low` before the others; returns where the others begin. */
function partition(rows: Uint32Array, from: number, to: number, ranks: Uint32Array, low: number): number {
  let middle = from;
  for (let k = from; k < to; k++) {
    const row = rows[k]!;
    if (ranks[row]! > low) continue;
    rows[k] = rows[middle]!;
    rows[middle++] = row;
  }
  return middle;
}

interface Node {
  readonly data: Ranked;
  readonly labels: Uint8Array;
  /** Its rows are those in [from, to), `ones` of them with label 1. */
  readonly rows: Uint32Array;
  readonly from: number;
  readonly to: number;
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
  for (const column of dim === 1 ? [0] : drawPermutation(random, dim)) {
    const cut = cutColumn(column, node);
    if (cut && (!best || cut.purity > best.purity)) best = cut;
    if (++tried >= Math.floor(Math.sqrt(dim)) && best) break;
  }
  return best;
}

/** By Gini's index: the larger Σ (ones² + zeros²) / size over both sides, the purer. */
function cutColumn(column: number, { data, labels, rows, from, to, ones, scratch }: Node): Cut | undefined {
  const ranks = data.ranks[column]!;
  const n = to - from;
  // Rank and label in one number.
  for (let k = 0; k < n; k++) scratch[k] = 2 * ranks[rows[from + k]!]! + labels[rows[from + k]!]!;
  sort(scratch, n);
  let [at, purest, below] = [0, -1, 0];
  for (let k = 1; k < n; k++) {
    below += scratch[k - 1]! & 1;
    if (scratch[k - 1]! >> 1 === scratch[k]! >> 1) continue;
    const above = ones - below;
    const rest = n - k;
    const purity = (below ** 2 + (k - below) ** 2) / k + (above ** 2 + (rest - above) ** 2) / rest;
    if (purity > purest) [at, purest] = [k, purity];
  }
  if (at === 0) return undefined;
  return { column, low: scratch[at - 1]! >> 1, high: scratch[at]! >> 1, purity: purest };
}

/** Sorts the first n numbers; most nodes are too small for the host's sort to pay. */
function sort(numbers: Uint32Array, n: number): void {
  if (n > 32) {
    numbers.subarray(0, n).sort();
    return;
  }
  for (let i = 1; i < n; i++) {
    const number = numbers[i]!;
    let k = i;
    for (; k > 0 && numbers[k - 1]! > number; k--) numbers[k] = numbers[k - 1]!;
    numbers[k] = number;
  }
}
