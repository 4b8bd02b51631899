// Convolutional embedding as instructions: patches, a matrix product, activation and average
// pooling, all of it for a few rows of x at a time so that what is passed on stays in the cache.

import type { ConvEmbedding } from "@likely/core";
import { stride } from "./_arena.ts";
import type { Code } from "./_code.ts";
import type { Embedding } from "./_embedding.ts";
import {
  emitActivation,
  emitForward,
  emitInputGradient,
  emitWeightGradient,
  goesBack,
  type Layer,
  needScratch,
  type Plan,
  planLayer,
  type Rows,
  rowsFrom,
  takeRows,
} from "./_layer.ts";
import { ACTIVATE_BACK, AVERAGE_POOL, COPY_RUNS, PATCHES, SPREAD_POOL, UNPATCH } from "./_opcodes.ts";
import { planStack } from "./_stack.ts";

/** Numbers that are worked on at a time: half a megabyte, or 32 where there is room. */
const CHUNK = 2 ** 17;
const ROOMY_CHUNK = 2 ** 23;

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
  /** Of the rows at hand: sums, then activations; on the way back their adjoints. */
  readonly map: Rows;
  readonly patch: Rows;
  /** Slopes of the activation. */
  readonly s1: Rows;
  /** Pooled activations and their adjoints. */
  readonly out: Rows;
  readonly adjoint: Rows;
  /** Rows of x at a time. */
  readonly chunk: number;
}

/** Plans the embedding of at most `rows` rows of x. */
export function planConv(plan: Plan, embedding: ConvEmbedding, rows: number): Embedding {
  const { size, channels, filters, activation, out } = embedding;
  const cells = size.reduce((product: number, length) => product * length, 1);
  // Cells lie as in x itself, without padding.
  const x: Rows = { at: plan.arena.take("x", rows * cells * channels), width: channels, ld: channels };
  const xAdjoint = plan.inputs ? { ...x, at: plan.arena.take("x d", rows * cells * channels) } : undefined;
  const input = { cells: x, adjoint: xAdjoint };
  const layers: Convolution[] = [];
  filters.forEach((_, i) => layers.push(planConvolution(plan, embedding, i, rows, input, layers.at(-1))));
  const last = layers.at(-1)!;
  const left = cellsOf(pooledGrid(last.grid, last.window));
  const flat = takeRows(plan.arena, "flat", rows, left * last.out.width);
  const flatAdjoint = takeRows(plan.arena, "flat d", goesBack(plan) ? rows : 0, flat.width);
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
    input: wholeRows(x.at, cells * channels),
    perRow: 1,
    inputAdjoint: xAdjoint && wholeRows(xAdjoint.at, cells * channels),
    out: tail.out,
    adjoint: tail.adjoint,
    forward: (code, count) => {
      for (const layer of layers) emitConvolution(code, plan, embedding, layer, count);
      emitFlatten(code, count, left, last.out, flat);
      tail.forward(code, count);
    },
    backward: (code, count) => {
      tail.backward(code, count);
      emitUnflatten(code, count, left, last.adjoint, flatAdjoint);
      for (const layer of layers.toReversed()) emitConvolutionBack(code, plan, layer, count);
    },
  };
}

/** Rows of cells as rows of numbers. */
function wholeRows(at: number, width: number): Rows {
  return { at, width, ld: width };
}

function cellsOf({ height, width }: Grid): number {
  return height * width;
}

function pooledGrid(grid: Grid, window: Grid): Grid {
  return { height: Math.floor(grid.height / window.height), width: Math.floor(grid.width / window.width) };
}

/** A grid, or a line: a grid of height 1. */
function asGrid(size: readonly number[]): Grid {
  return { height: size.length === 1 ? 1 : size[0]!, width: size.at(-1)! };
}

function planConvolution(
  plan: Plan,
  embedding: ConvEmbedding,
  i: number,
  rows: number,
  x: { readonly cells: Rows; readonly adjoint: Rows | undefined },
  previous: Convolution | undefined,
): Convolution {
  const { size, kernel: k, filters, pool } = embedding;
  const path = `embedding/conv${i}`;
  const kernel = asGrid(size.map(() => k));
  const window = asGrid(size.map(() => pool));
  const grid = previous ? pooledGrid(previous.grid, previous.window) : asGrid(size);
  const input = previous?.out ?? x.cells;
  const width = filters[i]!;
  const fanIn = cellsOf(kernel) * input.width;
  const cells = cellsOf(grid);
  // Where channels fill no vector the kernel writes up to three numbers behind a row.
  const patchWidth = fanIn + (input.width % 4 === 0 ? 0 : 3);
  const chunk = Math.min(
    rows,
    Math.ceil((plan.roomy ? ROOMY_CHUNK : CHUNK) / cells / (stride(patchWidth) + 2 * stride(width))),
  );
  const patch = takeRows(plan.arena, `${path} patches`, chunk * cells, patchWidth);
  const left = rows * cellsOf(pooledGrid(grid, window));
  const room = (what: string, count: number, isForWayBack = false) =>
    takeRows(plan.arena, `${path} ${what}`, isForWayBack && !goesBack(plan) ? 0 : count, width);
  needScratch(plan, chunk * cells, width);
  return {
    layer: planLayer(plan, path, {
      fanIn,
      fanOut: width,
      inputGradient: i > 0 ? goesBack(plan) : plan.inputs === true,
    }),
    grid,
    kernel,
    window,
    channels: input.width,
    input,
    inputAdjoint: previous ? previous.adjoint : x.adjoint,
    map: room("map", chunk * cells),
    patch,
    s1: room("s1", rows * cells, true),
    out: room("pooled", left),
    adjoint: room("pooled d", left, true),
    chunk,
  };
}

/** Calls `visit(first row, rows)` for each chunk. */
function forChunks(chunk: number, count: number, visit: (first: number, rows: number) => void): void {
  for (let first = 0; first < count; first += chunk) visit(first, Math.min(chunk, count - first));
}

/** Emits patches of cells, or what patches hold of cells back into them. */
function emitPatches(code: Code, opcode: number, conv: Convolution, cells: Rows, rows: number): void {
  const { grid: { height, width }, kernel, channels, patch } = conv;
  const lines = rows * height;
  const sizes = [lines, lines, height, width, channels, kernel.height, kernel.width];
  code.emit(opcode, ...sizes, cells.at, cells.ld * 4, patch.at, patch.ld * 4);
}

function emitConvolution(
  code: Code,
  plan: Plan,
  { activation: kind }: ConvEmbedding,
  conv: Convolution,
  count: number,
): void {
  const { layer, grid, window, input, map, patch, s1, out, chunk } = conv;
  const cells = cellsOf(grid);
  const left = cellsOf(pooledGrid(grid, window));
  forChunks(chunk, count, (first, rows) => {
    const pooled = rowsFrom(out, first * left);
    const slope = goesBack(plan) ? rowsFrom(s1, first * cells) : undefined;
    const to = isPooled(conv) ? map : pooled;
    emitPatches(code, PATCHES, conv, rowsFrom(input, first * cells), rows);
    emitForward(code, rows * cells, layer, patch, map, { bias: true });
    emitActivation(code, rows * cells, { kind, from: map, to, slope });
    if (isPooled(conv)) code.emit(AVERAGE_POOL, ...poolSizes(conv, rows), map.at, map.ld * 4, pooled.at);
  });
}

function emitConvolutionBack(
  code: Code,
  { scratch, training }: Plan,
  conv: Convolution,
  count: number,
): void {
  const { layer, grid, window, input, inputAdjoint, map, patch, s1, adjoint, chunk } = conv;
  const cells = cellsOf(grid);
  const left = cellsOf(pooledGrid(grid, window));
  forChunks(chunk, count, (first, rows) => {
    const pooled = rowsFrom(adjoint, first * left);
    const d = isPooled(conv) ? map : pooled;
    const { at: slope } = rowsFrom(s1, first * cells);
    if (isPooled(conv)) {
      code.emit(SPREAD_POOL, ...poolSizes(conv, rows), pooled.at, map.ld * 4, map.at, slope);
    } else code.emit(ACTIVATE_BACK, rows * cells * d.ld, d.at, slope, 0);
    if (training) {
      emitPatches(code, PATCHES, conv, rowsFrom(input, first * cells), rows);
      const options = { scratch: scratch.at, accumulate: first > 0, bias: true };
      emitWeightGradient(code, rows * cells, layer, patch, d, options);
    }
    if (!inputAdjoint) return;
    // The patches are no longer needed: their adjoints take their place.
    emitInputGradient(code, rows * cells, layer, d, patch);
    emitPatches(code, UNPATCH, conv, rowsFrom(inputAdjoint, first * cells), rows);
  });
}

function isPooled({ window }: Convolution): boolean {
  return cellsOf(window) > 1;
}

/** What instructions that pool are told first. */
function poolSizes({ grid, window }: Convolution, rows: number): readonly number[] {
  return [rows, grid.height, grid.width, window.height, window.width];
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
