// What is known about a cost before training: its size, and its shape in x.

import {
  type Dataset,
  type Distance,
  type EmbeddingSpec,
  type FourierFeatures,
  type HeadSpec,
  type Points,
  points,
  standardisation,
} from "@likely/core";
import type { CostStructure } from "./cost_structure.ts";
import { gaussHermite, type Quadrature } from "./_gauss_hermite.ts";

/** What the shape depends on. */
export interface HeadChoice {
  readonly structure?: CostStructure;
  readonly embedding?: EmbeddingSpec;
  readonly distance: Distance;
  /** The mean distance of simulations. */
  readonly scale: number;
}

/** Chooses the head: of the shape that the cost is known to have, where it has one and may. */
export function costHead(dataset: Dataset, options: HeadChoice): HeadSpec {
  const { structure = "auto", distance, embedding, scale } = options;
  const { failed } = dataset;
  requireStructure(structure, { distance, failed, ...(embedding && { embedding }) });
  const isKnown = structure !== "free" && embedding === undefined && failed === 0;
  const head = isKnown ? shape(dataset, distance, scale) : undefined;
  if (head && (structure === "auto" || structure === head.kind)) return head;
  if (structure === "auto" || structure === "free") return { kind: "softplus", scale };
  throw unfit(structure, { distance, failed });
}

/** What a structure depends on that may be known before there are data. */
type StructureChoice = Pick<HeadChoice, "embedding" | "distance"> & { readonly failed: number };

/** Requires that a cost may have the structure, as far as that is known without data. */
export function requireStructure(structure: CostStructure, choice: StructureChoice): void {
  if (structure === "auto" || structure === "free") return;
  const { distance: { name }, embedding, failed } = choice;
  const isOfKind = structure === "absolute" ? name === "mae" : name === "mse" || name === "mmd";
  if (!isOfKind || embedding !== undefined || failed > 0) throw unfit(structure, choice);
}

function unfit(structure: keyof typeof DISTANCES, choice: StructureChoice): TypeError {
  const { distance, embedding, failed } = choice;
  return new TypeError(
    `Cannot train a cost of structure "${structure}" as the distance must be ${DISTANCES[structure]}, ` +
      `x not embedded, and no simulation failed: current value is "${distance.name}", ` +
      `${embedding?.kind ?? "not embedded"}, ${failed} failed`,
  );
}

const DISTANCES = { quadratic: '"mse" or a low-dimensional "mmd"', absolute: '"mae"' };

function shape(dataset: Dataset, distance: Distance, scale: number): HeadSpec | undefined {
  if (distance.name !== "mae") return paraboloid(dataset, distance, scale);
  const { x } = dataset;
  const unit = (j: number) => distance.options[`scale${j}`] as number;
  return { kind: "absolute", weights: standardisation(x).std.map((std, j) => std / unit(j) / x.dim) };
}

function paraboloid({ x }: Dataset, { name, options }: Distance, scale: number): HeadSpec | undefined {
  if (name === "mse") {
    // In standardised x, differences must be given their size back.
    return { kind: "quadratic", weights: standardisation(x).std.map((std) => std ** 2 / x.dim), scale };
  }
  if (name !== "mmd") return undefined;
  const { element, bandwidth, kernel } = options as { element: number; bandwidth: number; kernel: string };
  const rule = kernelRule(REACH * largestRange(x, element) / bandwidth);
  if (!rule || (2 * rule.nodes.length) ** element > MOST_FEATURES) return undefined;
  // As training standardises sets: all elements alike.
  const { std } = standardisation(points(x.data, element));
  const features: FourierFeatures = {
    element,
    frequencies: std.map((s) => Array.from(rule.nodes, (node) => node * s / bandwidth)),
    mean: kernel === "gaussian" ? "of_products" : "of_columns",
  };
  return { kind: "quadratic", weights: productWeights(rule.weights, element), features, scale };
}

/**
 * Frequencies ω and weights with `exp(−Δ²/2) = Σ weight · cos(ωΔ)` for |Δ| up to `reach`, to four
 * decimals: a Gaussian kernel is the mean cosine of normal frequencies (Bochner's theorem).
 */
function kernelRule(reach: number): Quadrature | undefined {
  for (let n = 4; n <= 80; n += 2) {
    const { nodes, weights } = gaussHermite(n);
    const kept = weights.map((_, i) => i).filter((i) => weights[i]! > 1e-5);
    const rule = { nodes: kept.map((i) => nodes[i]!), weights: kept.map((i) => weights[i]!) };
    const isClose = Array.from({ length: 101 }, (_, k) => k * reach / 100).every((delta) => {
      const sum = rule.nodes.reduce((s, node, i) => s + rule.weights[i]! * Math.cos(node * delta), 0);
      return Math.abs(sum - Math.exp(-delta * delta / 2)) < 1e-4;
    });
    if (isClose) return rule;
  }
  return undefined;
}

/** The weight of each product of one feature a column, the last column's running fastest. */
function productWeights(weights: Float64Array, element: number): number[] {
  const column = [...weights, ...weights];
  let products = [1];
  for (let k = 0; k < element; k++) products = products.flatMap((a) => column.map((b) => a * b));
  return products;
}

function largestRange({ data, dim }: Points, element: number): number {
  const [low, high] = [new Float64Array(element).fill(Infinity), new Float64Array(element).fill(-Infinity)];
  data.forEach((value, k) => {
    const column = (k % dim) % element;
    low[column] = Math.min(low[column]!, value);
    high[column] = Math.max(high[column]!, value);
  });
  return high.reduce((most, value, k) => Math.max(most, value - low[k]!), 0);
}

// Observations may lie this much farther apart than simulations do.
const REACH = 1.3;

const MOST_FEATURES = 1024;
