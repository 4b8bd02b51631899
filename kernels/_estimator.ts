// A whole density estimator planned in one arena.

import { type DensitySpec, densityWidths, weightShapes } from "@likely/core";
import { Arena, padded } from "./_arena.ts";
import type { Code } from "./_code.ts";
import { planCategorical } from "./_categorical.ts";
import { planCoupledFlow } from "./_coupled_flow.ts";
import type { Embedding } from "./_embedding.ts";
import type { Flow } from "./_flow.ts";
import { contextOf, type FlowRows } from "./_flow_rows.ts";
import { type Layer, type Plan, type Room, type Rows, takeRows } from "./_layer.ts";
import { planMaskedFlow } from "./_masked_flow.ts";
import { planMixtureFlow } from "./_mixture_flow.ts";
import { COPY_RUNS } from "./_opcodes.ts";
import { outputParts } from "./_output_parts.ts";
import { type Parameters, planParameters } from "./_parameters.ts";
import { embeddedWidth, type EmbeddingSource, planEmbedding } from "./_plan_embedding.ts";

/** What an estimator is planned for. */
export interface EstimatorOptions extends Room {
  /** Most rows of targets and contexts. */
  readonly rows: number;
  /** Most conditions embedded at once, where there is an embedding. */
  readonly embedded: number;
  /** Weight gradients will be asked for. */
  readonly training: boolean;
  /** Gradients with respect to conditions that are embedded will be asked for. @default {false} */
  readonly inputs?: boolean;
}

/** An estimator in an arena. */
export interface Estimator {
  readonly arena: Arena;
  readonly parameters: Parameters;
  readonly layers: readonly Layer[];
  /** What makes contexts of conditions; absent where they are the same. */
  readonly embedding: Embedding | undefined;
  readonly io: FlowRows;
  readonly flow: Flow;
}

/** Plans the estimator; addresses of the weights' runs do not depend on the row counts. */
export function planEstimator(spec: DensitySpec, options: EstimatorOptions): Estimator {
  const { rows, embedded, training, inputs = false, roomy = false } = options;
  const arena = new Arena();
  arena.take("zeros", widest(spec));
  const parameters = planParameters(arena, spec, training);
  const scratch = { count: 0, at: 0 };
  const general: Plan = { arena, parameters, layers: [], training, inputs, roomy, score: false, scratch };
  const plan: Plan = { ...general, gradientRows: training ? rows : 0 };
  const embedding = spec.embedding && planEmbedding(general, sourceOf(spec), embedded);
  const { target, context } = densityWidths(spec);
  // What is written behind a context in whole vectors must stay within its row.
  const width = target + padded(context);
  const io: FlowRows = {
    rows: takeRows(arena, "rows", rows, width),
    adjoint: takeRows(arena, "rows d", rows, width),
    target,
    context,
    values: arena.take("values", 2 * rows),
    most: rows,
  };
  const flow = planFlow(plan, spec, io);
  scratch.at = arena.take("scratch", scratch.count);
  return { arena, parameters, layers: plan.layers, embedding, io, flow };
}

function planFlow(plan: Plan, spec: DensitySpec, io: FlowRows): Flow {
  switch (spec.kind) {
    case "maf":
      return planMaskedFlow(plan, spec, io);
    case "nsf":
      return planCoupledFlow(plan, spec, io);
    case "mdn":
      return planMixtureFlow(plan, spec, io);
    case "categorical":
      return planCategorical(plan, spec, io);
    default:
      return spec satisfies never;
  }
}

function sourceOf(spec: DensitySpec): EmbeddingSource {
  return { embedding: spec.embedding, width: densityWidths(spec).condition };
}

/** Numbers in the widest row that starts from address 0. */
function widest(spec: DensitySpec): number {
  const layers = Object.values(weightShapes(spec)).flat();
  const outputs = outputParts(spec)?.reduce((sum, width) => sum + padded(width), 0) ?? 0;
  return Math.max(embeddedWidth(sourceOf(spec)), outputs, ...layers) + 8;
}

/** Where standardised targets go. */
export function targetOf({ io }: Estimator): Rows {
  return { ...io.rows, width: io.target };
}

/** Where standardised conditions go. */
export function conditionOf({ io, embedding }: Estimator): Rows {
  return embedding?.input ?? contextOf(io);
}

/** Embeds conditions and puts them behind the targets of the same rows. */
export function emitEmbedded(code: Code, { io, embedding }: Estimator, count: number): void {
  if (!embedding) return;
  const { out } = embedding;
  embedding.forward(code, count);
  emitColumns(code, count, out, contextOf(io));
}

/** From adjoints of contexts to gradients of the embedding's weights. */
export function emitEmbeddedBack(code: Code, { io, embedding }: Estimator, count: number): void {
  if (!embedding) return;
  emitColumns(code, count, contextOf({ ...io, rows: io.adjoint }), embedding.adjoint);
  embedding.backward(code, count);
}

function emitColumns(code: Code, count: number, from: Rows, to: Rows): void {
  code.emit(COPY_RUNS, count, 1, to.width, to.at, to.ld * 4, 0, from.at, from.ld * 4, 0);
}
