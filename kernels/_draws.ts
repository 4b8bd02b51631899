// How draws get in and out of the arena.

import type { Memory } from "./_arena.ts";
import { type Region, regionOf } from "./_calls.ts";
import type { Code } from "./_code.ts";
import type { FlowRows } from "./_flow_rows.ts";

/** How many draws: some for each condition, those of a condition one after another. */
export interface DrawShape {
  readonly conditions: number;
  /** Draws for each condition. */
  readonly each: number;
}

/** What is turned into draws. */
export interface DrawSource extends DrawShape {
  /** `[conditions · each, D]`: standard normals. */
  readonly normal: Float64Array;
  /** `[conditions · each]`, in [0, 1): which component of a mixture. */
  readonly share?: Float64Array | undefined;
  /** `[conditions, C]`. */
  readonly contexts: Float32Array;
}

/** A flow's way back, planned. */
export interface Draws {
  /** Puts what is turned into draws where the program reads it. */
  write(memory: Memory, source: DrawSource): void;
  /** Emits the program. */
  emit(code: Code, shape: DrawShape): void;
  /** What {@linkcode write} fills, and what {@linkcode read} reads. */
  brings(shape: DrawShape): readonly Region[];
  takes(shape: DrawShape): Region;
  /** Copies the first `out.length` numbers of standardised draws out of the arena, row by row. */
  read(memory: Memory, out: Float32Array): void;
}

/** Draws that are made in the flow's own rows, each beside its context. */
export function drawsInRows(io: FlowRows, emit: Draws["emit"]): Draws {
  const { rows: { at, ld }, target, context } = io;
  const region = ({ conditions, each }: DrawShape) => regionOf(io.rows, conditions * each);
  return {
    emit,
    brings: (shape) => [region(shape)],
    takes: region,
    write: (memory, { normal, contexts, each }) => {
      const count = normal.length / target;
      const to = new Float32Array(memory.buffer, at, count * ld);
      for (let i = 0; i < count; i++) {
        const condition = Math.floor(i / each) * context;
        for (let j = 0; j < target; j++) to[i * ld + j] = normal[i * target + j]!;
        for (let j = 0; j < context; j++) to[i * ld + target + j] = contexts[condition + j]!;
      }
    },
    read: (memory, out) => {
      const from = new Float32Array(memory.buffer, at, out.length / target * ld);
      for (let k = 0; k < out.length; k += target) {
        const first = k / target * ld;
        for (let j = 0; j < target; j++) out[k + j] = from[first + j]!;
      }
    },
  };
}
