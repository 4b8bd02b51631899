/**
 * Rank plots of chains.
 *
 * @module
 */

import { type Draws, extent } from "@likely/core";
import { chainsOf, pool } from "./_chains.ts";
import { requireInteger } from "@likely/core/check";
import { requireDraws } from "./_columns.ts";
import { CHAINS, channel, FAINT, plot } from "./_plot_style.ts";
import type { PlotSpec } from "./plot_spec.ts";

/** Options of {@linkcode plotChainRanks}. */
export interface PlotChainRanksOptions {
  /**
   * Number of bins.
   *
   * @default 20
   */
  readonly bins?: number | undefined;
}

/**
 * Plots how the draws of each chain rank among those of all: flat steps for chains that have
 * mixed; a chain with ranks of its own stands out, also where traces look alike.
 *
 * Source: Vehtari et al. (2021), https://doi.org/10.1214/20-BA1221, sec. 4.5.
 *
 * @param draws At least one draw.
 * @param options The bins.
 * @returns A Vega-Lite specification, one panel a parameter.
 * @throws {RangeError} If a draw is not finite.
 * @throws {TypeError} If lengths do not agree.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { plotChainRanks } from "@likely/diagnostics";
 *
 * const values = Float64Array.from({ length: 400 }, (_, i) => Math.sin(i * i));
 * const info = { sampler: "example", evaluations: 0 };
 * const draws = { names: ["β"], chains: 4, length: 100, values, info, warnings: [] };
 * assertEquals((plotChainRanks(draws).concat as unknown[]).length, 1);
 * ```
 */
export function plotChainRanks(draws: Draws, options: PlotChainRanksOptions = {}): PlotSpec {
  const { bins = 20 } = options;
  requireDraws("plot ranks", draws);
  requireInteger("plot ranks", "bins", bins, 1);
  return plot({ columns: 2, concat: draws.names.map((_, j) => panel(draws, j, bins)) });
}

function panel(draws: Draws, j: number, bins: number): PlotSpec {
  const shares = sharesOf(pool(chainsOf(draws, j)), draws, bins);
  const top = Math.max(2, 1.1 * extent(shares.flat())[1]);
  const x = channel("u", [0, 1], { title: `rank of ${draws.names[j]!}`, titleLimit: 180, tickCount: 3 });
  const y = channel("v", [0, top], { title: "count / expected", tickCount: 4 });
  return {
    width: 180,
    height: 120,
    layer: [
      {
        data: { values: [{ v: 1 }] },
        mark: { type: "rule", color: FAINT, strokeDash: [4, 3] },
        encoding: { y },
      },
      ...shares.map((row, c) => ({
        data: {
          values: [...row, row.at(-1)!].map((v, b) => ({ u: b / bins, v: Number(v.toPrecision(6)) })),
        },
        mark: {
          type: "line" as const,
          interpolate: "step-after",
          color: CHAINS[c % CHAINS.length]!,
          strokeWidth: 1.4,
        },
        encoding: { x, y },
      })),
    ],
  };
}

// By chain and bin: the count of its ranks over the even count.
function sharesOf(values: Float64Array, { chains, length }: Draws, bins: number): number[][] {
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const out = Array.from({ length: chains }, () => new Array<number>(bins).fill(0));
  order.forEach((i, rank) => {
    out[Math.floor(i / length)]![Math.floor(rank * bins / values.length)]! += bins / length;
  });
  return out;
}
