// Fourier features of x as instructions: cosines and sines of every number, their means where
// those come first, then products of one of each column.

import type { FourierFeatures } from "@likely/core";
import { padded } from "./_arena.ts";
import { float } from "./_code.ts";
import type { Embedding } from "./_embedding.ts";
import { type Plan, takeRows } from "./_layer.ts";
import { MULTIPLY_WAVES, POOL_ROWS, WAVES } from "./_opcodes.ts";

/** Plans the features of at most `rows` rows of x. */
export function planFeatures(plan: Plan, features: FourierFeatures, xDim: number, rows: number): Embedding {
  const { element, frequencies, mean } = features;
  const { arena } = plan;
  const m = xDim / element;
  const waves = 2 * frequencies[0]!.length;
  // Frequencies fill whole vectors; so do the waves of one number, sines right after cosines.
  const half = padded(waves / 2);
  const table = arena.constant("frequencies", frequencies.flatMap((column) => paddedList(column, half)));
  const isPooled = mean === "of_columns";
  const all = arena.take("waves", rows * m * element * 2 * half);
  const pooled = isPooled ? arena.take("mean waves", rows * element * 2 * half) : all;
  const input = { at: arena.take("x", rows * xDim), width: element, ld: element };
  const out = takeRows(arena, "features", rows, waves ** element);
  const row = 2 * half * 4;
  const left = isPooled ? 1 : m;
  return {
    input,
    perRow: m,
    out,
    // Nobody asks for the gradient in x.
    adjoint: { ...out, at: 0 },
    forward: (code, count) => {
      code.emit(WAVES, count * m, element, half, waves / 2, input.at, table, all, row);
      if (isPooled) code.emit(POOL_ROWS, count, m, element * row, float(1 / m), pooled, all);
      const share = float(1 / left);
      code.emit(MULTIPLY_WAVES, count, left, element, waves, pooled, row, share, out.at, out.ld * 4);
    },
    backward: () => {},
  };
}

function paddedList(values: readonly number[], length: number): number[] {
  return Array.from({ length }, (_, i) => values[i] ?? 0);
}
