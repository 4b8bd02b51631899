// A whole network planned in one arena, and the instructions shared by training and log
// densities: packing, embedding, the join of θ and x.

import { measuringHead, type NetworkSpec } from "@likely/core";
import { Arena } from "./_arena.ts";
import type { Code } from "./_code.ts";
import type { Embedding } from "./_embedding.ts";
import { embeddedWidth, type EmbeddingSource, planEmbedding } from "./_plan_embedding.ts";
import {
  emitForward,
  emitInputGradient,
  emitWeightGradient,
  type Layer,
  needScratch,
  type Plan,
  planLayer,
  type Room,
  type Rows,
  rowsFrom,
  takeRows,
} from "./_layer.ts";
import { type Measure, measuredWidth, planMeasure } from "./_measure.ts";
import { COPY_RUNS, SCALE_ROWS, SCATTER_ROWS, SUM_RUNS } from "./_opcodes.ts";
import { planDot, type Slopes } from "./_output.ts";
import { type Parameters, planParameters } from "./_parameters.ts";
import { joinLayer, planTrunk, type Trunk, widthBeforeOutput } from "./_trunk.ts";

/** What a network is planned for. */
export interface NetworkOptions extends Room {
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
  /** `embedded x · Wx + b`, one row per x row; embedded x itself under a measuring head. */
  readonly seen: Rows;
  /** θ-gradient of the output, and v of the score term. */
  readonly thetaGradient: Rows;
  readonly v: Rows;
  /** The join's two halves: from θ and from x. The latter is absent where the head measures. */
  readonly fromTheta: Layer;
  readonly fromX: Layer | undefined;
  /** What measures x from what θ makes, if the head does. */
  readonly measure: Measure | undefined;
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
  const { x, pairs, training, score, roomy = false } = options;
  const arena = new Arena();
  arena.take("zeros", widest(spec));
  const parameters = planParameters(arena, spec, training);
  const scratch = { count: 0, at: 0 };
  const plan: Plan = { arena, parameters, layers: [], training, score, roomy, scratch };
  if (training) needScratch(plan, pairs, Math.max(...widthsOf(spec.trunk)));
  const embedding = planEmbedding(plan, sourceOf(spec), x);
  const scores = training && !score ? 0 : pairs;
  const vector = (name: string) => arena.take(name, pairs);
  const theta = takeRows(arena, "theta", pairs, spec.thetaDim);
  const h = vector("h");
  const head = measuringHead(spec.head);
  const before = widthBeforeOutput(spec.trunk);
  const measure = head && planMeasure(plan, { spec, head, width: before, theta, rows: pairs });
  const output = measure ?? planDot(plan, before, h);
  const planned = {
    arena,
    parameters,
    layers: plan.layers,
    embedding,
    measure,
    trunk: planTrunk(plan, spec.trunk, output, { pairs, scores: score ? x : 0 }),
    theta,
    thetaGradient: takeRows(arena, "theta gradient", scores, spec.thetaDim),
    v: takeRows(arena, "v", score ? x : 0, spec.thetaDim),
    ...planJoin(plan, spec, options, { embedding, measure }),
    h,
    out: vector("out"),
    headSlope: vector("head slope"),
    slope: vector("slope"),
  };
  scratch.at = arena.take("scratch", scratch.count);
  return { ...planned, scratch: scratch.at };
}

/** What is embedded: x, and where nothing else is said features of it may take its place. */
function sourceOf({ embedding, xDim, head }: NetworkSpec): EmbeddingSource {
  const features = head.kind === "quadratic" ? head.features : undefined;
  return { embedding, width: xDim, features };
}

type Join = Pick<Network, "seen" | "fromTheta" | "fromX" | "joint" | "jointX">;

/** Where θ and x meet: in the first sums, or under a head that measures only there. */
function planJoin(
  plan: Plan,
  spec: NetworkSpec,
  { x, seen, pairs, training, score }: NetworkOptions,
  { embedding, measure }: Pick<Network, "embedding" | "measure">,
): Join {
  const { arena } = plan;
  const { path, width } = joinLayer(spec.trunk);
  const { thetaDim } = spec;
  const { out } = embedding;
  const fromTheta = planLayer(plan, path, {
    fanIn: thetaDim,
    fanOut: width,
    inputGradient: !training || score,
  });
  if (measure) {
    const none = takeRows(arena, "no joint", 0, width);
    const rows = seen === undefined ? out : takeRows(arena, "seen", seen, out.width);
    return { seen: rows, fromTheta, fromX: undefined, joint: none, jointX: none };
  }
  const inputGradient = training && spec.embedding !== undefined;
  return {
    seen: takeRows(arena, "seen", seen ?? x, width),
    fromTheta,
    fromX: planLayer(plan, path, { fanIn: out.width, fanOut: width, skip: thetaDim, inputGradient }),
    joint: takeRows(arena, "joint", pairs, width),
    jointX: takeRows(arena, "joint x", training ? x : pairs, width),
  };
}

function widthsOf(trunk: NetworkSpec["trunk"]): readonly number[] {
  return trunk.kind === "mlp" ? trunk.hidden : [trunk.width];
}

/** Numbers in the widest row that starts from address 0. */
function widest(spec: NetworkSpec): number {
  const { thetaDim, trunk } = spec;
  return Math.max(thetaDim, embeddedWidth(sourceOf(spec)), measuredWidth(spec), ...widthsOf(trunk)) + 8;
}

/** The embedding of n rows of x, and what it contributes to the first sums. */
export function emitSeen(code: Code, { embedding, fromX, seen }: Network, n: number): void {
  const { out } = embedding;
  embedding.forward(code, n);
  if (fromX) emitForward(code, n, fromX, out, seen, { bias: true });
  else if (seen !== out) {
    code.emit(COPY_RUNS, n, 1, out.ld, seen.at, seen.ld * 4, 0, out.at, out.ld * 4, 0);
  }
}

/** The first sums of atom-major pairs: n rows of x, each with `atoms` rows of θ. */
export function emitJoin(code: Code, network: Network, n: number, atoms: number): void {
  const { trunk: { first }, fromTheta, theta, seen, measure } = network;
  if (measure) return emitForward(code, n * atoms, fromTheta, theta, first.z, { bias: true });
  for (let a = 0; a < atoms; a++) {
    emitForward(code, n, fromTheta, rowsFrom(theta, a * n), rowsFrom(first.z, a * n), { rows: seen });
  }
}

/** θ-gradient of the output at the first `count` pairs, from the trunk's backward pass. */
export function emitThetaGradient(code: Code, network: Network, count: number): void {
  emitInputGradient(code, count, network.fromTheta, network.trunk.first.d, network.thetaGradient);
}

/** What the gradients before the join are of. */
export interface JoinRows {
  /** Rows of x. */
  readonly n: number;
  /** Where the places of pairs are listed, if they are some of all. */
  readonly index?: number;
  /** Whether the embedding's gradients are made, too. @default {true} */
  readonly embeds?: boolean;
}

/** Gradients of the join's weights and, unless told not to, of the embedding before it. */
export function emitJoinGradient(
  code: Code,
  network: Network,
  slopes: Slopes,
  { n, index, embeds = true }: JoinRows,
): void {
  const { trunk: { first }, fromTheta, fromX, theta, v, joint, jointX, embedding, scratch } = network;
  const { count, scores, slope } = slopes;
  if (!fromX) return emitWeightGradient(code, count, fromTheta, theta, first.d, { scratch, scale: slope });
  const { ld } = joint;
  const columns = ld;
  code.emit(SCALE_ROWS, count, ld * 4, columns, joint.at, first.d.at, slope, first.e?.at ?? 0, scores);
  emitWeightGradient(code, count, fromTheta, theta, joint, { scratch, bias: false });
  if (scores > 0) emitWeightGradient(code, scores, fromTheta, v, first.d, { scratch, accumulate: true });
  if (index !== undefined) code.emit(SCATTER_ROWS, count, ld, n, jointX.at, joint.at, ld * 4, index);
  else code.emit(SUM_RUNS, n * ld, count / n, jointX.at, joint.at, n * ld * 4);
  emitWeightGradient(code, n, fromX, embedding.out, jointX, { scratch });
  if (embedding.adjoint.at === 0 || !embeds) return;
  emitInputGradient(code, n, fromX, jointX, embedding.adjoint);
  embedding.backward(code, n);
}
