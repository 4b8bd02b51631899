// Panels of lines with their points.

import type { PlotSpec, PlotValue } from "./plot_spec.ts";

/** A line; where a number is not finite, it has no point. */
export interface PanelLine {
  readonly colour: string;
  readonly dashed?: boolean;
  readonly points: readonly (readonly [u: number, v: number])[];
}

/** Axes on the fields u and v. */
export interface PanelAxes {
  readonly x: PlotSpec;
  readonly y: PlotSpec;
}

/** Layers of lines, thin enough that one can be seen behind another. */
export function lineLayers(lines: readonly PanelLine[], encoding: PanelAxes): PlotValue[] {
  return lines.map(({ colour, dashed = false, points }) => ({
    data: { values: points.filter((point) => point.every(Number.isFinite)).map(([u, v]) => ({ u, v })) },
    mark: {
      type: "line",
      color: colour,
      strokeWidth: 1.6,
      ...(dashed && { strokeDash: [5, 3] }),
      point: { color: colour, filled: true, size: 28 },
    },
    encoding: { x: encoding.x, y: encoding.y },
  }));
}

/** The finite heights of lines. */
export function heightsOf(lines: readonly PanelLine[]): number[] {
  return lines.flatMap(({ points }) => points.map(([, v]) => v)).filter(Number.isFinite);
}
