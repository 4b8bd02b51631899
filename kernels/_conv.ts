// Convolutional embedding as instructions: patches and a matrix product, a few rows of x at
// a time so that the patches stay small, then activation and average pooling.

import type { ConvEmbedding } from "@likely/core";
import type { Code } from "./_code.ts";
import type { Embedding } from "./_embedding.ts";
import {
  emitActivation,
  emitForward,
  emitInputGradient,
  emitWeightGradient,
  type Layer,
  needScratch,
  type Plan,
  planLayer,
  type Rows,
  takeRows,
} from "./_layer.ts";
import {
  ACTIVATE_BACK,
  AVERAGE_POOL,
  COPY_RUNS,
  PATCHES,
  SPREAD_POOL,
  SUM_COLUMNS,
  UNPATCH,
} from "./_opcodes.ts";
import { planStack } from "./_stack.ts";

/** Cells turned into patches at a time. */
const CHUNK_CELLS = 2048;

/** A map of cells. */
interface Grid {
  readonly height: number;
  readonly width: number;
}

/** One convolution with its activation and pooling. */
interface Convolution {
  readonly layer: Layer;
  readonly grid: Grid;
  readonly kernel: Grid;
  readonly window: Grid;
  readonly channels: number;
  readonly input: Rows;
  readonly inputAdjoint?: Rows | undefined;
  readonly z: Rows;
  readonly a: Rows;
  readonly s1: Rows;
  readonly d: Rows;
  /** After pooling; the same as `a` and `d` where there is none. */
  readonly pooled: Rows;
  readonly pooledAdjoint: Rows;
  readonly patch: Rows;
}

/** Plans the embedding of at most `rows` rows of x. */
export function planConv(plan: Plan, embedding: ConvEmbedding, rows: number): Embedding {
  const { size, channels, filters, pool, activation, out } = embedding;
  const cells = size.reduce((product: number, length) => product * length, 1);
  // Cells lie as in x itself, without padding.
  const x: Rows = { at: plan.arena.take("x", rows * cells * channels), width: channels, ld: channels };
  const layers: Convolution[] = [];
  filters.forEach((_, i) => layers.push(planConvolution(plan, embedding, i, rows, x, layers.at(-1))));
  const last = layers.at(-1)!;
  const left = cellsOf(pooledGrid(last.grid, last.window));
  const flat = takeRows(plan.arena, "flat", rows, left * last.pooled.width);
  const flatAdjoint = takeRows(plan.arena, "flat d", plan.training ? rows : 0, flat.width);
  const tail = planStack(plan, {
    paths: ["embedding/out"],
    widths: [out],
    activation,
    activateLast: false,
    rows,
    from: flat,
    fromAdjoint: flatAdjoint,
  });
  return {
    input: { at: x.at, width: cells * channels, ld: cells * channels },
    perRow: 1,
    out: tail.out,
    adjoint: tail.adjoint,
    forward: (code, count) => {
      for (const layer of layers) emitConvolution(code, plan, { ...embedding, pool }, layer, count);
      emitFlatten(code, count, left, last.pooled, flat);
      tail.forward(code, count);
    },
    backward: (code, count) => {
      tail.backward(code, count);
      emitUnflatten(code, count, left, last.pooledAdjoint, flatAdjoint);
      for (const layer of layers.toReversed()) emitConvolutionBack(code, plan, layer, count);
    },
  };
}

function cellsOf({ height, width }: Grid): number {
  return height * width;
}

function pooledGrid(grid: Grid, window: Grid): Grid {
  return { height: Math.floor(grid.height / window.height), width: Math.floor(grid.width / window.width) };
}

/** A line is a grid one cell wide. */
function asGrid(size: readonly number[], onLine: number): Grid {
  return { height: size[0]!, width: size[1] ?? onLine };
}

function planConvolution(
  plan: Plan,
  embedding: ConvEmbedding,
  i: number,
  rows: number,
  x: Rows,
  previous: Convolution | undefined,
): Convolution {
  const { size, kernel: k, filters, pool } = embedding;
  const path = `embedding/conv${i}`;
  const kernel = size.length === 1 ? asGrid([k], 1) : asGrid([k, k], 1);
  const window = size.length === 1 ? asGrid([pool], 1) : asGrid([pool, pool], 1);
  const grid = previous ? pooledGrid(previous.grid, previous.window) : asGrid(size, 1);
  const input = previous?.pooled ?? x;
  const width = filters[i]!;
  const fanIn = cellsOf(kernel) * input.width;
  const cells = cellsOf(grid);
  const chunk = chunkRows(cells, rows) * cells;
  const room = (what: string, count: number, training = false) =>
    takeRows(plan.arena, `${path} ${what}`, training && !plan.training ? 0 : count, width);
  needScratch(plan, chunk, width);
  const a = room("a", rows * cells);
  const d = room("d", rows * cells, true);
  const left = rows * cellsOf(pooledGrid(grid, window));
  return {
    layer: planLayer(plan, path, { fanIn, fanOut: width, inputGradient: plan.training && i > 0 }),
    grid,
    kernel,
    window,
    channels: input.width,
    input,
    inputAdjoint: previous?.pooledAdjoint,
    z: room("z", rows * cells),
    a,
    s1: room("s1", rows * cells, true),
    d,
    pooled: pool > 1 ? room("pooled", left) : a,
    pooledAdjoint: pool > 1 ? room("pooled d", left, true) : d,
    patch: takeRows(plan.arena, `${path} patches`, chunk, fanIn),
  };
}

function chunkRows(cells: number, rows: number): number {
  return Math.min(rows, Math.max(1, Math.floor(CHUNK_CELLS / cells)));
}

/** Calls `visit(first row, rows)` for each chunk. */
function forChunks(cells: number, count: number, visit: (first: number, rows: number) => void): void {
  const size = chunkRows(cells, count);
  for (let first = 0; first < count; first += size) visit(first, Math.min(size, count - first));
}

/** The same rows from the n-th on. */
function from(rows: Rows, n: number): Rows {
  return { ...rows, at: rows.at + n * rows.ld * 4 };
}

function emitPatches(code: Code, layer: Convolution, first: number, rows: number): void {
  const { grid, kernel, channels, input, patch } = layer;
  const { at } = from(input, first * cellsOf(grid));
  code.emit(
    PATCHES,
    rows,
    grid.height,
    grid.width,
    channels,
    kernel.height,
    kernel.width,
    at,
    input.ld * 4,
    patch.at,
    patch.ld * 4,
  );
}

function emitConvolution(
  code: Code,
  plan: Plan,
  { activation, pool }: ConvEmbedding,
  conv: Convolution,
  count: number,
): void {
  const { layer, grid, window, z, a, s1, pooled, patch } = conv;
  const cells = cellsOf(grid);
  forChunks(cells, count, (first, rows) => {
    emitPatches(code, conv, first, rows);
    emitForward(code, rows * cells, layer, patch, from(z, first * cells), { bias: true });
  });
  const slope = plan.training ? s1 : undefined;
  emitActivation(code, count * cells, { kind: activation, from: z, to: a, slope });
  if (pool === 1) return;
  const { height, width } = grid;
  code.emit(AVERAGE_POOL, count, height, width, window.height, window.width, a.at, a.ld * 4, pooled.at);
}

function emitConvolutionBack(code: Code, plan: Plan, conv: Convolution, count: number): void {
  const { layer, grid, kernel, window, channels, d, s1, pooledAdjoint, inputAdjoint, patch } = conv;
  const { height, width } = grid;
  const cells = cellsOf(grid);
  if (pooledAdjoint !== d) {
    const { at, ld } = pooledAdjoint;
    code.emit(SPREAD_POOL, count, height, width, window.height, window.width, at, ld * 4, d.at);
  }
  code.emit(ACTIVATE_BACK, count * cells * d.ld, d.at, s1.at, 0);
  code.emit(SUM_COLUMNS, count * cells, d.ld * 4, Math.ceil(d.width / 4) * 4, d.at, 0, layer.biasGradient, 0);
  forChunks(cells, count, (first, rows) => {
    const adjoint = from(d, first * cells);
    const options = { scratch: plan.scratch.at, accumulate: first > 0, bias: false };
    emitPatches(code, conv, first, rows);
    emitWeightGradient(code, rows * cells, layer, patch, adjoint, options);
    if (!inputAdjoint) return;
    // The patches are no longer needed: their adjoints take their place.
    emitInputGradient(code, rows * cells, layer, adjoint, patch);
    const to = from(inputAdjoint, first * cells);
    code.emit(
      UNPATCH,
      rows,
      height,
      width,
      channels,
      kernel.height,
      kernel.width,
      to.at,
      to.ld * 4,
      patch.at,
      patch.ld * 4,
    );
  });
}

/** Maps to rows: cells of a row of x one after another, without padding. */
function emitFlatten(code: Code, count: number, cells: number, map: Rows, flat: Rows): void {
  const { width, ld } = map;
  code.emit(COPY_RUNS, count, cells, width, flat.at, flat.ld * 4, width * 4, map.at, cells * ld * 4, ld * 4);
}

function emitUnflatten(code: Code, count: number, cells: number, map: Rows, flat: Rows): void {
  const { width, ld } = map;
  code.emit(COPY_RUNS, count, cells, width, map.at, cells * ld * 4, ld * 4, flat.at, flat.ld * 4, width * 4);
}
