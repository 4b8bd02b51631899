/**
 * Weights by name: their shapes follow from the spec.
 *
 * @module
 */

import { byParts } from "./_parts.ts";
import { couplingSplit } from "./coupling_split.ts";
import type { DensitySpec, MafSpec, NsfSpec } from "./density_spec.ts";
import { densityWidths } from "./density_widths.ts";
import { measuringHead } from "./measuring_head.ts";
import type { EmbeddingSpec, TrunkSpec } from "./network_parts.ts";
import type { NetworkSpec, Spec } from "./spec.ts";

/** A float32 array with its shape, row-major. */
export interface Weight {
  /** Sizes of the axes. */
  readonly shape: readonly number[];
  /** `product(shape)` values. */
  readonly data: Float32Array;
}

/** Weights by name, in the order of {@linkcode weightShapes}. */
export type Weights = Readonly<Record<string, Weight>>;

/** Shapes by name while they are collected. */
type Shapes = Record<string, number[]>;

/**
 * Names and shapes of a spec's weights, in the order in which the network uses them.
 *
 * A dense layer at path P computes `y = x · W + b` with `P/weight` `[in, out]`, row-major, and
 * `P/bias` `[out]`. The paths:
 * - MLP trunk: `trunk/0`, `trunk/1`, …, `trunk/out`.
 * - ResNet trunk: `trunk/in`, then `trunk/block0/0`, `trunk/block0/1`, …, `trunk/out`.
 * - Dense embedding: `embedding/0`, …, `embedding/out`.
 * - Set embedding: `embedding/each/0`, … on each element, then as a dense embedding.
 * - Conv embedding: `embedding/conv0/weight` `[k, cin, cout]` (1-d) or `[k, k, cin, cout]`,
 *   `embedding/conv0/bias` `[cout]`, …, then `embedding/out` on the flattened pooled map
 *   (pooling drops what does not fill a window).
 *
 * The first layer of the trunk reads the row (θ, embedded x): θ's weights come first. Under a
 * quadratic or an absolute head it reads θ alone, and the way past the trunk is `skip/weight`
 * `[thetaDim, q]`, q the columns of x or its features. The last layer then has q + 1 columns under a
 * quadratic head, 2q under an absolute one.
 *
 * Density estimators have the embedding of their condition, and then, with D numbers in a row of the
 * target and C in a row of the embedded condition:
 * - `mdn`: a trunk as above that reads C numbers, and `skip/weight` `[C, K · D]`.
 * - `maf`: for every t `transform{t}/0`, …, `transform{t}/out`, layers that read the row (y, c), and
 *   `transform{t}/skip/weight` `[D + C, D]`.
 * - `nsf`: for every t the layers of a trunk, with `transform{t}/` in place of `trunk/`, that reads
 *   the row (kept y, c), and `transform{t}/skip/weight` `[kept + C, moved]`.
 *
 * @param spec The network; trusted, see {@linkcode checkSpec}.
 * @returns Shapes by weight name.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { weightShapes } from "@likely/core";
 *
 * const shapes = weightShapes({
 *   kind: "network",
 *   thetaDim: 2,
 *   xDim: 3,
 *   trunk: { kind: "mlp", hidden: [10], activation: "silu" },
 *   head: { kind: "linear" },
 * });
 * assertEquals(shapes, {
 *   "trunk/0/weight": [5, 10],
 *   "trunk/0/bias": [10],
 *   "trunk/out/weight": [10, 1],
 *   "trunk/out/bias": [1],
 * });
 * ```
 */
export function weightShapes(spec: Spec): Record<string, number[]> {
  if (spec.kind === "mixed") return byParts(spec, weightShapes);
  const shapes: Shapes = {};
  if (spec.kind !== "network") addDensity(shapes, spec);
  else addNetwork(shapes, spec);
  return shapes;
}

function addNetwork(shapes: Shapes, spec: NetworkSpec): void {
  const { thetaDim, xDim, embedding, trunk, head } = spec;
  const embedded = embedding ? addEmbedding(shapes, xDim, embedding) : xDim;
  const measuring = measuringHead(head);
  if (!measuring) return addTrunk(shapes, "trunk", trunk, [thetaDim + embedded, 1]);
  const { kind, weights: { length: q } } = measuring;
  addTrunk(shapes, "trunk", trunk, [thetaDim, kind === "quadratic" ? q + 1 : 2 * q]);
  shapes["skip/weight"] = [thetaDim, q];
}

function addDensity(shapes: Shapes, spec: DensitySpec): void {
  const { target, condition, context } = densityWidths(spec);
  if (spec.embedding) addEmbedding(shapes, condition, spec.embedding);
  if (spec.kind === "categorical") return addTrunk(shapes, "trunk", spec.trunk, [context, spec.categories]);
  if (spec.kind === "mdn") {
    const { components, trunk } = spec;
    addTrunk(shapes, "trunk", trunk, [context, components * (1 + 2 * target + target * (target - 1) / 2)]);
    shapes["skip/weight"] = [context, components * target];
    return;
  }
  for (let t = 0; t < spec.transforms; t++) {
    if (spec.kind === "maf") addMasked(shapes, spec, t);
    else addCoupled(shapes, spec, t);
  }
}

function addMasked(shapes: Shapes, spec: MafSpec, t: number): void {
  const { target, context } = densityWidths(spec);
  const path = `transform${t}`;
  const width = addStack(shapes, path, target + context, spec.hidden);
  addDense(shapes, `${path}/out`, width, 2 * target);
  shapes[`${path}/skip/weight`] = [target + context, target];
}

function addCoupled(shapes: Shapes, spec: NsfSpec, t: number): void {
  const { target, context } = densityWidths(spec);
  const { kept, moved } = couplingSplit(target, t);
  const fanIn = kept.length + context;
  addTrunk(shapes, `transform${t}`, spec.trunk, [fanIn, moved.length * (3 * spec.bins + 1)]);
  shapes[`transform${t}/skip/weight`] = [fanIn, moved.length];
}

function addDense(shapes: Shapes, path: string, fanIn: number, fanOut: number): number {
  shapes[`${path}/weight`] = [fanIn, fanOut];
  shapes[`${path}/bias`] = [fanOut];
  return fanOut;
}

/** Hidden layers `path/0`, `path/1`, …; returns the last width. */
function addStack(shapes: Shapes, path: string, fanIn: number, widths: readonly number[]): number {
  return widths.reduce((width, next, i) => addDense(shapes, `${path}/${i}`, width, next), fanIn);
}

function addTrunk(
  shapes: Shapes,
  path: string,
  trunk: TrunkSpec,
  [fanIn, fanOut]: readonly [number, number],
): void {
  switch (trunk.kind) {
    case "mlp":
      addDense(shapes, `${path}/out`, addStack(shapes, path, fanIn, trunk.hidden), fanOut);
      return;
    case "resnet":
      addDense(shapes, `${path}/in`, fanIn, trunk.width);
      for (let i = 0; i < trunk.blocks; i++) {
        addStack(shapes, `${path}/block${i}`, trunk.width, [trunk.width, trunk.width]);
      }
      addDense(shapes, `${path}/out`, trunk.width, fanOut);
      return;
    default:
      trunk satisfies never;
  }
}

function addEmbedding(shapes: Shapes, dim: number, embedding: EmbeddingSpec): number {
  switch (embedding.kind) {
    case "dense":
      return addDense(
        shapes,
        "embedding/out",
        addStack(shapes, "embedding", dim, embedding.hidden),
        embedding.out,
      );
    case "set": {
      const pooled = addStack(shapes, "embedding/each", embedding.element, embedding.each);
      return addDense(
        shapes,
        "embedding/out",
        addStack(shapes, "embedding", pooled, embedding.hidden),
        embedding.out,
      );
    }
    case "conv": {
      const { size, kernel, pool } = embedding;
      let cells: readonly number[] = size;
      let channels = embedding.channels;
      embedding.filters.forEach((filters, i) => {
        shapes[`embedding/conv${i}/weight`] = [...size.map(() => kernel), channels, filters];
        shapes[`embedding/conv${i}/bias`] = [filters];
        channels = filters;
        cells = cells.map((length) => Math.floor(length / pool));
      });
      const flat = cells.reduce((product, length) => product * length, channels);
      return addDense(shapes, "embedding/out", flat, embedding.out);
    }
    default:
      return embedding satisfies never;
  }
}
