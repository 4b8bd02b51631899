// Values at points θ, with θ-gradients where they are asked for, as instructions.

import type { NetworkSpec } from "@likely/core";
import type { Code } from "./_code.ts";
import { emitForward, emitInputGradient, type Rows, rowsFrom } from "./_layer.ts";
import { emitHead } from "./_loss_program.ts";
import type { Measure } from "./_measure.ts";
import type { Network } from "./_network.ts";
import { SCALE_ROWS, SUM_RUNS } from "./_opcodes.ts";
import { emitBackward, emitTrunk } from "./_trunk.ts";

/** Which program. */
export interface DensityOptions {
  /** Points. */
  readonly n: number;
  /** Rows of x whose outputs are added up. */
  readonly observations: number;
  /** Each point has a row of x of its own. */
  readonly apart: boolean;
  /** θ-gradients are asked for. */
  readonly gradient: boolean;
}

/** The program of one call; pairs lie one x row after another. */
export function emitDensity(
  code: Code,
  spec: NetworkSpec,
  network: Network,
  options: DensityOptions,
): void {
  const { measure } = network;
  if (measure) emitMeasured(code, network, measure, options);
  else emitJoined(code, spec, network, options);
}

/** Where the values are. */
export function valuesOf({ head }: NetworkSpec, { h, out }: Network): number {
  return head.kind === "linear" ? h : out;
}

/** The trunk sees each point once, whatever the rows of x. */
function emitMeasured(code: Code, network: Network, measure: Measure, options: DensityOptions): void {
  const { trunk, fromTheta, theta, thetaGradient, out } = network;
  const { n, observations, gradient } = options;
  const keep = { count: n, slopes: gradient, bends: 0 };
  emitForward(code, n, fromTheta, theta, trunk.first.z, { bias: true });
  emitTrunk(code, trunk, keep);
  for (let j = 0; j < observations; j++) {
    const slopes = gradient ? j > 0 ? "add" : "set" : "none";
    measure.measure(code, {
      count: n,
      first: 0,
      seen: seenBy(network, options, j),
      out: out + j * n * 4,
      slopes,
    });
  }
  if (!gradient) return;
  emitBackward(code, trunk, keep);
  emitInputGradient(code, n, fromTheta, trunk.first.d, thetaGradient);
  measure.addThetaGradient(code, n, thetaGradient);
}

/** Each row of x joins each point. */
function emitJoined(code: Code, spec: NetworkSpec, network: Network, options: DensityOptions): void {
  const { trunk, fromTheta, theta, thetaGradient, joint, jointX, headSlope } = network;
  const { n, observations, gradient } = options;
  const count = n * observations;
  for (let j = 0; j < observations; j++) {
    const rows = seenBy(network, options, j);
    emitForward(code, n, fromTheta, theta, rowsFrom(trunk.first.z, j * n), { rows });
  }
  emitTrunk(code, trunk, { count, slopes: gradient, bends: 0 });
  emitHead(code, spec, network, count);
  if (!gradient) return;
  emitBackward(code, trunk, { count, slopes: true, bends: 0 });
  let adjoint = trunk.first.d;
  const { ld } = adjoint;
  if (spec.head.kind === "softplus") {
    code.emit(SCALE_ROWS, count, ld * 4, ld, joint.at, adjoint.at, headSlope, 0, 0);
    adjoint = joint;
  }
  if (observations > 1) {
    code.emit(SUM_RUNS, n * ld, observations, jointX.at, adjoint.at, n * ld * 4);
    adjoint = jointX;
  }
  emitInputGradient(code, n, fromTheta, adjoint, thetaGradient);
}

/** What the points see of x: row j for all of them, or each its own. */
function seenBy({ seen }: Network, { apart }: DensityOptions, j: number): Rows {
  return apart ? seen : { ...rowsFrom(seen, j), ld: 0 };
}
