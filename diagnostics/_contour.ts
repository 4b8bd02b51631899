// Marching squares: where a function on a grid crosses a level.

/** A grid of values, the first axis fastest. */
export interface Grid {
  /** `[rows · columns]`. */
  readonly values: Float64Array;
  /** Number of columns. */
  readonly columns: number;
  /** Number of rows. */
  readonly rows: number;
}

/** A closed curve; the last corner is joined to the first. */
export type Ring = readonly (readonly [column: number, row: number])[];

// Sides of a square: 0 bottom, 1 right, 2 top, 3 left. Corners inside, as bits: 1 bottom left,
// 2 bottom right, 4 top right, 8 top left. Per case the sides entered and left, with the inside
// on the left hand, so that holes run the other way round and a nonzero fill leaves them empty.
const SEGMENTS: readonly (readonly (readonly [number, number])[])[] = [
  [],
  [[0, 3]],
  [[1, 0]],
  [[1, 3]],
  [[2, 1]],
  [[0, 3], [2, 1]],
  [[2, 0]],
  [[2, 3]],
  [[3, 2]],
  [[0, 2]],
  [[1, 0], [3, 2]],
  [[1, 2]],
  [[3, 1]],
  [[0, 1]],
  [[3, 0]],
  [],
];

/**
 * Finds the rings around all that is at or above `level`, in cell coordinates: value i lies at
 * i. Beyond the grid counts as below, so every curve closes.
 */
export function contour(grid: Grid, level: number): Ring[] {
  const framed = frame(grid);
  const next = link(framed, level);
  const rings: Ring[] = [];
  for (let start = 0; start < next.length; start++) {
    if (next[start]! < 0) continue;
    const ring: [number, number][] = [];
    for (let edge = start; next[edge]! >= 0;) {
      ring.push(crossing(framed, level, edge));
      const following = next[edge]!;
      next[edge] = -1;
      edge = following;
    }
    rings.push(ring);
  }
  return rings;
}

// The border is so far below any level that a region cut by the edge of the grid ends there.
function frame({ values, columns, rows }: Grid): Grid {
  const out = new Float64Array((columns + 2) * (rows + 2)).fill(-1e300);
  for (let r = 0; r < rows; r++) {
    out.set(values.subarray(r * columns, (r + 1) * columns), (r + 1) * (columns + 2) + 1);
  }
  return { values: out, columns: columns + 2, rows: rows + 2 };
}

// Edge 2i starts at node i and runs right, edge 2i + 1 runs up. Every crossed edge is left once
// and entered once; the table of what follows what is all there is to know.
function link({ values, columns, rows }: Grid, level: number): Int32Array {
  const next = new Int32Array(2 * values.length).fill(-1);
  for (let r = 0; r + 1 < rows; r++) {
    for (let c = 0; c + 1 < columns; c++) {
      const node = r * columns + c;
      const corners = [
        values[node]!,
        values[node + 1]!,
        values[node + columns + 1]!,
        values[node + columns]!,
      ];
      const edges = [2 * node, 2 * (node + 1) + 1, 2 * (node + columns), 2 * node + 1];
      for (const [from, to] of SEGMENTS[caseOf(corners, level)]!) next[edges[from]!] = edges[to]!;
    }
  }
  return next;
}

function caseOf(corners: readonly number[], level: number): number {
  return corners.reduce((bits, value, k) => bits | (value >= level ? 1 << k : 0), 0);
}

function crossing({ values, columns }: Grid, level: number, edge: number): [number, number] {
  const node = edge >> 1;
  const isUp = (edge & 1) === 1;
  const a = values[node]!;
  const t = (level - a) / (values[node + (isUp ? columns : 1)]! - a);
  // One less: the frame.
  return [node % columns - 1 + (isUp ? 0 : t), Math.floor(node / columns) - 1 + (isUp ? t : 0)];
}
