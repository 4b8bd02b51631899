// Embeddings of x as instructions.

import type { DenseEmbedding, EmbeddingSpec, FourierFeatures, SetEmbedding } from "@likely/core";
import { padded } from "./_arena.ts";
import { float } from "./_code.ts";
import { planConv } from "./_conv.ts";
import type { Embedding } from "./_embedding.ts";
import { planFeatures } from "./_features.ts";
import { goesBack, type Plan, type Rows, takeRows } from "./_layer.ts";
import { POOL_ROWS, SPREAD_ROWS } from "./_opcodes.ts";
import { type Piece, planStack } from "./_stack.ts";

/** What is embedded, and how. */
export interface EmbeddingSource {
  readonly embedding: EmbeddingSpec | undefined;
  /** Numbers in a row. */
  readonly width: number;
  /** What takes the place of an embedding. */
  readonly features?: FourierFeatures | undefined;
}

/** Numbers in the widest row that an embedding meets. */
export function embeddedWidth({ embedding, width }: EmbeddingSource): number {
  if (!embedding) return width;
  const { out } = embedding;
  if (embedding.kind !== "conv") {
    const each = embedding.kind === "set" ? embedding.each : [];
    return Math.max(width, out, ...embedding.hidden, ...each);
  }
  const { kernel, size, channels, filters } = embedding;
  const patch = kernel ** size.length * Math.max(channels, ...filters);
  return Math.max(width * Math.max(...filters), patch, out);
}

/** Plans the embedding of at most `rows` rows of x; without one x itself is the embedding. */
export function planEmbedding(plan: Plan, source: EmbeddingSource, rows: number): Embedding {
  const { embedding, width: xDim, features } = source;
  switch (embedding?.kind) {
    case undefined:
      if (!features) return identity(plan, xDim, rows);
      return planFeatures(plan, features, xDim, rows);
    case "dense":
      return planDense(plan, embedding, xDim, rows);
    case "set":
      return planSet(plan, embedding, xDim, rows);
    case "conv":
      return planConv(plan, embedding, rows);
    default:
      return embedding satisfies never;
  }
}

function identity({ arena }: Plan, xDim: number, rows: number): Embedding {
  const input = takeRows(arena, "x", rows, xDim);
  // Nobody asks for the gradient in raw x.
  const adjoint = { at: 0, width: xDim, ld: input.ld };
  return { input, perRow: 1, out: input, adjoint, forward: () => {}, backward: () => {} };
}

function planDense(plan: Plan, embedding: DenseEmbedding, xDim: number, rows: number): Embedding {
  const input = takeRows(plan.arena, "x", rows, xDim);
  const inputAdjoint = plan.inputs ? takeRows(plan.arena, "x d", rows, xDim) : undefined;
  return { input, perRow: 1, inputAdjoint, ...planTail(plan, embedding, rows, input, inputAdjoint) };
}

/** The hidden layers `embedding/0`, …, then `embedding/out`. */
function planTail(
  plan: Plan,
  { hidden, out, activation }: DenseEmbedding | SetEmbedding,
  rows: number,
  from: Rows,
  fromAdjoint?: Rows,
): Piece {
  return planStack(plan, {
    paths: [...hidden.map((_, i) => `embedding/${i}`), "embedding/out"],
    widths: [...hidden, out],
    activation,
    activateLast: false,
    rows,
    from,
    ...(fromAdjoint && { fromAdjoint }),
  });
}

function planSet(plan: Plan, embedding: SetEmbedding, xDim: number, rows: number): Embedding {
  const { element, each, pool, activation } = embedding;
  const m = xDim / element;
  const ld = padded(element);
  const input = { at: plan.arena.take("x", rows * m * ld), width: element, ld };
  const inputAdjoint = plan.inputs ? { ...input, at: plan.arena.take("x d", rows * m * ld) } : undefined;
  const elements = planStack(plan, {
    paths: each.map((_, i) => `embedding/each/${i}`),
    widths: each,
    activation,
    activateLast: true,
    rows: rows * m,
    from: input,
    fromAdjoint: inputAdjoint,
  });
  const { width } = elements.out;
  const pooled = takeRows(plan.arena, "pooled", rows, width);
  const pooledAdjoint = takeRows(plan.arena, "pooled d", goesBack(plan) ? rows : 0, width);
  const tail = planTail(plan, embedding, rows, pooled, pooledAdjoint);
  const share = float(pool === "mean" ? 1 / m : 1);
  const row = pooled.ld * 4;
  return {
    input,
    perRow: m,
    inputAdjoint,
    out: tail.out,
    adjoint: tail.adjoint,
    forward: (code, count) => {
      elements.forward(code, count * m);
      code.emit(POOL_ROWS, count, m, row, share, pooled.at, elements.out.at);
      tail.forward(code, count);
    },
    backward: (code, count) => {
      tail.backward(code, count);
      code.emit(SPREAD_ROWS, count, m, row, share, elements.adjoint.at, pooledAdjoint.at);
      elements.backward(code, count * m);
    },
  };
}
