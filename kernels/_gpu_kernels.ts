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
import { packRows, packTransposed } from "./wgsl/pack.ts";
import { spline, splineBack, splineDraw } from "./wgsl/spline.ts";
import {
  activate,
  activateBack,
  add,
  copyRuns,
  dotRows,
  fillRows,
  mul,
  mulMulAdd,
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
  [PACK_TRANSPOSED]: packTransposed,
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
  [SUM_COLUMNS]: sumColumns,
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

/** Where what a packing would copy lies already: address, and bytes from row to row. */
export type Packed = Map<number, readonly [at: number, row: number]>;

/** The word of a product that tells how far rows of B lie apart, and that of its number of parts. */
const ROW_OF_B = 13;
const PARTS = 14;

/**
 * The dispatches of a program. A packing that only copies is left out, and noted in `packed`: a product
 * reads B from rows any distance apart.
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
    case PACK_TRANSPOSED:
      packed.delete(words[5]!);
      return [plain(words)];
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
  if (copies) packed.set(dst!, [src!, row!]);
  else packed.delete(dst!);
  const [from, apart] = copies ? [src!, row!] : [dst!, 4 * n!];
  const total = instruction(SUM_COLUMNS, k!, apart, n!, from, 0, sums!, accumulate!);
  return [...copies ? [] : [plain(words)], ...sums ? [plain(total)] : []];
}

function product(words: Int32Array, packed: Packed): Shading[] {
  const [b, row] = packed.get(words[7]!) ?? [words[7]!, 4 * words[2]!];
  const way = planProduct(words);
  const own = words.slice();
  own[7] = b;
  own[ROW_OF_B] = row;
  own[PARTS] = way.parts;
  const scratch = scratchOf(words, way);
  const isSplit = way.parts > 1;
  const key = `gemm ${way.tile} ${way.transposed} ${isSplit}`;
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
