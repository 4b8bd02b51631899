/**
 * Checks that a spec can be built: specs come from files too.
 *
 * @module
 */

import { requireInteger, requireLength, requirePositive } from "./check.ts";
import type { DensitySpec, MixedSpec } from "./density_spec.ts";
import { densityWidths } from "./density_widths.ts";
import { measuringHead } from "./measuring_head.ts";
import type { EmbeddingSpec, TrunkSpec } from "./network_parts.ts";
import type { FourierFeatures, HeadSpec, NetworkSpec, Spec } from "./spec.ts";
import { weightShapes } from "./weights.ts";

/** More weights than any surrogate of ours needs: 1 GiB of float32. */
const MOST_WEIGHTS = 2 ** 28;
const WIDEST = 2 ** 24;
const DEEPEST = 1024;
const MOST_TRANSFORMS = 64;
/** Every bin of a spline has a thousandth of its width and height at least. */
const MOST_BINS = 256;
/** Splits, ranks and factors are listed coordinate by coordinate before weights are counted. */
const MOST_COORDINATES = 4096;
/** Combinations of categories, each of which is an output. */
const MOST_CHOICES = 4096;
/** Numbers that an embedding's layer makes of one row: of every element of a set, of every cell of a grid. */
const MOST_UNITS = 2 ** 24;
const ACTION = "use a spec";
const EMBEDDED = "the row that is embedded";

/**
 * Requires a spec that describes a network or a density: known kinds, legal widths, sizes that multiply
 * out, and at most 2²⁸ weights, so that a hostile file cannot ask for gigabytes.
 *
 * @param spec Anything, for example parsed JSON.
 * @throws {TypeError} If a part is missing, unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range or sizes do not fit together.
 *
 * @example Usage
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { checkSpec } from "@likely/core";
 *
 * assertThrows(() => checkSpec({ kind: "transformer" }), TypeError, "spec.kind");
 * ```
 */
export function checkSpec(spec: unknown): asserts spec is Spec {
  // Every field is looked at below before it is trusted; the cast only names them.
  const named = requireObject("spec", spec) as unknown as Spec;
  requireOneOf("spec.kind", named.kind, ["network", "mdn", "maf", "nsf", "categorical", "mixed"]);
  requireWidth("spec.thetaDim", named.thetaDim);
  requireWidth("spec.xDim", named.xDim);
  if (named.kind === "network") checkNetwork(named);
  else if (named.kind === "mixed") checkMixed(named);
  else checkDensity(named);
  if (named.embedding !== undefined) {
    const { embedding, xDim } = named;
    checkEmbedding(
      requireObject("spec.embedding", embedding) as unknown as EmbeddingSpec,
      named.kind === "network" ? xDim : densityWidths(named).condition,
    );
  }
  requireInteger(ACTION, "its number of weights", countWeights(named), 1, MOST_WEIGHTS);
}

function checkNetwork(network: NetworkSpec): void {
  checkTrunk(requireObject("spec.trunk", network.trunk) as unknown as TrunkSpec);
  checkHead(requireObject("spec.head", network.head) as unknown as HeadSpec, network);
}

function checkDensity(density: DensitySpec): void {
  requireOneOf("spec.target", density.target, ["theta", "x"]);
  requireInteger(ACTION, `spec.${density.target}Dim`, densityWidths(density).target, 1, MOST_COORDINATES);
  if (density.kind === "categorical") {
    requireOneOf("spec.target", density.target, ["x"]);
    requireInteger(ACTION, "spec.xDim of a choice", density.xDim, 1, 1);
    requireInteger(ACTION, "spec.categories", density.categories, 1, MOST_CHOICES);
    return checkTrunk(requireObject("spec.trunk", density.trunk) as unknown as TrunkSpec);
  }
  if (density.kind === "mdn") requireInteger(ACTION, "spec.components", density.components, 1, WIDEST);
  else requireInteger(ACTION, "spec.transforms", density.transforms, 1, MOST_TRANSFORMS);
  if (density.kind === "maf") {
    checkActivation("spec", density.activation);
    return requireWidths("spec.hidden", density.hidden);
  }
  if (density.kind === "nsf") {
    requireInteger(ACTION, "spec.bins", density.bins, 1, MOST_BINS);
    requirePositive(ACTION, "spec.span", density.span);
  }
  checkTrunk(requireObject("spec.trunk", density.trunk) as unknown as TrunkSpec);
}

/** Requires parts that are of the columns that the whole says they are of. */
function checkMixed({ thetaDim, xDim, target, embedding, categories, choice, numbers }: MixedSpec): void {
  requireOneOf("spec.target", target, ["x"]);
  requireOneOf("spec.embedding", embedding ?? "none", ["none"]);
  if (!Array.isArray(categories)) {
    throw new TypeError("Cannot use a spec as spec.categories must be a list: current value is none");
  }
  requireLength(ACTION, "spec.categories", categories.length, xDim);
  const counts = categories.filter((count) => count !== null);
  counts.forEach((count) => requireInteger(ACTION, "a number in spec.categories", count, 1, MOST_CHOICES));
  requireInteger(ACTION, "the number of columns with categories", counts.length, 1);
  const combinations = counts.reduce((product, count) => product * count, 1);
  checkPart("spec.choice", choice, { kinds: ["categorical"], thetaDim, xDim: 1 });
  requireInteger(ACTION, "spec.choice.categories", choice.categories, combinations, combinations);
  if (counts.length === xDim) return requireOneOf("spec.numbers", numbers ?? "none", ["none"]);
  checkPart("spec.numbers", numbers, {
    kinds: ["mdn", "maf", "nsf"],
    thetaDim: thetaDim + counts.reduce((sum, count) => sum + count, 0),
    xDim: xDim - counts.length,
  });
}

interface PartSides {
  readonly kinds: readonly string[];
  readonly thetaDim: number;
  readonly xDim: number;
}

function checkPart(name: string, part: unknown, { kinds, thetaDim, xDim }: PartSides): void {
  // A part of a part is refused before it is followed.
  const { kind } = requireObject(name, part) as { readonly kind?: unknown };
  requireOneOf(`${name}.kind`, kind, kinds);
  checkSpec(part);
  requireOneOf(`${name}.target`, (part as MixedSpec).target, ["x"]);
  requireInteger(ACTION, `${name}.thetaDim`, part.thetaDim, thetaDim, thetaDim);
  requireInteger(ACTION, `${name}.xDim`, part.xDim, xDim, xDim);
}

function countWeights(spec: Spec): number {
  return Object.values(weightShapes(spec))
    .reduce((total, shape) => total + shape.reduce((product, size) => product * size, 1), 0);
}

function checkTrunk(trunk: TrunkSpec): void {
  requireOneOf("spec.trunk.kind", trunk.kind, ["mlp", "resnet"]);
  checkActivation("spec.trunk", trunk.activation);
  if (trunk.kind === "mlp") return requireWidths("spec.trunk.hidden", trunk.hidden);
  requireInteger(ACTION, "spec.trunk.blocks", trunk.blocks, 0, DEEPEST);
  requireWidth("spec.trunk.width", trunk.width);
}

function checkHead(head: HeadSpec, { xDim, embedding }: NetworkSpec): void {
  requireOneOf("spec.head.kind", head.kind, ["linear", "softplus", "quadratic", "absolute"]);
  if (head.kind === "softplus" || head.kind === "quadratic") {
    requirePositive(ACTION, "spec.head.scale", head.scale);
  }
  const measuring = measuringHead(head);
  if (!measuring) return;
  const { weights } = measuring;
  if (!Array.isArray(weights)) {
    throw new TypeError("Cannot use a spec as spec.head.weights must be a list: current value is none");
  }
  const features = head.kind === "quadratic" ? head.features : undefined;
  const width = features === undefined ? xDim : checkFeatures(features, xDim);
  requireLength(ACTION, "spec.head.weights", weights.length, width);
  weights.forEach((value, j) => requirePositive(ACTION, `spec.head.weights[${j}]`, value));
  if (embedding !== undefined) {
    throw new TypeError(
      `Cannot use a spec as a head of kind ${head.kind} must see x as it is: current embedding is ${embedding.kind}`,
    );
  }
}

/** Returns how many there are. */
function checkFeatures(features: FourierFeatures, xDim: number): number {
  const { element, frequencies, mean } = requireObject("spec.head.features", features) as FourierFeatures;
  requireWidth("spec.head.features.element", element);
  requireProduct("spec.xDim", xDim, element * Math.max(1, Math.floor(xDim / element)));
  requireOneOf("spec.head.features.mean", mean, ["of_products", "of_columns"]);
  const count = Array.isArray(frequencies) && Array.isArray(frequencies[0]) ? frequencies[0].length : 0;
  const isWhole = count > 0 && frequencies.length === element &&
    frequencies.every((column) => Array.isArray(column) && column.length === count);
  if (!isWhole) {
    throw new TypeError(
      `Cannot use a spec as spec.head.features.frequencies must be ${element} lists of one length: current value is ${
        JSON.stringify(frequencies)?.slice(0, 60)
      }`,
    );
  }
  frequencies.flat().forEach((value, i) =>
    requirePositive(ACTION, `spec.head.features.frequencies[${i}]`, value)
  );
  return (2 * count) ** element;
}

function checkEmbedding(embedding: EmbeddingSpec, seen: number): void {
  requireOneOf("spec.embedding.kind", embedding.kind, ["dense", "set", "conv"]);
  checkActivation("spec.embedding", embedding.activation);
  requireWidth("spec.embedding.out", embedding.out);
  switch (embedding.kind) {
    case "dense":
      return requireWidths("spec.embedding.hidden", embedding.hidden);
    case "set":
      requireWidth("spec.embedding.element", embedding.element);
      requireProduct(
        EMBEDDED,
        seen,
        embedding.element * Math.max(1, Math.floor(seen / embedding.element)),
      );
      requireWidths("spec.embedding.each", embedding.each, 1);
      requireUnits(seen / embedding.element, embedding.each);
      requireOneOf("spec.embedding.pool", embedding.pool, ["mean", "sum"]);
      return requireWidths("spec.embedding.hidden", embedding.hidden);
    case "conv":
      return checkConv(embedding, seen);
    default:
      embedding satisfies never;
  }
}

function checkConv(embedding: EmbeddingSpec & { readonly kind: "conv" }, seen: number): void {
  const { size, channels, filters, kernel, pool } = embedding;
  requireWidths("spec.embedding.size", size, 1, 2);
  requireWidth("spec.embedding.channels", channels);
  requireProduct(EMBEDDED, seen, size.reduce((product: number, length) => product * length, channels));
  requireWidths("spec.embedding.filters", filters, 1);
  requireInteger(ACTION, "spec.embedding.pool", pool, 1, WIDEST);
  requireInteger(ACTION, "spec.embedding.kernel", kernel, 1, DEEPEST);
  if (kernel % 2 === 0) {
    throw new RangeError(
      `Cannot use a spec as spec.embedding.kernel must be odd: current value is ${kernel}`,
    );
  }
  filters.forEach((filter, i) => requireUnits(seen / channels / pool ** (i * size.length), [filter]));
  const shortest = Math.min(...size) / pool ** filters.length;
  if (shortest < 1) {
    throw new RangeError(
      `Cannot use a spec as pooling ${filters.length} times by ${pool} must leave a cell: current size is ${size}`,
    );
  }
}

function requireUnits(times: number, widths: readonly number[]): void {
  const most = times * widths.reduce((a, b) => Math.max(a, b));
  if (most <= MOST_UNITS) return;
  throw new RangeError(
    `Cannot use a spec as a layer of spec.embedding must make at most ${MOST_UNITS} numbers of a row: current value is ` +
      Math.ceil(most),
  );
}

function checkActivation(where: string, activation: unknown): void {
  requireOneOf(`${where}.activation`, activation, ["silu", "tanh", "relu"]);
}

function requireObject(name: string, value: unknown): object {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new TypeError(
    `Cannot use a spec as ${name} must be an object: current value is ${JSON.stringify(value)}`,
  );
}

function requireOneOf(name: string, value: unknown, known: readonly string[]): void {
  if (typeof value === "string" && known.includes(value)) return;
  throw new TypeError(
    `Cannot use a spec as ${name} must be one of ${known.join(", ")}: current value is ${
      JSON.stringify(value)
    }`,
  );
}

function requireWidth(name: string, value: number): void {
  requireInteger(ACTION, name, value, 1, WIDEST);
}

function requireWidths(name: string, values: readonly number[], fewest = 0, most = DEEPEST): void {
  if (!Array.isArray(values) || values.length < fewest || values.length > most) {
    throw new TypeError(
      `Cannot use a spec as ${name} must be a list of ${fewest} to ${most} widths: current value is ${
        JSON.stringify(values)?.slice(0, 60)
      }`,
    );
  }
  values.forEach((value, i) => requireWidth(`${name}[${i}]`, value));
}

/** Requires that the row holds exactly what the embedding reads. */
function requireProduct(name: string, value: number, product: number): void {
  if (value === product) return;
  throw new RangeError(
    `Cannot use a spec as ${name} must fill its embedding's shape: ${value} is not ${product}`,
  );
}
