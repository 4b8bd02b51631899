// The whole engine in one export: `run` walks a list of instructions that JavaScript planned.

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
  CHOOSE_ROWS,
  CONTRAST,
  COPY_RUNS,
  CROSS_ENTROPY,
  DOT_ROWS,
  FILL_ROWS,
  GEMM,
  GRADIENT_NORM,
  INSTRUCTION_WORDS,
  KEEP_ROWS,
  MASKED_DRAW,
  MEET,
  MIXTURE,
  MIXTURE_DRAW,
  MUL,
  MULTIPLY_WAVES,
  MUL_MUL_ADD,
  NEGATIVE_MEAN,
  NORMAL_BASE,
  PACK_ROWS,
  PACK_TRANSPOSED,
  PARABOLOID,
  PATCHES,
  PICK_COLUMNS,
  POOL_ROWS,
  SCALE_ROWS,
  SCATTER_ROWS,
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
} from "../_opcodes";
import { activate, activateBack } from "./activation";
import { affine, affineBack, negativeMean, normalBase, pickColumns, spreadColumns } from "./flow";
import { spline, splineBack, splineDraw } from "./spline";
import { categorical, categoricalDraw } from "./categorical";
import { mixture, mixtureDraw } from "./mixture";
import { maskedDraw } from "./draw";
import { gemm, packRows, packTransposed } from "./gemm";
import { absoluteHead, paraboloid } from "./head";
import { averagePool, patches, spreadPool, unpatch } from "./image";
import { contrast, crossEntropy, scoreResidual, softplusHead, squaredError } from "./loss";
import { meet } from "./meet";
import { adam, gradientNorm } from "./optimizer";
import { chooseRows, keepRows, scatterRows } from "./thin";
import {
  addVectors,
  copyRuns,
  dotRows,
  fillRows,
  mulMulAdd,
  mulVectors,
  poolRows,
  scaleRows,
  spreadRows,
  sumColumns,
  sumRuns,
  sumVector,
} from "./vector";
import { multiplyWaves, waves } from "./waves";

/** Integer argument i of the instruction at pc. */
// @ts-ignore: decorator
@inline
function int(pc: usize, i: usize): i32 {
  return load<i32>(pc + (i << 2));
}

/** Address argument. */
// @ts-ignore: decorator
@inline
function at(pc: usize, i: usize): usize {
  return load<u32>(pc + (i << 2));
}

/** Float argument. */
// @ts-ignore: decorator
@inline
function num(pc: usize, i: usize): f32 {
  return load<f32>(pc + (i << 2));
}

/** Runs the instructions in [pc, end). */
export function run(pc: usize, end: usize): void {
  for (; pc < end; pc += INSTRUCTION_WORDS << 2) {
    switch (load<i32>(pc)) {
      case GEMM:
        gemm(
          int(pc, 1),
          int(pc, 2),
          int(pc, 3),
          at(pc, 4),
          at(pc, 5),
          at(pc, 6),
          at(pc, 7),
          at(pc, 8),
          at(pc, 9),
          at(pc, 10),
          at(pc, 11),
          at(pc, 12),
        );
        break;
      case PACK_ROWS:
        packRows(
          int(pc, 1),
          int(pc, 2),
          at(pc, 3),
          at(pc, 4),
          at(pc, 5),
          at(pc, 6),
          at(pc, 7),
          int(pc, 8),
          at(pc, 9),
          int(pc, 10),
        );
        break;
      case PACK_TRANSPOSED:
        packTransposed(int(pc, 1), int(pc, 2), at(pc, 3), at(pc, 4), at(pc, 5));
        break;
      case ACTIVATE:
        activate(int(pc, 1), int(pc, 2), at(pc, 3), at(pc, 4), at(pc, 5), at(pc, 6));
        break;
      case ACTIVATE_BACK:
        activateBack(int(pc, 1), at(pc, 2), at(pc, 3), at(pc, 4));
        break;
      case ADD:
        addVectors(int(pc, 1), at(pc, 2), at(pc, 3), at(pc, 4));
        break;
      case MUL:
        mulVectors(int(pc, 1), at(pc, 2), at(pc, 3), at(pc, 4));
        break;
      case MUL_MUL_ADD:
        mulMulAdd(int(pc, 1), at(pc, 2), at(pc, 3), at(pc, 4), at(pc, 5), at(pc, 6));
        break;
      case FILL_ROWS:
        fillRows(int(pc, 1), at(pc, 2), int(pc, 3), at(pc, 4), at(pc, 5));
        break;
      case SCALE_ROWS:
        scaleRows(int(pc, 1), at(pc, 2), int(pc, 3), at(pc, 4), at(pc, 5), at(pc, 6), at(pc, 7), int(pc, 8));
        break;
      case SUM_RUNS:
        sumRuns(int(pc, 1), int(pc, 2), at(pc, 3), at(pc, 4), at(pc, 5));
        break;
      case POOL_ROWS:
        poolRows(int(pc, 1), int(pc, 2), at(pc, 3), num(pc, 4), at(pc, 5), at(pc, 6));
        break;
      case SPREAD_ROWS:
        spreadRows(int(pc, 1), int(pc, 2), at(pc, 3), num(pc, 4), at(pc, 5), at(pc, 6));
        break;
      case DOT_ROWS:
        dotRows(int(pc, 1), at(pc, 2), int(pc, 3), at(pc, 4), at(pc, 5), at(pc, 6), at(pc, 7));
        break;
      case SUM_COLUMNS:
        sumColumns(int(pc, 1), at(pc, 2), int(pc, 3), at(pc, 4), at(pc, 5), at(pc, 6), int(pc, 7));
        break;
      case SUM_VECTOR:
        sumVector(int(pc, 1), at(pc, 2), at(pc, 3));
        break;
      case COPY_RUNS:
        copyRuns(
          int(pc, 1),
          int(pc, 2),
          int(pc, 3),
          at(pc, 4),
          at(pc, 5),
          at(pc, 6),
          at(pc, 7),
          at(pc, 8),
          at(pc, 9),
        );
        break;
      case SOFTPLUS_HEAD:
        softplusHead(int(pc, 1), num(pc, 2), at(pc, 3), at(pc, 4), at(pc, 5));
        break;
      case CROSS_ENTROPY:
        crossEntropy(int(pc, 1), num(pc, 2), at(pc, 3), at(pc, 4), at(pc, 5));
        break;
      case CONTRAST:
        contrast(int(pc, 1), int(pc, 2), num(pc, 3), num(pc, 4), at(pc, 5), at(pc, 6), at(pc, 7));
        break;
      case SQUARED_ERROR:
        squaredError(int(pc, 1), at(pc, 2), at(pc, 3), at(pc, 4), at(pc, 5));
        break;
      case SCORE_RESIDUAL:
        scoreResidual(
          int(pc, 1),
          int(pc, 2),
          at(pc, 3),
          num(pc, 4),
          at(pc, 5),
          at(pc, 6),
          at(pc, 7),
          at(pc, 8),
          at(pc, 9),
        );
        break;
      case GRADIENT_NORM:
        gradientNorm(int(pc, 1), at(pc, 2), at(pc, 3), at(pc, 4), at(pc, 5));
        break;
      case ADAM:
        adam(int(pc, 1), at(pc, 2), at(pc, 3), at(pc, 4), at(pc, 5), at(pc, 6), at(pc, 7), at(pc, 8));
        break;
      case PATCHES:
        patches(
          int(pc, 1),
          int(pc, 2),
          int(pc, 3),
          int(pc, 4),
          int(pc, 5),
          int(pc, 6),
          int(pc, 7),
          at(pc, 8),
          at(pc, 9),
          at(pc, 10),
          at(pc, 11),
        );
        break;
      case UNPATCH:
        unpatch(
          int(pc, 1),
          int(pc, 2),
          int(pc, 3),
          int(pc, 4),
          int(pc, 5),
          int(pc, 6),
          int(pc, 7),
          at(pc, 8),
          at(pc, 9),
          at(pc, 10),
          at(pc, 11),
        );
        break;
      case AVERAGE_POOL:
        averagePool(
          int(pc, 1),
          int(pc, 2),
          int(pc, 3),
          int(pc, 4),
          int(pc, 5),
          at(pc, 6),
          at(pc, 7),
          at(pc, 8),
        );
        break;
      case SPREAD_POOL:
        spreadPool(
          int(pc, 1),
          int(pc, 2),
          int(pc, 3),
          int(pc, 4),
          int(pc, 5),
          at(pc, 6),
          at(pc, 7),
          at(pc, 8),
          at(pc, 9),
        );
        break;
      case MEET:
        meet(at(pc, 1), int(pc, 2), int(pc, 3));
        break;
      case PARABOLOID:
        paraboloid(
          int(pc, 1),
          int(pc, 2),
          at(pc, 3),
          at(pc, 4),
          at(pc, 5),
          at(pc, 6),
          at(pc, 7),
          num(pc, 8),
          at(pc, 9),
          at(pc, 10),
          int(pc, 11),
        );
        break;
      case ABSOLUTE_HEAD:
        absoluteHead(
          int(pc, 1),
          int(pc, 2),
          at(pc, 3),
          at(pc, 4),
          at(pc, 5),
          at(pc, 6),
          at(pc, 7),
          at(pc, 9),
          at(pc, 10),
          int(pc, 11),
        );
        break;
      case WAVES:
        waves(
          int(pc, 1),
          int(pc, 2),
          int(pc, 3),
          int(pc, 4),
          at(pc, 5),
          at(pc, 6),
          at(pc, 7),
          at(pc, 8),
        );
        break;
      case MULTIPLY_WAVES:
        multiplyWaves(
          int(pc, 1),
          int(pc, 2),
          int(pc, 3),
          int(pc, 4),
          at(pc, 5),
          at(pc, 6),
          num(pc, 7),
          at(pc, 8),
          at(pc, 9),
        );
        break;
      case AFFINE:
        affine(int(pc, 1), int(pc, 2), at(pc, 3), at(pc, 4), at(pc, 5), at(pc, 6), at(pc, 7), at(pc, 8), at(pc, 9), int(pc, 10));
        break;
      case AFFINE_BACK:
        affineBack(int(pc, 1), int(pc, 2), at(pc, 3), at(pc, 4), at(pc, 5), at(pc, 6), at(pc, 7), at(pc, 8), at(pc, 9), num(pc, 10));
        break;
      case NORMAL_BASE:
        normalBase(int(pc, 1), int(pc, 2), at(pc, 3), at(pc, 4), at(pc, 5), at(pc, 6), at(pc, 7), int(pc, 8), num(pc, 9));
        break;
      case NEGATIVE_MEAN:
        negativeMean(int(pc, 1), at(pc, 2), at(pc, 3));
        break;
      case PICK_COLUMNS:
        pickColumns(int(pc, 1), int(pc, 2), at(pc, 3), at(pc, 4), at(pc, 5), at(pc, 6), at(pc, 7));
        break;
      case SPREAD_COLUMNS:
        spreadColumns(int(pc, 1), int(pc, 2), at(pc, 3), at(pc, 4), at(pc, 5), at(pc, 6), at(pc, 7));
        break;
      case SPLINE:
        spline(int(pc, 1), int(pc, 2), int(pc, 3), num(pc, 4), at(pc, 5), at(pc, 6), at(pc, 7), at(pc, 8), at(pc, 9), at(pc, 10), at(pc, 11), at(pc, 12), int(pc, 13));
        break;
      case SPLINE_BACK:
        splineBack(int(pc, 1), int(pc, 2), int(pc, 3), num(pc, 4), at(pc, 5), at(pc, 6), at(pc, 7), at(pc, 8), at(pc, 9), at(pc, 10), at(pc, 11), num(pc, 12));
        break;
      case SPLINE_DRAW:
        splineDraw(int(pc, 1), int(pc, 2), int(pc, 3), num(pc, 4), at(pc, 5), at(pc, 6), at(pc, 7), at(pc, 8), at(pc, 9), at(pc, 10), at(pc, 11));
        break;
      case MIXTURE:
        mixture(int(pc, 1), int(pc, 2), int(pc, 3), at(pc, 4), at(pc, 5), at(pc, 6), at(pc, 7), at(pc, 8), at(pc, 9), at(pc, 10), at(pc, 11), int(pc, 12), num(pc, 13));
        break;
      case MIXTURE_DRAW:
        mixtureDraw(int(pc, 1), int(pc, 2), int(pc, 3), at(pc, 4), at(pc, 5), at(pc, 6), at(pc, 7));
        break;
      case CATEGORICAL:
        categorical(int(pc, 1), int(pc, 2), at(pc, 3), at(pc, 4), at(pc, 5), at(pc, 6), at(pc, 7), at(pc, 8), at(pc, 9), at(pc, 10), int(pc, 11), num(pc, 12));
        break;
      case CATEGORICAL_DRAW:
        categoricalDraw(int(pc, 1), int(pc, 2), at(pc, 3), at(pc, 4), at(pc, 5), at(pc, 6));
        break;
      case MASKED_DRAW:
        maskedDraw(int(pc, 1), int(pc, 2), int(pc, 3), int(pc, 4), at(pc, 5), int(pc, 6), at(pc, 7), at(pc, 8), at(pc, 9), at(pc, 10), at(pc, 11), int(pc, 12));
        break;
      case CHOOSE_ROWS:
        chooseRows(int(pc, 1), int(pc, 2), num(pc, 3), at(pc, 4), at(pc, 5), at(pc, 6), at(pc, 7));
        break;
      case KEEP_ROWS:
        keepRows(int(pc, 1), int(pc, 2), at(pc, 3), at(pc, 4), at(pc, 5));
        break;
      case SCATTER_ROWS:
        scatterRows(int(pc, 1), int(pc, 2), int(pc, 3), at(pc, 4), at(pc, 5), at(pc, 6), at(pc, 7));
        break;
      default:
        unreachable();
    }
  }
}
