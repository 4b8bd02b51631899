/**
 * Learning curves.
 *
 * @module
 */

import type { LearningCurves } from "@likely/core";
import { BLUE, channel, FAINT, INK, legendRow, ORANGE, plot } from "./_plot_style.ts";
import type { PlotSpec } from "./plot_spec.ts";

/**
 * Plots both losses by epoch and marks the epoch whose weights are kept: the lowest
 * validation loss.
 *
 * A validation loss that rises while the training loss falls means too few simulations or too
 * large a network.
 *
 * @param history At least one epoch; NaN where there is no loss.
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
export function plotTraining(history: LearningCurves): PlotSpec {
  const [train, validation] = [curve(history.train), curve(history.validation)];
  const finite = [...train, ...validation].flatMap(({ v }) => v === null ? [] : [v]);
  if (finite.length === 0) {
    throw new RangeError("Cannot plot training as at least one loss must be finite: current value is none");
  }
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const margin = 0.06 * (high - low) || 0.5;
  const x = channel("u", [1, Math.max(2, train.length, validation.length)], {
    title: "epoch",
    tickCount: 6,
    tickMinStep: 1,
  });
  const y = channel("v", [low - margin, high + margin], { title: "loss", tickCount: 5 });
  const entries = [
    { label: "training", colour: BLUE, shape: "line" },
    { label: "validation", colour: ORANGE, shape: "line" },
  ] as const;
  return plot({
    vconcat: [legendRow(entries, 300), {
      width: 560,
      height: 240,
      layer: [line(train, BLUE, { x, y }), line(validation, ORANGE, { x, y }), ...best(validation, { x, y })],
    }],
  });
}

type Curve = { u: number; v: number | null }[];

// Null breaks the line, as NaN is no JSON.
function curve(losses: ArrayLike<number>): Curve {
  return Array.from(losses, (v, i) => ({ u: i + 1, v: Number.isFinite(v) ? v : null }));
}

function line(values: Curve, color: string, encoding: PlotSpec): PlotSpec {
  return { data: { values }, mark: { type: "line", color, strokeWidth: 1.6 }, encoding };
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
