// One transform of a coupled spline flow, see `NsfSpec`.

import { exp } from "./elementary.ts";
import { bound } from "./_bound.ts";
import { joined, layerAt, plainTrunk, through } from "./_plain_layers.ts";
import { type Spline, splineOf, toBase, toTarget } from "./_spline.ts";
import type { Mapped, Transform } from "./_transform.ts";
import { couplingSplit } from "./coupling_split.ts";
import type { NsfSpec } from "./density_spec.ts";
import { densityWidths } from "./density_widths.ts";
import type { Weights } from "./weights.ts";

/** How one coordinate is moved. */
interface Move {
  readonly shift: number;
  readonly logScale: number;
  readonly spline: Spline;
}

/** Transform t. Both ways cost the same: what is kept tells how the rest moves. */
export function coupledSpline(weights: Weights, spec: NsfSpec, t: number): Transform {
  const { kept, moved } = couplingSplit(densityWidths(spec).target, t);
  const trunk = plainTrunk(weights, `transform${t}`, spec.trunk);
  const skip = layerAt(weights, `transform${t}/skip`);
  const each = 3 * spec.bins + 1;

  const moves = (row: Float64Array, c: Float64Array): Move[] => {
    const seen = joined(Float64Array.from(kept, (j) => row[j]!), c);
    const outputs = trunk(seen);
    const line = through(skip, seen);
    return moved.map((_, i) => {
      const own = outputs.subarray(i * each, (i + 1) * each);
      return {
        shift: own[0]! + line[i]!,
        logScale: bound(own[1]!),
        spline: splineOf(own.subarray(2), spec.span),
      };
    });
  };

  return {
    toBase: (y, c) =>
      along(y, moved, moves(y, c), (value, { shift, logScale, spline }) => {
        const bent = toBase(spline, (value - shift) * exp(logScale));
        return [bent.value, bent.logSlope + logScale];
      }),
    toTarget: (z, c) =>
      along(z, moved, moves(z, c), (value, { shift, logScale, spline }) => {
        const straight = toTarget(spline, value);
        return [shift + straight.value * exp(-logScale), straight.logSlope - logScale];
      }),
  };
}

function along(
  from: Float64Array,
  moved: readonly number[],
  moves: readonly Move[],
  map: (value: number, move: Move) => readonly [value: number, logSlope: number],
): Mapped {
  const row = from.slice();
  let logDet = 0;
  moved.forEach((j, i) => {
    const [value, logSlope] = map(from[j]!, moves[i]!);
    row[j] = value;
    logDet += logSlope;
  });
  return { row, logDet };
}
