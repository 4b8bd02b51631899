// Draws of a masked flow: rows in panels of sixteen, a line of a panel for each number of a row.

import { densityWidths, type MafSpec } from "@likely/core";
import { type Memory, padded } from "./_arena.ts";
import { numbersAt, type Region } from "./_calls.ts";
import type { Draws, DrawShape, DrawSource } from "./_draws.ts";
import type { FlowRows } from "./_flow_rows.ts";
import { KINDS, type Plan } from "./_layer.ts";
import { MASKED_DRAW } from "./_opcodes.ts";

/** Rows in a panel. */
const PANEL = 16;
/** Lines beyond the hidden units. */
const SPARE = 2;

/** Where panels are, and what of a row is in them. */
interface Panels {
  readonly target: number;
  readonly context: number;
  /** Panels of the base, then of draws; and panels of draws and their contexts. */
  readonly z: number;
  readonly x: number;
}

/** Plans the way back of the whole flow. */
export function planMaskedDraws(plan: Plan, spec: MafSpec, io: FlowRows): Draws {
  const { arena } = plan;
  const { target, context } = densityWidths(spec);
  const most = Math.ceil(io.most / PANEL) * PANEL;
  const units = spec.hidden.reduce((sum, width) => sum + width, SPARE);
  const panels: Panels = {
    target,
    context,
    z: arena.take("draws", most * target),
    x: arena.take("draws and contexts", most * (target + context)),
  };
  const scratch = { at: arena.take("units", most * units), bytes: units * PANEL * 4 };
  const widths = arena.constant("widths", [...spec.hidden, 0]);
  return {
    emit: (code, { conditions, each }) => {
      const count = Math.ceil(conditions * each / PANEL);
      code.rowByRow(count, () => {
        for (let t = spec.transforms - 1; t >= 0; t--) {
          const sizes = [count, target, context, spec.hidden.length, widths, KINDS[spec.activation]];
          const places = [firstWeight(plan, spec, t), panels.z, panels.x, scratch.at, scratch.bytes];
          code.emit(MASKED_DRAW, ...sizes, ...places, t % 2, workOf(spec) * PANEL);
        }
      });
    },
    brings: (shape) => [panelsAt(panels.z, shape, target), panelsAt(panels.x, shape, target + context)],
    takes: (shape) => panelsAt(panels.z, shape, target),
    write: (memory, source) => writePanels(memory, panels, source),
    read: (memory, out) => readPanels(memory, panels, out),
  };
}

function panelsAt(at: number, { conditions, each }: DrawShape, lines: number): Region {
  return numbersAt(at, Math.ceil(conditions * each / PANEL) * lines * PANEL);
}

/** Where the weights of a transform begin. */
function firstWeight({ parameters }: Plan, { hidden }: MafSpec, t: number): number {
  const path = `transform${t}/${hidden.length > 0 ? "0" : "out"}/weight`;
  return parameters.weights + parameters.offset(path);
}

function writePanels(
  memory: Memory,
  { target, context, z, x }: Panels,
  { normal, contexts, each }: DrawSource,
): void {
  const base = new Float32Array(memory.buffer, z);
  const seen = new Float32Array(memory.buffer, x);
  for (let i = 0; i < normal.length / target; i++) {
    const [from, condition] = [i * target, Math.floor(i / each) * context];
    let to = placeOf(i, target);
    for (let j = 0; j < target; j++, to += PANEL) base[to] = normal[from + j]!;
    to = placeOf(i, target + context) + target * PANEL;
    for (let j = 0; j < context; j++, to += PANEL) seen[to] = contexts[condition + j]!;
  }
}

function readPanels(memory: Memory, { target, z }: Panels, out: Float32Array): void {
  const from = new Float32Array(memory.buffer, z);
  for (let i = 0; i < out.length / target; i++) {
    let place = placeOf(i, target);
    for (let j = 0; j < target; j++, place += PANEL) out[i * target + j] = from[place]!;
  }
}

/** The first number of row i in panels of so many lines. */
function placeOf(i: number, lines: number): number {
  return Math.floor(i / PANEL) * lines * PANEL + i % PANEL;
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
