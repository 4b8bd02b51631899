// Draws of a masked flow: rows in panels of sixteen, a line of a panel for each number of a row.

import { densityWidths, type MafSpec } from "@likely/core";
import { padded } from "./_arena.ts";
import type { Code } from "./_code.ts";
import type { Draws } from "./_draws.ts";
import type { FlowRows } from "./_flow_rows.ts";
import { KINDS, type Plan } from "./_layer.ts";
import { MASKED_DRAW } from "./_opcodes.ts";

/** Rows in a panel. */
const PANEL = 16;
/** Lines beyond the hidden units. */
const SPARE = 2;

/** Plans the way back of the whole flow. */
export function planMaskedDraws({ arena, parameters }: Plan, spec: MafSpec, io: FlowRows): Draws {
  const { target, context } = densityWidths(spec);
  const { hidden, activation, transforms } = spec;
  const panels = Math.ceil(io.most / PANEL);
  const [own, all] = [target * PANEL, (target + context) * PANEL];
  const units = (hidden.reduce((sum, width) => sum + width, 0) + SPARE) * PANEL;
  const z = arena.take("draws", panels * own);
  const x = arena.take("draws and contexts", panels * all);
  const scratch = arena.take("units", panels * units);
  const widths = arena.constant("widths", [...hidden, 0]);
  const work = workOf(spec) * PANEL;

  const emitTransform = (code: Code, count: number, t: number): void => {
    const first = hidden.length > 0 ? `transform${t}/0/weight` : `transform${t}/out/weight`;
    const weights = parameters.weights + parameters.offset(first);
    const sizes = [count, target, context, hidden.length, widths, KINDS[activation]];
    code.emit(MASKED_DRAW, ...sizes, weights, z, x, scratch, units * 4, t % 2, work);
  };

  return {
    emit: (code, { conditions, each }) => {
      const count = Math.ceil(conditions * each / PANEL);
      code.rowByRow(count, () => {
        for (let t = transforms - 1; t >= 0; t--) emitTransform(code, count, t);
      });
    },
    write: (memory, { normal, contexts, each }) => {
      const count = normal.length / target;
      const [base, seen] = [z, x].map((at) => new Float32Array(memory.buffer, at));
      for (let i = 0; i < count; i++) {
        const [panel, lane] = [Math.floor(i / PANEL), i % PANEL];
        const condition = Math.floor(i / each) * context;
        for (let j = 0; j < target; j++) base![panel * own + j * PANEL + lane] = normal[i * target + j]!;
        const first = panel * all + own + lane;
        for (let j = 0; j < context; j++) seen![first + j * PANEL] = contexts[condition + j]!;
      }
    },
    read: (memory, out) => {
      const from = new Float32Array(memory.buffer, z);
      const count = out.length / target;
      for (let i = 0; i < count; i++) {
        const first = Math.floor(i / PANEL) * own + i % PANEL;
        for (let j = 0; j < target; j++) out[i * target + j] = from[first + j * PANEL]!;
      }
    },
  };
}

/** Multiply-adds of a row in one transform. */
function workOf(spec: MafSpec): number {
  const { target, context } = densityWidths(spec);
  let [work, seen] = [target * (target + context), target + context];
  for (const width of spec.hidden) {
    work += seen * width;
    seen = width;
  }
  return work + seen * 2 * padded(target);
}
