/**
 * Trace plots: what each chain did.
 *
 * @module
 */

import type { Draws } from "@likely/core";
import { chainsOf } from "./_chains.ts";
import { requireDraws, windowOf } from "./_columns.ts";
import { CHAINS, channel, plot } from "./_plot_style.ts";
import type { PlotSpec } from "./plot_spec.ts";

/** Options of {@linkcode plotTrace}. */
export interface PlotTraceOptions {
  /**
   * Most chains to draw; of more, evenly spaced ones are taken and the axis says so.
   *
   * @default 8
   */
  readonly maxChains?: number | undefined;
  /**
   * Most points of a chain; of more, every second, third, … is taken.
   *
   * @default 1000
   */
  readonly maxPoints?: number | undefined;
}

interface Trace {
  readonly chains: readonly number[];
  readonly stride: number;
  readonly title: string;
}

/**
 * Plots every parameter against the number of the draw, one colour a chain.
 *
 * Chains that have mixed look like one band of noise; a drift, a step or a colour of its own
 * means that they have not.
 *
 * @param draws At least one draw.
 * @param options How much to show.
 * @returns A Vega-Lite specification, one panel a parameter.
 * @throws {RangeError} If a draw is not finite or a limit is not a whole number ≥ 1.
 * @throws {TypeError} If lengths do not agree.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { plotTrace } from "@likely/diagnostics";
 *
 * const values = Float64Array.from({ length: 400 }, (_, i) => Math.sin(i * i));
 * const info = { sampler: "example", evaluations: 0 };
 * const draws = { names: ["β"], chains: 4, length: 100, values, info, warnings: [] };
 * assertEquals((plotTrace(draws).vconcat as unknown[]).length, 1);
 * ```
 */
export function plotTrace(draws: Draws, options: PlotTraceOptions = {}): PlotSpec {
  const { maxChains = 8, maxPoints = 1000 } = options;
  requireDraws("plot traces", draws);
  requireLimit("maxChains", maxChains);
  requireLimit("maxPoints", maxPoints);
  const shown = Math.min(draws.chains, maxChains);
  const trace = {
    chains: Array.from({ length: shown }, (_, k) => Math.floor(k * draws.chains / shown)),
    stride: Math.ceil(draws.length / maxPoints),
    title: shown < draws.chains ? `draw (${shown} of ${draws.chains} chains)` : "draw",
  };
  return plot({ vconcat: draws.names.map((_, j) => panel(draws, j, trace)), spacing: 12 });
}

function panel(draws: Draws, j: number, { chains, stride, title }: Trace): PlotSpec {
  const columns = chainsOf(draws, j);
  const { low, high } = windowOf(columns);
  const isLast = j === draws.names.length - 1;
  return {
    width: 620,
    height: draws.names.length === 1 ? 160 : 84,
    data: { values: chains.flatMap((c) => pointsOf(columns[c]!, c, stride)) },
    // A stray draw outside the window is cut off at the edge.
    mark: { type: "line", strokeWidth: 0.8, opacity: 0.75, strokeJoin: "round", clip: true },
    encoding: {
      x: channel("u", [1, Math.max(2, draws.length)], {
        title: isLast ? title : null,
        labels: isLast,
        tickCount: 6,
        tickMinStep: 1,
      }),
      y: channel("v", [low, high], { title: draws.names[j]!, titleLimit: 120, tickCount: 3, minExtent: 30 }),
      color: {
        field: "c",
        type: "nominal",
        scale: { domain: chains, range: chains.map((_, k) => CHAINS[k % CHAINS.length]!) },
        legend: null,
      },
    },
  };
}

function pointsOf(chain: Float64Array, c: number, stride: number): { u: number; v: number; c: number }[] {
  return Array.from({ length: Math.ceil(chain.length / stride) }, (_, k) => {
    const t = k * stride;
    return { u: t + 1, v: Number(chain[t]!.toPrecision(6)), c };
  });
}

function requireLimit(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return;
  throw new RangeError(
    `Cannot plot traces as ${name} must be a whole number >= 1: current value is ${value}`,
  );
}
