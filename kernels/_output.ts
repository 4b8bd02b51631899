// The last layer where it has one output: a dot product, whose value is h.

import { padded } from "./_arena.ts";
import type { Code } from "./_code.ts";
import type { Plan, Rows } from "./_layer.ts";
import { DOT_ROWS, FILL_ROWS, SUM_COLUMNS, SUM_VECTOR } from "./_opcodes.ts";

/** What {@linkcode Output.gradient} multiplies in. */
export interface Slopes {
  /** Pairs. */
  readonly count: number;
  /** Rows with a score term; 0 for none. */
  readonly scores: number;
  /** Address of the loss's slope in each value, one a row. */
  readonly slope: number;
  /** Scratch for packed adjoints. */
  readonly scratch: number;
}

/** What the trunk ends in. */
export interface Output {
  /** From what the last layer reads to its outputs. */
  forward(code: Code, count: number, from: Rows): void;
  /** The slope of the value in what the last layer reads. */
  backward(code: Code, count: number, to: Rows): void;
  /** Gradients of the last layer's weights; `tangent` of what it reads, where there are scores. */
  gradient(code: Code, slopes: Slopes, from: Rows, tangent: Rows | undefined): void;
}

/** Plans the dot product of `width` numbers that leaves its values at h. */
export function planDot({ parameters }: Plan, width: number, h: number): Output {
  const columns = padded(width);
  const at = (run: number) => ({
    weight: run + parameters.offset("trunk/out/weight"),
    bias: run + parameters.offset("trunk/out/bias"),
  });
  const { weight, bias } = at(parameters.weights);
  const slopes = at(parameters.gradient);
  return {
    forward: (code, count, from) =>
      code.emit(DOT_ROWS, count, from.ld * 4, columns, from.at, weight, bias, h),
    backward: (code, count, to) => code.emit(FILL_ROWS, count, to.ld * 4, columns, to.at, weight),
    gradient: (code, { count, scores, slope }, from, tangent) => {
      code.emit(SUM_COLUMNS, count, from.ld * 4, columns, from.at, slope, slopes.weight, 0);
      code.emit(SUM_VECTOR, count, slope, slopes.bias);
      if (scores === 0) return;
      const { at, ld } = tangent!;
      code.emit(SUM_COLUMNS, scores, ld * 4, columns, at, 0, slopes.weight, 1);
    },
  };
}
