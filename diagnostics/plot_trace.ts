/**
 * Trace plots: what each chain did.
 *
 * @module
 */

import type { Draws, Interval } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { chainsOf, pool } from "./_chains.ts";
import { outsideOf, requireDraws, windowOf } from "./_columns.ts";
import { CHAINS, channel, FAINT, INK, legendRow, plot, WIDTH } from "./_plot_style.ts";
import { roundIn } from "./_round.ts";
import { ticksInside } from "./_ticks.ts";
import type { PlotSpec } from "./plot_spec.ts";
import { quantile } from "./quantile.ts";
import { reportNumber } from "./report_number.ts";

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
   * @default 250
   */
  readonly maxPoints?: number | undefined;
}

interface Trace {
  readonly chains: readonly number[];
  readonly stride: number;
}

/**
 * Plots every parameter against the number of the draw, all chains over each other, in lines thin enough
 * that none hides another. A dashed line marks the median of all.
 *
 * Chains that have mixed look like one band of noise; a drift, a step or a chain at a height of
 * its own means that they have not.
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
 * // A legend of four chains, and a panel.
 * assertEquals((plotTrace(draws).vconcat as unknown[]).length, 2);
 * ```
 */
export function plotTrace(draws: Draws, options: PlotTraceOptions = {}): PlotSpec {
  const { maxChains = 8, maxPoints = 250 } = options;
  requireDraws("plot traces", draws);
  requireInteger("plot traces", "maxChains", maxChains, 1);
  requireInteger("plot traces", "maxPoints", maxPoints, 1);
  const shown = Math.min(draws.chains, maxChains);
  const trace = {
    chains: Array.from({ length: shown }, (_, k) => Math.floor(k * draws.chains / shown)),
    stride: Math.ceil(draws.length / maxPoints),
  };
  const panels = draws.names.map((_, j) => panel(draws, j, trace));
  return plot({ vconcat: shown === 1 ? panels : [chainLegend(trace), ...panels], spacing: 12 });
}

/** Chains count from 1. */
function chainLegend({ chains }: Trace): PlotSpec {
  return legendRow(
    chains.map((c, k) => ({ label: `chain ${c + 1}`, colour: colourOf(k), shape: "line" as const })),
  );
}

function colourOf(k: number): string {
  return CHAINS[k % CHAINS.length]!;
}

function panel(draws: Draws, j: number, trace: Trace): PlotSpec {
  const { chains, stride } = trace;
  const columns = chainsOf(draws, j);
  const window = windowOf(columns);
  const x = channel("u", [1, Math.max(2, draws.length)], axisOf(draws, j, trace));
  const y = channel("v", [window.low, window.high], {
    title: draws.names[j]!,
    titleLimit: 120,
    minExtent: 30,
    ...ticksInside(window, { least: 3, room: () => 0.05 }),
  });
  const values = chains.flatMap((c) => pointsOf(columns[c]!, { c, stride, window }));
  const domain = { scale: { domain: chains, range: chains.map((_, k) => colourOf(k)) } };
  const middle = [{ v: quantile(pool(columns), 0.5) }];
  return {
    width: WIDTH,
    height: draws.names.length === 1 ? 140 : 76,
    ...outsideTitle(outsideOf(columns, window)),
    layer: [
      {
        data: { values },
        // A stray draw outside the window is cut off at the edge.
        mark: { type: "line", strokeWidth: 0.7, opacity: 0.75, strokeJoin: "round", clip: true },
        encoding: { x, y, color: { field: "c", type: "nominal", ...domain, legend: null } },
      },
      { data: { values: middle }, mark: { type: "rule", color: INK, strokeDash: [4, 3] }, encoding: { y } },
    ],
  };
}

function outsideTitle(note: string | undefined): PlotSpec {
  if (!note) return {};
  const look = { color: FAINT, fontSize: 10, fontWeight: 400, anchor: "end", offset: 2 };
  return { title: { text: note, ...look } };
}

// Under the last panel only.
function axisOf({ names, chains }: Draws, j: number, trace: Trace): PlotSpec {
  if (j < names.length - 1) return { labels: false, ticks: false, title: null };
  const shown = trace.chains.length;
  const some = shown < chains ? ` (${shown} of ${reportNumber(chains)} chains)` : "";
  return { title: `draw${some}`, tickCount: 5, tickMinStep: 1 };
}

interface Segment {
  readonly c: number;
  readonly stride: number;
  readonly window: Interval;
}

function pointsOf(
  chain: Float64Array,
  { c, stride, window }: Segment,
): { u: number; v: number; c: number }[] {
  return Array.from({ length: Math.ceil(chain.length / stride) }, (_, k) => {
    const t = k * stride;
    return { u: t + 1, v: roundIn(window, chain[t]!), c };
  });
}
