// One program for several threads: each gets its part of every instruction, and after it all
// meet. A thread computes its part as it would within the whole, so the results are the same,
// bit for bit, whatever the number of threads.

import { APART, SHARING } from "./_code.ts";
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
  COPY_RUNS,
  DOT_ROWS,
  FILL_ROWS,
  GEMM,
  INSTRUCTION_WORDS,
  KEEP_ROWS,
  MASKED_DRAW,
  MEET,
  MIXTURE,
  MIXTURE_DRAW,
  MUL,
  MUL_MUL_ADD,
  MULTIPLY_WAVES,
  NORMAL_BASE,
  PACK_ROWS,
  PACK_TRANSPOSED,
  PARABOLOID,
  PATCHES,
  PICK_COLUMNS,
  POOL_ROWS,
  SCALE_ROWS,
  SCATTER_ROWS,
  SOFTPLUS_HEAD,
  SPLINE,
  SPLINE_BACK,
  SPLINE_DRAW,
  SPREAD_COLUMNS,
  SPREAD_POOL,
  SPREAD_ROWS,
  SUM_COLUMNS,
  SUM_RUNS,
  UNPATCH,
  WAVES,
} from "./_opcodes.ts";

/** An instruction's words: its name, then its arguments. */
type Words = ArrayLike<number>;

/** How an instruction is cut: it does a number of things that do not depend on each other. */
interface Cut {
  /** Which argument counts the things. */
  readonly count: number;
  /** Things that stay together: whole vectors, panels, tiles. */
  readonly grain: number;
  /** Arguments that move on from thing to thing, and by how much. */
  moves(a: Words): readonly (readonly [argument: number, by: number])[];
}

/** Columns of a panel, and rows that make a product worth cutting by rows. */
const PANEL = 12;
const TALL = 16;
/** Rows that stay together where threads keep to theirs. */
const ROW_GRAIN = 4;
/** Rows of a panel of draws. */
const DRAWN = 16;

/** Vectors of numbers at these addresses. */
function elementwise(count: number, ...addresses: readonly number[]): Cut {
  return { count, grain: 16, moves: () => addresses.map((i) => [i, 4]) };
}

/** Rows, or runs of them, whose strides the instruction knows. */
function byRows(grain: number, moves: Cut["moves"]): Cut {
  return { count: 1, grain, moves };
}

function cells(a: Words): number {
  return a[2]! * a[3]!;
}

function pooledCells(a: Words): number {
  return Math.floor(a[2]! / a[4]!) * Math.floor(a[3]! / a[5]!);
}

const productByRows = byRows(4, (a) => [[4, a[5]!], [8, a[9]!], [10, a[11]!]]);
const productByPanels: Cut = {
  count: 2,
  grain: PANEL,
  moves: (a) => [[7, 4 * a[3]!], [8, 4], [10, 4], [12, 4]],
};

const measuring = byRows(1, (a) => [[4, a[3]!], [5, a[6]!], [9, 4], [10, a[3]!]]);

const pickingColumns = byRows(1, (a) => [[3, a[4]!], [5, a[6]!]]);

/** Rows of a network's outputs, of what is added to shifts, and of what is bent. */
function bending(a: Words): readonly (readonly [number, number])[] {
  return [[5, a[6]!], [7, a[8]!], [9, a[10]!]];
}

/** Lines of maps. How many are left tells a thread where in a map it begins. */
const byLines = byRows(1, (a) => [[2, -1], [8, a[4]! * a[9]!], [10, a[4]! * a[11]!]]);

/** What is not here, losses and sums to one number, is for the first thread alone. */
const CUTS: Readonly<Record<number, Cut>> = {
  [PACK_ROWS]: { count: 2, grain: PANEL, moves: (a) => [[3, 4], [5, 4 * a[1]!], [7, 4], [9, 4]] },
  [PACK_TRANSPOSED]: byRows(PANEL, (a) => [[3, a[4]!], [5, 4 * a[2]!]]),
  [ACTIVATE]: elementwise(2, 3, 4, 5, 6),
  [ACTIVATE_BACK]: elementwise(1, 2, 3, 4),
  [ADD]: elementwise(1, 2, 3, 4),
  [MUL]: elementwise(1, 2, 3, 4),
  [MUL_MUL_ADD]: elementwise(1, 2, 3, 4, 5, 6),
  [FILL_ROWS]: byRows(1, (a) => [[4, a[2]!]]),
  // The first rows have something added: how many of them are left.
  [SCALE_ROWS]: byRows(1, (a) => [[4, a[2]!], [5, a[2]!], [6, 4], [7, a[2]!], [8, -1]]),
  [SUM_RUNS]: elementwise(1, 3, 4),
  [POOL_ROWS]: byRows(1, (a) => [[5, a[3]!], [6, a[3]! * a[2]!]]),
  [SPREAD_ROWS]: byRows(1, (a) => [[5, a[3]! * a[2]!], [6, a[3]!]]),
  [DOT_ROWS]: byRows(1, (a) => [[4, a[2]!], [7, 4]]),
  [SUM_COLUMNS]: { count: 3, grain: 4, moves: () => [[4, 4], [6, 4]] },
  // Rows move onto others: a thread takes columns.
  [KEEP_ROWS]: { count: 2, grain: 4, moves: () => [[3, 4]] },
  [SCATTER_ROWS]: { count: 2, grain: 4, moves: () => [[4, 4], [5, 4]] },
  [COPY_RUNS]: byRows(1, (a) => [[4, a[5]!], [7, a[8]!]]),
  [SOFTPLUS_HEAD]: elementwise(1, 3, 4, 5),
  [ADAM]: elementwise(1, 2, 3, 4, 5, 8),
  [PATCHES]: byLines,
  [UNPATCH]: byLines,
  [AVERAGE_POOL]: byRows(1, (a) => [[6, cells(a) * a[7]!], [8, pooledCells(a) * a[7]!]]),
  [PARABOLOID]: measuring,
  [ABSOLUTE_HEAD]: measuring,
  [WAVES]: byRows(1, (a) => [[5, a[2]! * 4], [7, a[2]! * a[8]!]]),
  [MULTIPLY_WAVES]: byRows(1, (a) => [[5, a[2]! * a[3]! * a[6]!], [8, a[9]!]]),
  [AFFINE]: byRows(1, (a) => [[3, a[4]!], [5, a[6]!], [7, a[8]!], [9, 8]]),
  [AFFINE_BACK]: byRows(1, (a) => [[3, a[4]!], [5, a[6]!], [7, a[8]!], [9, a[4]!]]),
  [NORMAL_BASE]: byRows(1, (a) => [[3, a[4]!], [5, 8], [6, a[7]!]]),
  [PICK_COLUMNS]: pickingColumns,
  [SPREAD_COLUMNS]: pickingColumns,
  [SPLINE]: byRows(1, (a) => [...bending(a), [12, 8]]),
  [SPLINE_BACK]: byRows(1, bending),
  [SPLINE_DRAW]: byRows(1, bending),
  [MIXTURE]: byRows(1, (a) => [[4, a[5]!], [6, a[5]!], [7, a[8]!], [9, 8], [10, a[11]!]]),
  [MIXTURE_DRAW]: byRows(1, (a) => [[5, a[6]!], [7, 4]]),
  [CATEGORICAL]: byRows(1, (a) => [[3, a[4]!], [5, a[4]!], [6, a[7]!], [8, 8], [9, a[10]!]]),
  [CATEGORICAL_DRAW]: byRows(1, (a) => [[4, a[5]!], [6, 4]]),
  [MASKED_DRAW]: byRows(1, (a) => [[8, a[2]! * DRAWN * 4], [9, (a[2]! + a[3]!) * DRAWN * 4], [10, a[11]!]]),
  [SPREAD_POOL]: byRows(1, (a) => {
    const map = cells(a) * a[7]!;
    return [[6, pooledCells(a) * a[7]!], [8, map], [9, map]];
  }),
};

/** How threads meet. */
export interface Meeting {
  /** Address of its two words. */
  readonly at: number;
  /** Threads. */
  readonly lanes: number;
  /** Looks before a thread goes to sleep; 0: it never does. */
  readonly patience: number;
}

/** The part of one lane; the programs of all lanes are of one length. */
export function cutProgram(words: Words, lane: number, meeting: Meeting): Int32Array {
  const { at, lanes, patience } = meeting;
  const out: number[] = [];
  for (let pc = 0; pc < words.length; pc += INSTRUCTION_WORDS) {
    const part = Array.from({ length: INSTRUCTION_WORDS }, (_, i) => words[pc + i]!);
    cutInstruction(part, lane, lanes);
    out.push(...part);
    if (mustMeet(words, pc)) out.push(MEET, at, lanes, patience, ...new Array(INSTRUCTION_WORDS - 4).fill(0));
  }
  return Int32Array.from(out);
}

/** Changes the instruction to the lane's part of it. */
function cutInstruction(a: number[], lane: number, lanes: number): void {
  const rows = a[SHARING]!;
  const cut = a[0] === GEMM ? cutProduct(a, lanes) : CUTS[a[0]!];
  if (!cut) {
    if (lane > 0) a.fill(0).splice(0, 1, ADD); // of no numbers
    return;
  }
  const count = a[cut.count]!;
  // Of instructions on the same rows a thread gets the same ones, whatever each counts.
  const [whole, grain, each] = rows > 0 ? [rows, ROW_GRAIN, count / rows] : [count, cut.grain, 1];
  const from = bound(whole, lane, lanes, grain) * each;
  for (const [argument, by] of cut.moves(a)) {
    if (a[argument] !== 0) a[argument]! += from * by; // 0 stands for nothing
  }
  a[cut.count] = bound(whole, lane + 1, lanes, grain) * each - from;
}

/** A product is cut by rows, or by panels where there are few rows that nobody keeps to. */
function cutProduct(a: Words, lanes: number): Cut {
  return a[SHARING]! > 0 || a[1]! >= lanes * TALL ? productByRows : productByPanels;
}

/** Where the part of a lane begins. */
function bound(count: number, lane: number, lanes: number, grain: number): number {
  if (lane === lanes) return count;
  const at = Math.min(count, Math.round(count * lane / lanes / grain) * grain);
  // The last sixteen columns may be one panel.
  return grain === PANEL && at > 0 && count - at <= 4 ? count : at;
}

/** Packings in a row, and what one thread does alone in a row, need nothing from each other. */
function mustMeet(words: Words, pc: number): boolean {
  const next = pc + INSTRUCTION_WORDS;
  if (next >= words.length) return true;
  const [name, after] = [words[pc]!, words[next]!];
  const [sharing, then] = [words[pc + SHARING]!, words[next + SHARING]!];
  if (sharing === then && (sharing > 0 || (sharing === APART && name === after))) return false;
  return !(isPacking(name) && isPacking(after)) && !(isAlone(name) && isAlone(after));
}

function isPacking(name: number): boolean {
  return name === PACK_ROWS || name === PACK_TRANSPOSED;
}

function isAlone(name: number): boolean {
  return name !== GEMM && !(name in CUTS);
}

/** Multiply-adds in the products of a program: nearly all of its work. */
export function workOf(words: Words): number {
  let work = 0;
  for (let pc = 0; pc < words.length; pc += INSTRUCTION_WORDS) {
    if (words[pc] === GEMM) work += words[pc + 1]! * words[pc + 2]! * words[pc + 3]!;
    if (words[pc] === MASKED_DRAW) work += words[pc + 1]! * words[pc + 13]!;
  }
  return work;
}
