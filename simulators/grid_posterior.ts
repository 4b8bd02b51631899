/**
 * Exact posteriors in a box of one or two dimensions: every cell of a grid is tried.
 *
 * @module
 */

import { foldIn, type Key, type Points, type Prior, row, stream, zeros } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import type { ExactPosterior } from "./cost_task.ts";

const ACTION = "build a grid posterior";

/** Options of {@linkcode gridPosterior}. */
export interface GridPosteriorOptions {
  /**
   * Cells along each dimension to begin with: a peak must not hide between their middles.
   *
   * @default {100}
   */
  readonly cells?: number;
  /**
   * Cells are halved in every dimension, those without probability left out, as long as there are no
   * more than this.
   *
   * @default {50_000}
   */
  readonly maxNodes?: number;
}

/** A posterior on a grid: expectations are sums over its nodes. */
export interface GridPosterior extends ExactPosterior {
  /** `[m, d]`: the middles of the cells, all of one size. */
  readonly nodes: Points;
  /** `[m]`: the probability of each cell; they add up to 1. */
  readonly weights: Float64Array;
}

/**
 * Normalises `exp(logFit(θ)) p(θ)` by the midpoint rule over the prior's box, in cells that become
 * smaller as long as few of them matter.
 *
 * Right to second order in the width of a cell. Draws are uniform within a cell.
 *
 * @param prior The prior; its support must be a box with finite ends.
 * @param logFit Log-likelihood, or −β times a cost, `[n]` for `[n, d]` rows, in nats; NaN counts
 * as −∞.
 * @param options The number of cells.
 * @returns The posterior.
 * @throws {RangeError} If the support is not bounded, there are more than 10⁷ cells to begin with, or
 * the density is 0 or infinite at every node.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { independent, uniform } from "@likely/core";
 * import { gridPosterior } from "@likely/simulators";
 *
 * const prior = independent({ theta: uniform(0, 1) });
 * const { nodes, weights } = gridPosterior(prior, (theta) => theta.data.map(Math.log));
 * // The density 2 θ has mean 2/3.
 * assertAlmostEquals(weights.reduce((sum, w, i) => sum + w * nodes.data[i]!, 0), 2 / 3, 1e-5);
 * ```
 */
export function gridPosterior(
  prior: Prior,
  logFit: (theta: Points) => Float64Array,
  options: GridPosteriorOptions = {},
): GridPosterior {
  const { cells = 100, maxNodes = 50_000 } = options;
  const logDensity = (theta: Points) => addFinite(logFit(theta), prior.logDensity(theta));
  const { nodes, widths, logs, top } = refine(firstGrid(prior, cells), logDensity, maxNodes);
  const weights = logs.map((value) => Math.exp(value - top));
  const total = weights.reduce((a, b) => a + b, 0);
  const logTotal = top + Math.log(total) + widths.reduce((sum, width) => sum + Math.log(width), 0);
  return {
    names: prior.names,
    nodes,
    weights: weights.map((value) => value / total),
    sample: drawer(nodes, weights, widths),
    logDensity: (theta) => logDensity(theta).map((value) => value - logTotal),
  };
}

/** Cells of one size, by their middles. */
interface Grid {
  readonly nodes: Points;
  readonly widths: readonly number[];
}

function firstGrid({ support, dim }: Prior, cells: number): Grid {
  requireInteger(ACTION, "cells", cells, 1);
  requireInteger(ACTION, "the number of all cells", cells ** dim, 1, 1e7);
  const nodes = zeros(cells ** dim, dim);
  const widths = support.map(({ low, high }, j) => {
    const width = (high - low) / cells;
    if (!Number.isFinite(width)) {
      throw new RangeError(
        `Cannot ${ACTION} as support must be bounded: parameter ${j} lives on (${low}, ${high})`,
      );
    }
    for (let i = 0; i < nodes.n; i++) {
      nodes.data[i * dim + j] = low + (Math.floor(i / cells ** j) % cells + 0.5) * width;
    }
    return width;
  });
  return { nodes, widths };
}

// A cell this many nats below the best is left out; 10⁵ of them hold less than 10⁻⁸.
const NEGLIGIBLE = 30;
const MAX_HALVINGS = 40;

function refine(grid: Grid, logDensity: (theta: Points) => Float64Array, maxNodes: number) {
  for (let round = 0;; round++) {
    const logs = logDensity(grid.nodes);
    let top = -Infinity;
    for (const value of logs) top = Math.max(top, value);
    if (!Number.isFinite(top)) {
      throw new RangeError(
        `Cannot ${ACTION} as a density must be finite and not 0 everywhere: log is ${top}`,
      );
    }
    const kept: number[] = [];
    logs.forEach((value, i) => value > top - NEGLIGIBLE && kept.push(i));
    if (kept.length * 2 ** grid.nodes.dim > maxNodes || round === MAX_HALVINGS) return { ...grid, logs, top };
    grid = halved(grid, kept);
  }
}

/** Each of the kept cells cut in two along every dimension. */
function halved({ nodes, widths }: Grid, kept: readonly number[]): Grid {
  const { dim } = nodes;
  const parts = 2 ** dim;
  const out = zeros(kept.length * parts, dim);
  for (let i = 0; i < out.n; i++) {
    const parent = kept[Math.floor(i / parts)]!;
    for (let j = 0; j < dim; j++) {
      const side = (i >> j) % 2 - 0.5;
      out.data[i * dim + j] = nodes.data[parent * dim + j]! + side * widths[j]! / 2;
    }
  }
  return { nodes: out, widths: widths.map((width) => width / 2) };
}

/** The sum of both, −∞ where it is not a number: outside the support nothing else counts. */
function addFinite(fit: Float64Array, logPrior: Float64Array): Float64Array {
  const out = new Float64Array(fit.length);
  for (let i = 0; i < out.length; i++) {
    const sum = fit[i]! + logPrior[i]!;
    out[i] = logPrior[i] === -Infinity || Number.isNaN(sum) ? -Infinity : sum;
  }
  return out;
}

function drawer(nodes: Points, weights: Float64Array, widths: readonly number[]): ExactPosterior["sample"] {
  let sum = 0;
  const cumulative = weights.map((weight) => sum += weight);
  return (key: Key, n: number): Points => {
    requireInteger("sample a posterior", "n", n, 0);
    const out = zeros(n, nodes.dim);
    for (let i = 0; i < n; i++) {
      const random = stream(foldIn(key, i));
      const node = row(nodes, firstAbove(cumulative, random.uniform() * sum));
      node.forEach((middle, j) =>
        out.data[i * nodes.dim + j] = middle + (random.uniform() - 0.5) * widths[j]!
      );
    }
    return out;
  };
}

/** The first index whose entry exceeds the value, by halving. */
function firstAbove(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
