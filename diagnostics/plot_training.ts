/**
 * Learning curves.
 *
 * @module
 */

import type { LearningCurves } from "@likely/core";
import { windowOf } from "./_columns.ts";
import { logChannel } from "./_log_axis.ts";
import {
  BLUE,
  CHAINS,
  channel,
  FAINT,
  INK,
  legendRow,
  noteRows,
  ORANGE,
  plot,
  WIDTH,
} from "./_plot_style.ts";
import type { PlotSpec } from "./plot_spec.ts";

/** Options of {@linkcode plotTraining}. */
export interface PlotTrainingOptions {
  /**
   * The vertical axis, with the unit of the loss.
   *
   * @default "loss"
   */
  readonly yLabel?: string | undefined;
}

/**
 * Plots both losses by epoch and marks the epoch whose weights are kept: the lowest
 * validation loss. Where the weights of the loss's terms adapt, a panel below shows them.
 *
 * A validation loss that rises while the training loss falls means too few simulations or too
 * large a network.
 *
 * @param history At least one epoch; NaN where there is no loss.
 * @param options What to call the loss.
 * @returns A Vega-Lite specification.
 * @throws {RangeError} If no loss is finite.
 *
 * @example Usage
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { plotTraining } from "@likely/diagnostics";
 *
 * const spec = plotTraining({ train: [2, 1, 0.5], validation: [2, 1.2, 1.4] });
 * assertStringIncludes(JSON.stringify(spec), "best: epoch 2");
 * ```
 */
export function plotTraining(history: LearningCurves, options: PlotTrainingOptions = {}): PlotSpec {
  const { yLabel = "loss" } = options;
  const [train, validation] = [curve(history.train), curve(history.validation)];
  const columns = [train, validation].map((curve) =>
    Float64Array.from(curve.flatMap(({ v }) => v === null ? [] : [v]))
  ).filter(({ length }) => length > 0);
  const finite = columns.flatMap((column) => Array.from(column));
  if (finite.length === 0) {
    throw new RangeError("Cannot plot training as at least one loss must be finite: current value is none");
  }
  const { low, high } = windowOf(columns, [], EPOCHS_FAR);
  const cut = finite.filter((v) => v < low || v > high).length;
  const { termWeights = [] } = history;
  const x = epochs([train.length, validation.length, termWeights.length]);
  const y = channel("v", [low, high], { title: yLabel, tickCount: 5, minExtent: 30 });
  const entries = [
    { label: "training", colour: BLUE, shape: "line" },
    { label: "validation", colour: ORANGE, shape: "line" },
  ] as const;
  return plot({
    vconcat: [
      legendRow(entries),
      {
        width: WIDTH,
        height: 180,
        layer: [
          line(train, BLUE, { x, y }),
          line(validation, ORANGE, { x, y }),
          ...best(validation, { x, y }),
        ],
      },
      ...(cut === 0 ? [] : [noteRows([`${cut} of ${finite.length} losses lie outside`])]),
      ...weights(termWeights, x),
    ],
  });
}

/** A first epoch may well be worse than all others by several times what they gain. */
const EPOCHS_FAR = 5;

function epochs(lengths: readonly number[]): PlotSpec {
  return channel("u", [1, Math.max(2, ...lengths)], { title: "epoch", tickCount: 6, tickMinStep: 1 });
}

// On a logarithmic axis, wide enough for a round number; nothing if no weight is positive.
function weights(history: readonly (readonly number[])[], x: PlotSpec): PlotSpec[] {
  const terms = (history[0] ?? []).map((_, k) => curve(history.map((row) => row[k]! > 0 ? row[k]! : NaN)));
  const all = terms.flat().flatMap(({ v }) => v === null ? [] : [v]);
  if (all.length === 0) return [];
  const colour = (k: number) => k === 0 ? FAINT : CHAINS[k + 1]!;
  // Scores are the only terms that aid a loss.
  const label = (k: number) => k === 0 ? "loss" : terms.length === 2 ? "scores" : `scores, parameter ${k}`;
  const entries = terms.map((_, k) => ({ label: label(k), colour: colour(k), shape: "line" as const }));
  const y = logChannel("v", all, { title: "weight", minExtent: 30 });
  return [
    legendRow(entries),
    { width: WIDTH, height: 80, layer: terms.map((values, k) => line(values, colour(k), { x, y })) },
  ];
}

type Curve = { u: number; v: number | null }[];

// Null breaks the line, as NaN is no JSON.
function curve(losses: ArrayLike<number>): Curve {
  return Array.from(losses, (v, i) => ({ u: i + 1, v: Number.isFinite(v) ? v : null }));
}

function line(values: Curve, color: string, encoding: PlotSpec): PlotSpec {
  return { data: { values }, mark: { type: "line", color, strokeWidth: 1.6, clip: true }, encoding };
}

function best(validation: Curve, { x, y }: { readonly x: PlotSpec; readonly y: PlotSpec }): PlotSpec[] {
  const lowest = validation.reduce<Curve[number] | undefined>(
    (low, point) => point.v !== null && point.v < (low?.v ?? Infinity) ? point : low,
    undefined,
  );
  if (!lowest) return [];
  const data = { values: [{ ...lowest, w: `best: epoch ${lowest.u}` }] };
  // The words go to the side that has room.
  const isRight = lowest.u > validation.length / 2;
  const words = { align: isRight ? "right" : "left", dx: isRight ? -6 : 6, y: 8 };
  return [
    { data, mark: { type: "rule", color: FAINT, strokeDash: [4, 3] }, encoding: { x } },
    { data, mark: { type: "point", filled: true, color: ORANGE, size: 50, opacity: 1 }, encoding: { x, y } },
    {
      data,
      mark: { type: "text", color: INK, fontSize: 11, ...words },
      encoding: { x, text: { field: "w", type: "nominal" } },
    },
  ];
}
