// Which compute shaders an instruction becomes.

import {
  ABSOLUTE_HEAD,
  ACTIVATE,
  ACTIVATE_BACK,
  ADAM,
  ADD,
  AFFINE,
  AFFINE_BACK,
  AVERAGE_POOL,
  CATEGORICAL,
  CATEGORICAL_DRAW,
  CONTRAST,
  COPY_RUNS,
  CROSS_ENTROPY,
  DOT_ROWS,
  FILL_ROWS,
  GEMM,
  GRADIENT_NORM,
  INSTRUCTION_WORDS,
  MASKED_DRAW,
  MIXTURE,
  MIXTURE_DRAW,
  MUL,
  MUL_MUL_ADD,
  MULTIPLY_WAVES,
  NEGATIVE_MEAN,
  NORMAL_BASE,
  PACK_ROWS,
  PACK_TRANSPOSED,
  PARABOLOID,
  PATCHES,
  PICK_COLUMNS,
  POOL_ROWS,
  SCALE_ROWS,
  SCORE_RESIDUAL,
  SOFTPLUS_HEAD,
  SPLINE,
  SPLINE_BACK,
  SPLINE_DRAW,
  SPREAD_COLUMNS,
  SPREAD_POOL,
  SPREAD_ROWS,
  SQUARED_ERROR,
  SUM_COLUMNS,
  SUM_RUNS,
  SUM_VECTOR,
  UNPATCH,
  WAVES,
} from "./_opcodes.ts";
import { maskedDraw } from "./wgsl/draw.ts";
import { affine, affineBack, normalBase } from "./wgsl/flow.ts";
import { addParts, gemm, planProduct, scratchOf } from "./wgsl/gemm.ts";
import { absoluteHead, paraboloid } from "./wgsl/head.ts";
import { averagePool, patches, spreadPool, unpatch } from "./wgsl/image.ts";
import type { Kernel, Words } from "./wgsl/kernel.ts";
import {
  contrast,
  crossEntropy,
  negativeMean,
  scoreResidual,
  softplusHead,
  squaredError,
  sumVector,
} from "./wgsl/loss.ts";
import { categorical, categoricalDraw, mixture, mixtureDraw } from "./wgsl/mixture.ts";
import { adam, norm, PARTS_OF_NORM, squares } from "./wgsl/optimizer.ts";
import { packRows } from "./wgsl/pack.ts";
import { spline, splineBack, splineDraw } from "./wgsl/spline.ts";
import {
  activate,
  activateBack,
  add,
  addColumns,
  copyRuns,
  dotRows,
  fillRows,
  mul,
  mulMulAdd,
  partsOfColumns,
  pickColumns,
  poolRows,
  scaleRows,
  spreadColumns,
  spreadRows,
  sumColumns,
  sumRuns,
} from "./wgsl/vector.ts";
import { multiplyWaves, waves } from "./wgsl/waves.ts";

/** What one shader makes of an instruction. */
const KERNELS: Readonly<Record<number, Kernel>> = {
  [PACK_ROWS]: packRows,
  [ACTIVATE]: activate,
  [ACTIVATE_BACK]: activateBack,
  [ADD]: add,
  [MUL]: mul,
  [MUL_MUL_ADD]: mulMulAdd,
  [FILL_ROWS]: fillRows,
  [SCALE_ROWS]: scaleRows,
  [SUM_RUNS]: sumRuns,
  [POOL_ROWS]: poolRows,
  [SPREAD_ROWS]: spreadRows,
  [DOT_ROWS]: dotRows,
  [SUM_VECTOR]: sumVector,
  [COPY_RUNS]: copyRuns,
  [SOFTPLUS_HEAD]: softplusHead,
  [CROSS_ENTROPY]: crossEntropy,
  [CONTRAST]: contrast,
  [SQUARED_ERROR]: squaredError,
  [SCORE_RESIDUAL]: scoreResidual,
  [ADAM]: adam,
  [PATCHES]: patches,
  [UNPATCH]: unpatch,
  [AVERAGE_POOL]: averagePool,
  [SPREAD_POOL]: spreadPool,
  [PARABOLOID]: paraboloid,
  [WAVES]: waves,
  [MULTIPLY_WAVES]: multiplyWaves,
  [ABSOLUTE_HEAD]: absoluteHead,
  [AFFINE]: affine,
  [AFFINE_BACK]: affineBack,
  [NORMAL_BASE]: normalBase,
  [NEGATIVE_MEAN]: negativeMean,
  [PICK_COLUMNS]: pickColumns,
  [SPREAD_COLUMNS]: spreadColumns,
  [SPLINE]: spline,
  [SPLINE_BACK]: splineBack,
  [SPLINE_DRAW]: splineDraw,
  [MIXTURE]: mixture,
  [MIXTURE_DRAW]: mixtureDraw,
  [MASKED_DRAW]: maskedDraw,
  [CATEGORICAL]: categorical,
  [CATEGORICAL_DRAW]: categoricalDraw,
};

/** One dispatch. */
export interface Shading {
  /** Tells the kernel from all others. */
  readonly key: string;
  readonly kernel: Kernel;
  /** The instruction's words as the shader reads them. */
  readonly words: Int32Array;
  /** Numbers of scratch. */
  readonly scratch: number;
}

/** What a packing would make, where it lies already. */
interface Source {
  readonly at: number;
  /** Bytes from one row to the next, or from one column to the next. */
  readonly apart: number;
  /** Columns lie in rows: it is transposed. */
  readonly byColumns: boolean;
  /** Columns that there are; others are zeros. */
  readonly known: number;
}

/** By the address where a packing would put it. */
export type Packed = Map<number, Source>;

/** Words of a product that only shaders read: how far rows of B lie apart, parts, columns of B. */
const ROW_OF_B = 13;
const PARTS = 14;
const KNOWN = 15;

/**
 * The dispatches of a program. A packing that only copies or transposes is left out, and noted in
 * `packed`: a product reads B however it lies.
 */
export function shadingsOf(program: Words, packed: Packed = new Map()): Shading[] {
  const all: Shading[][] = [];
  for (let pc = 0; pc < program.length; pc += INSTRUCTION_WORDS) {
    const words = Int32Array.from({ length: INSTRUCTION_WORDS }, (_, k) => program[pc + k]!);
    all.push(shadings(words, packed));
  }
  return all.flat().filter(({ kernel, words }) => kernel.groups(words) !== 0);
}

function shadings(words: Int32Array, packed: Packed): Shading[] {
  switch (words[0]) {
    case GEMM:
      return product(words, packed);
    case PACK_ROWS:
      return packing(words, packed);
    case PACK_TRANSPOSED: {
      const [, known, , at, apart, dst] = words;
      packed.set(dst!, { at: at!, apart: apart!, byColumns: true, known: known! });
      return [];
    }
    case SUM_COLUMNS:
      return columnSums(words);
    case GRADIENT_NORM:
      return [
        { key: "squares", kernel: squares, words, scratch: PARTS_OF_NORM },
        { key: "norm", kernel: norm, words, scratch: PARTS_OF_NORM },
      ];
    default:
      return [plain(words)];
  }
}

function plain(words: Int32Array): Shading {
  const kernel = KERNELS[words[0]!];
  if (!kernel) throw new Error(`Cannot shade an instruction as there must be a kernel: ${words[0]}`);
  return { key: String(words[0]), kernel, words, scratch: 0 };
}

/** Packs where more than a copy is asked for, then adds up columns. */
function packing(words: Int32Array, packed: Packed): Shading[] {
  const [, k, n, src, row, dst, scale, add, addRows, sums, accumulate] = words;
  const copies = scale === 0 && (add === 0 || addRows === 0);
  if (copies) packed.set(dst!, { at: src!, apart: row!, byColumns: false, known: n! });
  else packed.delete(dst!);
  const [from, apart] = copies ? [src!, row!] : [dst!, 4 * n!];
  const total = instruction(SUM_COLUMNS, k!, apart, n!, from, 0, sums!, accumulate!);
  return [...copies ? [] : [plain(words)], ...sums ? columnSums(total) : []];
}

function columnSums(words: Int32Array): Shading[] {
  const [, rows, , n] = words;
  const parts = partsOfColumns(rows!);
  const own = words.slice();
  own[8] = parts;
  const scratch = parts > 1 ? parts * n! : 0;
  return [
    { key: "sum columns", kernel: sumColumns, words: own, scratch },
    ...parts > 1 ? [{ key: "add columns", kernel: addColumns, words: own, scratch }] : [],
  ];
}

function product(words: Int32Array, packed: Packed): Shading[] {
  const [b, n] = [words[7]!, words[2]!];
  const { at, apart, byColumns, known } = packed.get(b) ??
    { at: b, apart: 4 * n, byColumns: false, known: n };
  const way = planProduct(words, byColumns);
  const own = words.slice();
  own[7] = at;
  own[ROW_OF_B] = apart;
  own[PARTS] = way.parts;
  own[KNOWN] = known;
  const scratch = scratchOf(words, way);
  const isSplit = way.parts > 1;
  const key = `gemm ${way.tile} ${way.columnsOfA} ${way.columnsOfB} ${isSplit}`;
  return [
    { key, kernel: gemm(way), words: own, scratch },
    ...isSplit ? [{ key: "add parts", kernel: addParts, words: own, scratch }] : [],
  ];
}

function instruction(...words: readonly number[]): Int32Array {
  const all = new Int32Array(INSTRUCTION_WORDS);
  all.set(words);
  return all;
}
