/**
 * Autocorrelation plots.
 *
 * @module
 */

import type { Draws } from "@likely/core";
import { autocovariance } from "./_autocovariance.ts";
import { chainsOf, isConstant } from "./_chains.ts";
import { requireInteger } from "@likely/core/check";
import { requireDraws } from "./_columns.ts";
import { CHAINS, channel, FAINT, plot } from "./_plot_style.ts";
import type { PlotSpec } from "./plot_spec.ts";

/** Options of {@linkcode plotAutocorrelation}. */
export interface PlotAutocorrelationOptions {
  /**
   * The largest lag.
   *
   * @default 50
   */
  readonly maxLag?: number | undefined;
}

/**
 * Plots the autocorrelation of every parameter against the lag, a line a chain, with the band
 * that independent draws stay in 95 times in 100, lag by lag.
 *
 * @param draws At least two draws in each chain.
 * @param options How far.
 * @returns A Vega-Lite specification, one panel a parameter.
 * @throws {RangeError} If a draw is not finite, or there are too few.
 * @throws {TypeError} If lengths do not agree.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { plotAutocorrelation } from "@likely/diagnostics";
 *
 * const values = Float64Array.from({ length: 400 }, (_, i) => Math.sin(i * i));
 * const info = { sampler: "example", evaluations: 0 };
 * const draws = { names: ["β"], chains: 4, length: 100, values, info, warnings: [] };
 * assertEquals((plotAutocorrelation(draws).concat as unknown[]).length, 1);
 * ```
 */
export function plotAutocorrelation(draws: Draws, options: PlotAutocorrelationOptions = {}): PlotSpec {
  const { maxLag = 50 } = options;
  requireDraws("plot autocorrelations", draws);
  requireInteger("plot autocorrelations", "maxLag", maxLag, 1);
  requireInteger("plot autocorrelations", "the number of draws in a chain", draws.length, 2);
  const lags = Math.min(maxLag, draws.length - 1);
  return plot({ columns: 2, concat: draws.names.map((_, j) => panel(draws, j, lags)) });
}

function panel(draws: Draws, j: number, lags: number): PlotSpec {
  const x = channel("u", [0, lags], { title: "lag", tickCount: 5 });
  const y = channel("v", [-1, 1], { title: draws.names[j]!, titleLimit: 120, tickCount: 5 });
  const width = 1.96 / Math.sqrt(draws.length);
  return {
    width: 180,
    height: 120,
    layer: [
      {
        data: { values: [{ u: 0, w: lags, v: -width, t: width }] },
        mark: { type: "rect", color: FAINT, opacity: 0.25 },
        encoding: { x, x2: { field: "w" }, y, y2: { field: "t" } },
      },
      ...chainsOf(draws, j).map((chain, c) => ({
        data: { values: correlations(chain, lags) },
        mark: { type: "line" as const, color: CHAINS[c % CHAINS.length]!, strokeWidth: 1.2, opacity: 0.85 },
        encoding: { x, y },
      })),
    ],
  };
}

function correlations(chain: Float64Array, lags: number): { u: number; v: number }[] {
  const covariances = autocovariance(chain);
  const first = covariances[0]!;
  // A chain that never moves is one with itself.
  const isStill = isConstant(chain) || !(first > 0);
  return Array.from(
    { length: lags + 1 },
    (_, u) => ({ u, v: isStill ? 1 : Number((covariances[u]! / first).toPrecision(6)) }),
  );
}
