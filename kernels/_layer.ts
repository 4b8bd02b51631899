// Dense layers as instructions: `y = x · W + b`, its two gradients, and the packing of W.

import type { Activation } from "@likely/core";
import { type Arena, padded, stride } from "./_arena.ts";
import type { Code } from "./_code.ts";
import { ACTIVATE, GEMM, PACK_ROWS, PACK_TRANSPOSED } from "./_opcodes.ts";
import type { Parameters } from "./_parameters.ts";

/** Whether there is room to waste. */
export interface Room {
  /** Instructions cost more than room does, as on a GPU. @default {false} */
  readonly roomy?: boolean;
}

/** What a planner needs at hand. */
export interface Plan extends Room {
  /** Where room is taken. */
  readonly arena: Arena;
  /** Weights and their gradients. */
  readonly parameters: Parameters;
  /** Layers to pack before anything runs; planners add theirs. */
  readonly layers: Layer[];
  /** Gradients with respect to weights will be asked for. */
  readonly training: boolean;
  /** Gradients with respect to what is embedded will be asked for. @default {false} */
  readonly inputs?: boolean;
  /** Second derivatives will be asked for. */
  readonly score: boolean;
  /** Rows of adjoints that every layer has scratch of its own for. @default {0} */
  readonly gradientRows?: number;
  /** Scratch for packed adjoints: numbers that planners need, and later its address. */
  readonly scratch: { count: number; at: number };
}

/** Whether passes back through embeddings will be asked for. */
export function goesBack({ training, inputs = false }: Plan): boolean {
  return training || inputs;
}

/** Asks for scratch for a packed adjoint of `rows` rows. */
export function needScratch({ scratch }: Plan, rows: number, width: number): void {
  scratch.count = Math.max(scratch.count, rows * padded(width));
}

/** Rows of numbers in the arena. */
export interface Rows {
  /** Address. */
  readonly at: number;
  /** Numbers in a row. */
  readonly width: number;
  /** Numbers from one row to the next. */
  readonly ld: number;
}

/** A dense layer, or the rows of one that meet one of its inputs. */
export interface Layer {
  readonly fanIn: number;
  readonly fanOut: number;
  /** Addresses of weight, bias and their gradients. */
  readonly weight: number;
  readonly bias: number;
  readonly weightGradient: number;
  readonly biasGradient: number;
  /** Packed for `x · W`, and for `y · Wᵀ` (0: never needed). */
  readonly packed: number;
  readonly packedTransposed: number;
  /** Scratch of its own for the packed adjoint (0: none). */
  readonly scratch: number;
}

/** Takes room for rows. */
export function takeRows(arena: Arena, name: string, count: number, width: number): Rows {
  const ld = stride(width);
  return { at: arena.take(name, count * ld), width, ld };
}

/** Rows from the n-th on. */
export function rowsFrom(rows: Rows, n: number): Rows {
  return { ...rows, at: rows.at + n * rows.ld * 4 };
}

/** What tells {@linkcode planLayer} which part of which weight. */
export interface LayerOptions {
  readonly fanIn: number;
  readonly fanOut: number;
  /** First row of the weight that this layer reads. */
  readonly skip?: number;
  /** Its input's gradient will be asked for. */
  readonly inputGradient: boolean;
  /** Whether there is one. @default {true} */
  readonly bias?: boolean;
}

/** Plans the layer whose weights are called `path/weight` and `path/bias`. */
export function planLayer(plan: Plan, path: string, options: LayerOptions): Layer {
  const { fanIn, fanOut, skip = 0, inputGradient, bias: hasBias = true } = options;
  const { arena, parameters, gradientRows = 0 } = plan;
  const weight = parameters.offset(`${path}/weight`) + skip * padded(fanOut) * 4;
  const biasIn = (run: number) => hasBias ? run + parameters.offset(`${path}/bias`) : 0;
  const layer: Layer = {
    fanIn,
    fanOut,
    weight: parameters.weights + weight,
    bias: biasIn(parameters.weights),
    weightGradient: parameters.gradient + weight,
    biasGradient: biasIn(parameters.gradient),
    packed: arena.take(`${path} packed`, fanIn * padded(fanOut)),
    packedTransposed: inputGradient ? arena.take(`${path} transposed`, fanOut * padded(fanIn)) : 0,
    scratch: gradientRows > 0 ? arena.take(`${path} scratch`, gradientRows * padded(fanOut)) : 0,
  };
  plan.layers.push(layer);
  return layer;
}

/** Packs the current weights of all layers. */
export function emitPacking(code: Code, layers: readonly Layer[]): void {
  for (const { fanIn, fanOut, weight, packed, packedTransposed } of layers) {
    const row = padded(fanOut) * 4;
    code.emit(PACK_ROWS, fanIn, padded(fanOut), weight, row, packed, 0, 0, 0, 0);
    if (packedTransposed) code.emit(PACK_TRANSPOSED, fanIn, fanOut, weight, row, packedTransposed);
  }
}

/** Where a product starts from, besides zero. */
export interface Start {
  /** Add the layer's bias. */
  readonly bias?: boolean;
  /** Add these rows; with `ld` 0 one row to all. */
  readonly rows?: Pick<Rows, "at" | "ld">;
}

/** `to = from · W (+ bias) (+ rows)`. */
export function emitForward(
  code: Code,
  count: number,
  layer: Layer,
  from: Rows,
  to: Rows,
  start: Start,
): void {
  const { fanIn, fanOut, packed, bias } = layer;
  const { at = 0, ld = 0 } = start.rows ?? {};
  const first = start.bias ? bias : 0;
  code.emit(
    GEMM,
    count,
    padded(fanOut),
    fanIn,
    from.at,
    from.ld * 4,
    4,
    packed,
    to.at,
    to.ld * 4,
    at,
    ld * 4,
    first,
  );
}

/** `to = from · Wᵀ (+ rows)`. */
export function emitInputGradient(
  code: Code,
  count: number,
  layer: Layer,
  from: Rows,
  to: Rows,
  rows: Pick<Rows, "at" | "ld"> = { at: 0, ld: 0 },
): void {
  const { fanIn, fanOut, packedTransposed: packed } = layer;
  const [row, first] = [to.ld * 4, rows.ld * 4];
  code.emit(
    GEMM,
    count,
    padded(fanIn),
    fanOut,
    from.at,
    from.ld * 4,
    4,
    packed,
    to.at,
    row,
    rows.at,
    first,
    0,
  );
}

/** How {@linkcode emitWeightGradient} treats the adjoint on the way. */
export interface AdjointOptions {
  /** Scratch for the packed adjoint, where the layer has none of its own. */
  readonly scratch: number;
  /** Multiply row i by the i-th of these numbers (an address). */
  readonly scale?: number;
  /** Then add these rows to the first `addRows`. */
  readonly add?: Rows;
  readonly addRows?: number;
  /** Add to what the gradients hold. @default {false} */
  readonly accumulate?: boolean;
  /** Column sums go to the bias gradient. @default {true unless added to what it holds} */
  readonly bias?: boolean;
}

/** Gradient of W, `inputᵀ · adjoint`, and of the bias, the adjoint's column sums. */
export function emitWeightGradient(
  code: Code,
  count: number,
  layer: Layer,
  input: Rows,
  adjoint: Rows,
  options: AdjointOptions,
): void {
  const { scratch, scale = 0, add, addRows = 0, accumulate = false, bias = !accumulate } = options;
  const { fanIn, fanOut, weightGradient, biasGradient } = layer;
  const packed = layer.scratch || scratch;
  const columns = padded(fanOut);
  const sums = bias ? biasGradient : 0;
  const row = columns * 4;
  code.emit(
    PACK_ROWS,
    count,
    columns,
    adjoint.at,
    adjoint.ld * 4,
    packed,
    scale,
    add?.at ?? 0,
    addRows,
    sums,
    Number(accumulate),
  );
  code.emit(
    GEMM,
    fanIn,
    columns,
    count,
    input.at,
    4,
    input.ld * 4,
    packed,
    weightGradient,
    row,
    accumulate ? weightGradient : 0,
    accumulate ? row : 0,
    0,
  );
}

/** Activations as the module knows them. */
export const KINDS: Readonly<Record<Activation, number>> = { silu: 0, tanh: 1, relu: 2 };

/** Where an activation reads and writes; absent derivatives are not computed. */
export interface ActivationRows {
  readonly kind: Activation;
  readonly from: Rows;
  readonly to: Rows;
  readonly slope?: Rows | undefined;
  readonly bend?: Rows | undefined;
  /** Rows that get the second derivative. */
  readonly bendRows?: number;
}

/** Activates `count` rows. */
export function emitActivation(code: Code, count: number, options: ActivationRows): void {
  const { kind, from, to, slope, bend, bendRows = 0 } = options;
  const skip = bendRows * from.ld * 4;
  const rest = slope ? slope.at + skip : 0;
  if (bendRows > 0) {
    code.emit(ACTIVATE, KINDS[kind], bendRows * from.ld, from.at, to.at, slope!.at, bend!.at);
  }
  if (count > bendRows) {
    code.emit(ACTIVATE, KINDS[kind], (count - bendRows) * from.ld, from.at + skip, to.at + skip, rest, 0);
  }
}
