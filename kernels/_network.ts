// A whole network planned in one arena, and the instructions shared by training and log
// densities: packing, embedding, the join of θ and x.

import type { NetworkSpec } from "@likely/core";
import { Arena } from "./_arena.ts";
import type { Code } from "./_code.ts";
import { type Embedding, planEmbedding } from "./_embedding.ts";
import {
  emitForward,
  emitInputGradient,
  emitWeightGradient,
  type Layer,
  needScratch,
  type Plan,
  planLayer,
  type Rows,
  takeRows,
} from "./_layer.ts";
import { SCALE_ROWS, SUM_RUNS } from "./_opcodes.ts";
import { type Parameters, planParameters } from "./_parameters.ts";
import { joinLayer, planTrunk, type Slopes, type Trunk } from "./_trunk.ts";

/** What a network is planned for. */
export interface NetworkOptions {
  /** Most rows of x embedded at once. */
  readonly x: number;
  /** Most rows of x joined with θ at once. @default {x} */
  readonly seen?: number;
  /** Most pairs of θ and x. */
  readonly pairs: number;
  /** Weight gradients will be asked for. */
  readonly training: boolean;
  /** The score term will be asked for. */
  readonly score: boolean;
}

/** A network in an arena. */
export interface Network {
  readonly arena: Arena;
  readonly parameters: Parameters;
  readonly layers: readonly Layer[];
  readonly embedding: Embedding;
  readonly trunk: Trunk;
  /** Standardised θ, one row a pair. */
  readonly theta: Rows;
  /** `embedded x · Wx + b`, one row per x row. */
  readonly seen: Rows;
  /** θ-gradient of the output, and v of the score term. */
  readonly thetaGradient: Rows;
  readonly v: Rows;
  /** The join's two halves: from θ and from x. */
  readonly fromTheta: Layer;
  readonly fromX: Layer;
  /** Adjoint of the first sums, per pair and per x row. */
  readonly joint: Rows;
  readonly jointX: Rows;
  /** Per pair: output before the head, after it, its slope, the loss's slope in it. */
  readonly h: number;
  readonly out: number;
  readonly headSlope: number;
  readonly slope: number;
  /** Scratch for packed adjoints. */
  readonly scratch: number;
}

/** Plans the network; addresses of the weights' runs do not depend on the row counts. */
export function planNetwork(spec: NetworkSpec, options: NetworkOptions): Network {
  const { x, seen = x, pairs, training, score } = options;
  const arena = new Arena();
  arena.take("zeros", widest(spec));
  const parameters = planParameters(arena, spec, training);
  const scratch = { count: 0, at: 0 };
  const plan: Plan = { arena, parameters, layers: [], training, score, scratch };
  const { path, width } = joinLayer(spec.trunk);
  const hidden = spec.trunk.kind === "mlp" ? Math.max(...spec.trunk.hidden) : width;
  if (training) needScratch(plan, pairs, hidden);
  const embedding = planEmbedding(plan, spec, x);
  const scores = training && !score ? 0 : pairs;
  const vector = (name: string) => arena.take(name, pairs);
  const planned = {
    arena,
    parameters,
    layers: plan.layers,
    embedding,
    trunk: planTrunk(plan, spec.trunk, { pairs, scores: score ? x : 0 }),
    theta: takeRows(arena, "theta", pairs, spec.thetaDim),
    seen: takeRows(arena, "seen", seen, width),
    thetaGradient: takeRows(arena, "theta gradient", scores, spec.thetaDim),
    v: takeRows(arena, "v", score ? x : 0, spec.thetaDim),
    fromTheta: planLayer(plan, path, { fanIn: spec.thetaDim, fanOut: width, inputGradient: scores > 0 }),
    fromX: planLayer(plan, path, {
      fanIn: embedding.out.width,
      fanOut: width,
      skip: spec.thetaDim,
      inputGradient: training && spec.embedding !== undefined,
    }),
    joint: takeRows(arena, "joint", pairs, width),
    jointX: takeRows(arena, "joint x", training ? x : pairs, width),
    h: vector("h"),
    out: vector("out"),
    headSlope: vector("head slope"),
    slope: vector("slope"),
  };
  scratch.at = arena.take("scratch", scratch.count);
  return { ...planned, scratch: scratch.at };
}

/** Numbers in the widest row that starts from address 0. */
function widest({ xDim, thetaDim, embedding, trunk }: NetworkSpec): number {
  const trunkWidths = trunk.kind === "mlp" ? trunk.hidden : [trunk.width];
  const patch = embedding?.kind === "conv"
    ? embedding.kernel ** embedding.size.length * Math.max(embedding.channels, ...embedding.filters)
    : 0;
  const cells = embedding?.kind === "conv" ? xDim * Math.max(...embedding.filters) : 0;
  const layers = embedding?.kind === "conv"
    ? embedding.filters
    : [...(embedding?.hidden ?? []), ...(embedding?.kind === "set" ? embedding.each : [])];
  return Math.max(xDim, thetaDim, patch, cells, embedding?.out ?? 0, ...layers, ...trunkWidths) + 8;
}

/** Rows from the n-th on. */
export function rowsFrom(rows: Rows, n: number): Rows {
  return { ...rows, at: rows.at + n * rows.ld * 4 };
}

/** The embedding of n rows of x, and what it contributes to the first sums. */
export function emitSeen(code: Code, { embedding, fromX, seen }: Network, n: number): void {
  embedding.forward(code, n);
  emitForward(code, n, fromX, embedding.out, seen, { bias: true });
}

/** The first sums of atom-major pairs: n rows of x, each with `atoms` rows of θ. */
export function emitJoin(code: Code, network: Network, n: number, atoms: number): void {
  const { trunk: { first }, fromTheta, theta, seen } = network;
  for (let a = 0; a < atoms; a++) {
    emitForward(code, n, fromTheta, rowsFrom(theta, a * n), rowsFrom(first.z, a * n), { rows: seen });
  }
}

/** θ-gradient of the output at the first `count` pairs, from the trunk's backward pass. */
export function emitThetaGradient(code: Code, network: Network, count: number): void {
  emitInputGradient(code, count, network.fromTheta, network.trunk.first.d, network.thetaGradient);
}

/** Gradients of the join's weights and, unless told not to, of the embedding before it. */
export function emitJoinGradient(
  code: Code,
  network: Network,
  slopes: Slopes,
  n: number,
  embeds: boolean = true,
): void {
  const { trunk: { first }, fromTheta, fromX, theta, v, joint, jointX, embedding, scratch } = network;
  const { count, scores, slope } = slopes;
  const { ld } = joint;
  const columns = ld;
  code.emit(SCALE_ROWS, count, ld * 4, columns, joint.at, first.d.at, slope, first.e?.at ?? 0, scores);
  emitWeightGradient(code, count, fromTheta, theta, joint, { scratch, bias: false });
  if (scores > 0) emitWeightGradient(code, scores, fromTheta, v, first.d, { scratch, accumulate: true });
  code.emit(SUM_RUNS, n * ld, count / n, jointX.at, joint.at, n * ld * 4);
  emitWeightGradient(code, n, fromX, embedding.out, jointX, { scratch });
  if (embedding.adjoint.at === 0 || !embeds) return;
  emitInputGradient(code, n, fromX, jointX, embedding.adjoint);
  embedding.backward(code, n);
}
