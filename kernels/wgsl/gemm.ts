// `C[m, n] = init + bias + A[m, k] · B[k, n]`, by tiles in workgroup memory. Which tile, and in how
// many parts the inner sum goes, follows from the sizes alone: so does the order of every sum.

import { eachThread, type Kernel, type Words } from "./kernel.ts";

/** A tile of C, how much of it a thread has, in whole vectors of columns, and how deep it is loaded. */
interface Tile {
  readonly rows: number;
  readonly columns: number;
  readonly eachRows: number;
  readonly eachColumns: number;
  readonly depth: number;
  /** What a number of C costs, beside the cheapest: smaller tiles load more for each product. */
  readonly cost: number;
}

const TILES: readonly Tile[] = [
  { rows: 128, columns: 128, eachRows: 8, eachColumns: 8, depth: 8, cost: 1 },
  { rows: 64, columns: 64, eachRows: 4, eachColumns: 4, depth: 16, cost: 1.5 },
  { rows: 128, columns: 32, eachRows: 8, eachColumns: 4, depth: 16, cost: 1.6 },
  { rows: 32, columns: 32, eachRows: 4, eachColumns: 4, depth: 16, cost: 2.2 },
];
/** Workgroups that keep a large device busy. */
const BUSY = 96;
/** Least depth of a part of an inner sum, and what it costs to add up one part, in products. */
const PART = 256;
const PART_COST = 32;

const ARGS = "m n k a@ aRow@ aStep@ b@ c@ cRow@ start@ startRow@ bias@ bRow@ parts known";

/** How a product goes. */
export interface Product {
  readonly tile: number;
  /** Numbers of A, or of B, that lie side by side belong to one column of A, or of B. */
  readonly columnsOfA: boolean;
  readonly columnsOfB: boolean;
  /** Parts of the inner sum. */
  readonly parts: number;
}

function tilesOf({ rows, columns }: Tile, a: Words): number {
  return Math.ceil(a[1]! / rows) * Math.ceil(a[2]! / columns);
}

/** Parts of the inner sum that keep a device busy, as far as it is deep enough. */
function partsFor(tiles: number, k: number): number {
  return Math.max(1, Math.min(Math.ceil(BUSY / Math.max(1, tiles)), Math.floor(k / PART)));
}

/** The cheapest tile that keeps a device busy; the smallest where none does. */
function tileFor(a: Words): number {
  const costs = TILES.map((tile) => {
    const tiles = tilesOf(tile, a);
    const parts = partsFor(tiles, a[3]!);
    if (tiles * parts < BUSY) return Infinity;
    return tiles * tile.rows * tile.columns * (tile.cost * a[3]! + (parts > 1 ? PART_COST * parts : 0));
  });
  const least = Math.min(...costs);
  return least === Infinity ? TILES.length - 1 : costs.indexOf(least);
}

/** Chooses by the sizes, and by how A and B lie. */
export function planProduct(a: Words, columnsOfB: boolean): Product {
  const tile = tileFor(a);
  const parts = partsFor(tilesOf(TILES[tile]!, a), a[3]!);
  return { tile, columnsOfA: a[5] === 4 && a[6] !== 4, columnsOfB, parts };
}

/** Numbers of scratch. */
export function scratchOf(a: Words, { parts }: Product): number {
  return parts > 1 ? parts * a[1]! * a[2]! : 0;
}

function lines(count: number, line: (k: number) => string): string {
  return Array.from({ length: count }, (_, k) => line(k)).join("\n");
}

/** Loads a vector of a tile for each of the threads, as often as it takes. */
function loading(
  { depth }: Tile,
  threads: number,
  vectors: number,
  { alongDepth, load, store }: {
    /** Neighbours are next to each other along the inner sum. */
    readonly alongDepth: boolean;
    /** From `inner` and `v`, the vector. */
    readonly load: string;
    readonly store: string;
  },
): string {
  const place = alongDepth
    ? `let kk = item % ${depth}u; let v = item / ${depth}u;`
    : `let kk = item / ${vectors}u; let v = item % ${vectors}u;`;
  return lines(depth * vectors / threads, (l) => `
    {
      let item = lane + ${l * threads}u;
      ${place}
      let inner = start0 + kk;
      var values = vec4<f32>(0.0);
      if (inner < end) {${load}}
      ${store} = values;
    }`);
}

/** Four numbers, as far as there are so many: all of them where the whole tile is inside. */
function four(first: string, limit: string, whole: string, place: (k: number) => string): string {
  const all = [0, 1, 2, 3].map((k) => `arena[${place(k)}]`).join(", ");
  const some = (k: number) =>
    `if (${first} + ${k}u < ${limit}) { values.${"xyzw"[k]} = arena[${place(k)}]; }`;
  return `if (${whole}) { values = vec4<f32>(${all}); } else {${lines(4, some)}}`;
}

/** The kernel of all products of one way but for the number of parts. */
export function gemm({ tile, columnsOfA, columnsOfB, parts }: Product): Kernel {
  const own = TILES[tile]!;
  const { rows, columns, eachRows, eachColumns, depth } = own;
  const across = columns / eachColumns;
  const threads = across * (rows / eachRows);
  const [vectorsA, vectorsB] = [rows / 4, columns / 4];
  // Rows of the tiles are a vector apart from whole banks.
  const [rowA, rowB] = [vectorsA + 1, vectorsB + 1];
  const [quarterA, quarterB] = [eachRows / 4, eachColumns / 4];
  const loadA = loading(own, threads, vectorsA, {
    alongDepth: !columnsOfA,
    load: `let r = firstRow + v * 4u;
        let p = a + r * aRow + inner * aStep;
        ${four("r", "m", "wholeA", (k) => `p + ${k}u * aRow`)}`,
    store: `tileA[kk * ${rowA}u + v]`,
  });
  const loadB = loading(own, threads, vectorsB, {
    alongDepth: columnsOfB,
    load: `let column = firstColumn + v * 4u;
        ${
      columnsOfB
        ? four("column", "known", "wholeB", (k) => `b + (column + ${k}u) * bRow + inner`)
        : four("column", "n", "wholeB", (k) => `b + inner * bRow + column + ${k}u`)
    }`,
    store: `tileB[kk * ${rowB}u + v]`,
  });
  const multiply = lines(depth, (kk) => `
    {
      ${lines(quarterA, (q) => `let a${q} = tileA[${kk * rowA}u + upper * ${quarterA}u + ${q}u];`)}
      ${lines(quarterB, (q) => `let b${q} = tileB[${kk * rowB}u + left + ${q * across}u];`)}
      ${
    lines(eachRows, (r) =>
      lines(quarterB, (q) => {
        const sum = `sum${r * quarterB + q}`;
        return `${sum} = fma(vec4<f32>(a${r >> 2}.${"xyzw"[r & 3]}), b${q}, ${sum});`;
      }))
  }
    }`);
  const toScratch = (sum: string) => `
      let p = (box.z * m + r) * n + column;
      ${lines(4, (x) => `scratch[p + ${x}u] = ${sum}.${"xyzw"[x]};`)}`;
  const toC = (sum: string) => `
      let p = c + r * cRow + column;
      let s = start + r * startRow + column;
      ${
    lines(4, (x) => `
      {
        var first = arena[s + ${x}u];
        if (bias != 0u) { first += arena[bias + column + ${x}u]; }
        arena[p + ${x}u] = first + ${sum}.${"xyzw"[x]};
      }`)
  }`;
  const store = lines(eachRows, (r) =>
    lines(quarterB, (q) => `
  {
    let r = firstRow + upper * ${eachRows}u + ${r}u;
    let column = firstColumn + (left + ${q * across}u) * 4u;
    if (r < m && column < n) {${(parts > 1 ? toScratch : toC)(`sum${r * quarterB + q}`)}
    }
  }`));
  return {
    args: ARGS,
    size: threads,
    outside: `
var<workgroup> tileA: array<vec4<f32>, ${depth * rowA}>;
var<workgroup> tileB: array<vec4<f32>, ${depth * rowB}>;
`,
    body: `
  let left = lane % ${across}u;
  let upper = lane / ${across}u;
  let firstRow = box.y * ${rows}u;
  let firstColumn = box.x * ${columns}u;
  let wholeA = firstRow + ${rows}u <= m;
  let wholeB = firstColumn + ${columns}u <= ${columnsOfB ? "known" : "n"};
  let piece = (k + boxes.z - 1u) / boxes.z;
  let begin = box.z * piece;
  let end = min(k, begin + piece);
  ${lines(eachRows * quarterB, (q) => `var sum${q} = vec4<f32>(0.0);`)}
  for (var start0 = begin; start0 < end; start0 += ${depth}u) {
    ${loadA}
    ${loadB}
    workgroupBarrier();
    ${multiply}
    workgroupBarrier();
  }
  ${store}`,
    groups: (a) => {
      const { rows, columns } = TILES[tileFor(a)]!;
      return [Math.ceil(a[2]! / columns), Math.ceil(a[1]! / rows), a[14]!];
    },
  };
}

/** The parts of a product that went by parts, added up. */
export const addParts = eachThread(
  ARGS,
  (a) => a[1]! * a[2]!,
  `
  let r = i / n;
  let column = i % n;
  var sum = arena[start + r * startRow + column];
  if (bias != 0u) { sum += arena[bias + column]; }
  for (var q = 0u; q < parts; q++) { sum += scratch[q * m * n + i]; }
  arena[c + r * cRow + column] = sum;`,
  { of: "m * n" },
);
