// A flow of coupled splines as instructions.

import { couplingSplit, densityWidths, type NsfSpec } from "@likely/core";
import { type Code, float } from "./_code.ts";
import { drawsInRows } from "./_draws.ts";
import { emitBase, type Flow, type FlowBackward } from "./_flow.ts";
import type { FlowRows } from "./_flow_rows.ts";
import { type Plan, type Rows, takeRows } from "./_layer.ts";
import { PICK_COLUMNS, SPLINE, SPLINE_BACK, SPLINE_DRAW, SPREAD_COLUMNS } from "./_opcodes.ts";
import { planSkip, planSubnet, type Skip, type Subnet } from "./_subnet.ts";

/** One transform. */
interface Coupled {
  readonly subnet: Subnet;
  readonly skip: Skip;
  /** What it reads, kept coordinates and the context, and the adjoints of that. */
  readonly from: Rows;
  readonly fromAdjoint: Rows;
  /** What the way past its network adds to shifts; on the way back its adjoint. */
  readonly line: Rows;
  /** Addresses of the columns that it reads, and of those that it moves, and how many these are. */
  readonly kept: number;
  readonly moved: number;
  readonly count: number;
}

/** Plans the flow. */
export function planCoupledFlow(plan: Plan, spec: NsfSpec, io: FlowRows): Flow {
  const transforms = Array.from({ length: spec.transforms }, (_, t) => planCoupled(plan, spec, io, t));
  return {
    forward: (code, count, seed) => {
      transforms.forEach((coupled, t) => {
        emitParameters(code, count, io, coupled, seed !== undefined);
        code.emit(SPLINE, ...bending(count, spec, io.rows, coupled), io.values, Number(t > 0));
      });
      emitBase(code, count, io, io.rows, seed);
    },
    backward: (code, count, options) => {
      transforms.toReversed().forEach((coupled) =>
        emitCoupledBack(code, count, spec, io, coupled, {
          ...options,
          input: options.input || coupled !== transforms[0],
        })
      );
    },
    gradient: (code, count) => {
      for (const { subnet, skip } of transforms) {
        subnet.gradient(code, count);
        skip.gradient(code, count);
      }
    },
    draws: drawsInRows(io, (code, { conditions, each }) => {
      const count = conditions * each;
      code.rowByRow(count, () => {
        for (const coupled of transforms.toReversed()) {
          emitParameters(code, count, io, coupled, false);
          code.emit(SPLINE_DRAW, ...bending(count, spec, io.rows, coupled));
        }
      });
    }),
  };
}

function planCoupled(plan: Plan, spec: NsfSpec, io: FlowRows, t: number): Coupled {
  const { target, context } = densityWidths(spec);
  const { arena } = plan;
  const { kept, moved } = couplingSplit(target, t);
  const path = `transform${t}`;
  const rows = io.most;
  const behind = Array.from({ length: context }, (_, j) => target + j);
  const from = takeRows(arena, `${path} from`, rows, kept.length + context);
  const line = takeRows(arena, `${path} line`, rows, moved.length);
  const parts = [moved.length * (3 * spec.bins + 1)];
  return {
    subnet: planSubnet(plan, { path, trunk: spec.trunk, from, parts, rows, inPlace: true }),
    skip: planSkip(plan, { path: `${path}/skip`, from, to: line, adjoint: line, add: false }),
    from,
    fromAdjoint: takeRows(arena, `${path} from d`, rows, from.width),
    line,
    kept: arena.constant(`${path} kept`, [...kept, ...behind]),
    moved: arena.constant(`${path} moved`, moved),
    count: moved.length,
  };
}

/** What the network makes of the coordinates kept and the context. */
function emitParameters(
  code: Code,
  count: number,
  { rows }: FlowRows,
  { subnet, skip, from, kept }: Coupled,
  slopes: boolean,
): void {
  code.emit(PICK_COLUMNS, count, from.width, from.at, from.ld * 4, rows.at, rows.ld * 4, kept);
  subnet.forward(code, count, slopes);
  skip.forward(code, count);
}

/** What all instructions on splines are told first. */
function bending(count: number, { bins, span }: NsfSpec, rows: Rows, coupled: Coupled): readonly number[] {
  const { subnet: { outputs }, line, moved } = coupled;
  const sizes = [count, coupled.count, bins, float(span)];
  return [...sizes, ...[outputs, line, rows].flatMap(({ at, ld }) => [at, ld * 4]), moved];
}

function emitCoupledBack(
  code: Code,
  count: number,
  spec: NsfSpec,
  { adjoint }: FlowRows,
  coupled: Coupled,
  { seed, input }: FlowBackward,
): void {
  const { subnet, skip, fromAdjoint: to, kept } = coupled;
  code.emit(SPLINE_BACK, ...bending(count, spec, adjoint, coupled), float(seed));
  const options = { to: input ? to : undefined };
  subnet.backward(code, count, { ...options, add: false });
  skip.backward(code, count, { ...options, add: true });
  if (input) {
    code.emit(SPREAD_COLUMNS, count, to.width, adjoint.at, adjoint.ld * 4, to.at, to.ld * 4, kept);
  }
}
