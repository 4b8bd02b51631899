// `C[m, n] = init + bias + A[m, k] · B[k, n]`, by tiles in workgroup memory. Which tile, and in how
// many parts the inner sum goes, follows from the sizes alone: so does the order of every sum.

import { eachThread, type Kernel, type Words } from "./kernel.ts";

/** A tile of C, and how many rows and columns of it a thread has: whole vectors. */
interface Tile {
  readonly size: number;
  readonly each: number;
  readonly depth: number;
}

/** From the largest on. */
const TILES: readonly Tile[] = [
  { size: 128, each: 8, depth: 8 },
  { size: 64, each: 4, depth: 16 },
  { size: 32, each: 4, depth: 16 },
];
/** Workgroups that keep a large device busy. */
const BUSY = 96;
/** Least depth of a part of an inner sum, and most parts. */
const PART = 256;
const MOST_PARTS = 16;

const ARGS = "m n k a@ aRow@ aStep@ b@ c@ cRow@ start@ startRow@ bias@ bRow@";

/** How a product goes. */
export interface Product {
  readonly tile: number;
  /** Rows of A lie side by side, as they do where it is transposed. */
  readonly transposed: boolean;
  /** Parts of the inner sum. */
  readonly parts: number;
}

function tilesOf({ size }: Tile, a: Words): number {
  return Math.ceil(a[1]! / size) * Math.ceil(a[2]! / size);
}

/** Chooses by the sizes. */
export function planProduct(a: Words): Product {
  const fits = TILES.findIndex((tile) => tilesOf(tile, a) >= BUSY);
  const tile = fits < 0 ? TILES.length - 1 : fits;
  const wanted = Math.ceil(BUSY / Math.max(1, tilesOf(TILES[tile]!, a)));
  const parts = Math.max(1, Math.min(wanted, MOST_PARTS, Math.floor(a[3]! / PART)));
  return { tile, transposed: a[5] === 4 && a[6] !== 4, parts };
}

/** Numbers of scratch. */
export function scratchOf(a: Words, { parts }: Product): number {
  return parts > 1 ? parts * a[1]! * a[2]! : 0;
}

/** All ways of {@linkcode planProduct} but for the number of parts. */
export function gemm({ tile, transposed, parts }: Product): Kernel {
  const { size, each, depth } = TILES[tile]!;
  const across = size / each;
  const threads = across * across;
  const vectors = size / 4;
  // Rows of A's tile are a vector apart from whole banks.
  const rowA = vectors + 1;
  const loads = (size * depth / 4) / threads;
  const lines = (count: number, line: (k: number) => string) =>
    Array.from({ length: count }, (_, k) => line(k)).join("\n");
  const quarter = each / 4;
  return {
    args: ARGS,
    size: threads,
    outside: `
var<workgroup> tileA: array<vec4<f32>, ${depth * rowA}>;
var<workgroup> tileB: array<vec4<f32>, ${depth * vectors}>;
`,
    body: `
  let left = lane % ${across}u;
  let upper = lane / ${across}u;
  let firstRow = box.y * ${size}u;
  let firstColumn = box.x * ${size}u;
  let depth = (k + boxes.z - 1u) / boxes.z;
  let begin = box.z * depth;
  let end = min(k, begin + depth);
  ${lines(each * quarter, (q) => `var sum${q} = vec4<f32>(0.0);`)}
  for (var from0 = begin; from0 < end; from0 += ${depth}u) {
    ${
      lines(loads, (l) => `
    {
      let item = lane + ${l * threads}u;
      ${
        transposed
          ? `let kk = item / ${vectors}u; let v = item % ${vectors}u;`
          : `let kk = item % ${depth}u; let v = item / ${depth}u;`
      }
      let inner = from0 + kk;
      let r = firstRow + v * 4u;
      var values = vec4<f32>(0.0);
      if (inner < end) {
        let p = a + r * aRow + inner * aStep;
        if (r < m) { values.x = arena[p]; }
        if (r + 1u < m) { values.y = arena[p + aRow]; }
        if (r + 2u < m) { values.z = arena[p + 2u * aRow]; }
        if (r + 3u < m) { values.w = arena[p + 3u * aRow]; }
      }
      tileA[kk * ${rowA}u + v] = values;
    }
    {
      let item = lane + ${l * threads}u;
      let kk = item / ${vectors}u;
      let column = firstColumn + item % ${vectors}u * 4u;
      var values = vec4<f32>(0.0);
      if (from0 + kk < end && column < n) {
        let p = b + (from0 + kk) * bRow + column;
        values = vec4<f32>(arena[p], arena[p + 1u], arena[p + 2u], arena[p + 3u]);
      }
      tileB[item] = values;
    }`)
    }
    workgroupBarrier();
    ${
      lines(depth, (kk) => `
    {
      ${lines(quarter, (q) => `let a${q} = tileA[${kk * rowA}u + upper * ${quarter}u + ${q}u];`)}
      ${lines(quarter, (q) => `let b${q} = tileB[${kk * vectors}u + left + ${q * across}u];`)}
      ${
        lines(each, (r) =>
          lines(quarter, (q) =>
            `sum${r * quarter + q} = fma(vec4<f32>(a${r >> 2}.${"xyzw"[r & 3]}), b${q}, sum${
              r * quarter + q
            });`))
      }
    }`)
    }
    workgroupBarrier();
  }
  ${
      lines(each, (r) =>
        lines(quarter, (q) => `
  {
    let r = firstRow + upper * ${each}u + ${r}u;
    let column = firstColumn + (left + ${q * across}u) * 4u;
    if (r < m && column < n) {
      ${
          parts > 1
            ? `let p = (box.z * m + r) * n + column;
      ${lines(4, (x) => `scratch[p + ${x}u] = sum${r * quarter + q}.${"xyzw"[x]};`)}`
            : `let p = c + r * cRow + column;
      let s = start + r * startRow + column;
      ${
              lines(4, (x) => `
      {
        var first = arena[s + ${x}u];
        if (bias != 0u) { first += arena[bias + column + ${x}u]; }
        arena[p + ${x}u] = first + sum${r * quarter + q}.${"xyzw"[x]};
      }`)
            }`
        }
    }
  }`))
    }`,
    groups: (a) => {
      const product = planProduct(a);
      const { size } = TILES[product.tile]!;
      return [Math.ceil(a[2]! / size), Math.ceil(a[1]! / size), product.parts];
    },
  };
}

/** The parts of a product that went by parts, added up. The number of parts is one word more. */
export const addParts = eachThread(
  `${ARGS} parts`,
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
