// Draws whose network's outputs follow from the condition alone: one row of them, however many draws.

import { numbersAt, regionOf } from "./_calls.ts";
import type { Code } from "./_code.ts";
import type { Draws } from "./_draws.ts";
import { contextOf, type FlowRows } from "./_flow_rows.ts";
import { type Plan, rowsFrom, takeRows } from "./_layer.ts";
import type { Subnet } from "./_subnet.ts";

/** What makes outputs of a context. */
export type Network = Pick<Subnet, "outputs" | "forward">;

/** The draws of one condition. */
export interface SharedDraw {
  readonly each: number;
  /** Addresses of the outputs, of the first draw, and of its share; bytes from one draw to the next. */
  readonly from: number;
  readonly y: number;
  readonly ld: number;
  readonly share: number;
}

/** Plans draws that `emit` makes of standard normal rows and shares. */
export function planSharedDraws(
  { arena }: Plan,
  io: FlowRows,
  { outputs, forward }: Network,
  emit: (code: Code, draw: SharedDraw) => void,
): Draws {
  const { target, context, most } = io;
  const y = takeRows(arena, "draws", most, target);
  const shares = arena.take("shares", most);
  const ld = y.ld * 4;
  return {
    emit: (code, { conditions, each }) => {
      code.rowByRow(conditions, () => forward(code, conditions, false));
      code.inTwoTurns(() => true, () => {
        for (let c = 0; c < conditions; c++) {
          const first = c * each;
          const { at: from } = rowsFrom(outputs, c);
          emit(code, { each, from, y: y.at + first * ld, ld, share: shares + first * 4 });
        }
      });
    },
    brings: ({ conditions, each }) => [
      regionOf(contextOf(io), conditions),
      regionOf(y, conditions * each),
      numbersAt(shares, conditions * each),
    ],
    takes: ({ conditions, each }) => regionOf(y, conditions * each),
    write: (memory, { normal, share, contexts }) => {
      const seen = contextOf(io);
      const rows = new Float32Array(memory.buffer, seen.at);
      for (let k = 0; k < contexts.length; k += context) {
        rows.set(contexts.subarray(k, k + context), k / context * seen.ld);
      }
      const to = new Float32Array(memory.buffer, y.at);
      normal.forEach((value, k) => to[Math.floor(k / target) * y.ld + k % target] = value);
      new Float32Array(memory.buffer, shares).set(share!.map(belowOne));
    },
    read: (memory, out) => {
      const from = new Float32Array(memory.buffer, y.at);
      out.forEach((_, k) => out[k] = from[Math.floor(k / target) * y.ld + k % target]!);
    },
  };
}

/** In float32 too. */
function belowOne(share: number): number {
  return Math.min(share, 1 - 2 ** -24);
}
