// How training goes: the loss of what is trained on and of what is set aside, epoch by epoch.

import { shape } from "./_element.ts";
import { axisOf, BLUE, line, ORANGE, sheet, words } from "./_plot_parts.ts";
import { ticks } from "./_ticks.ts";

/** Losses so far. */
export interface Losses {
  readonly train: readonly number[];
  readonly validation: readonly number[];
  /** The epoch of the best loss of what is set aside, from 1. */
  readonly best: number;
  /** Where the axis ends. */
  readonly maxEpochs: number;
}

const [LEFT, RIGHT, TOP, BOTTOM] = [52, 8, 22, 36];
const [WIDTH, HEIGHT] = [290, 120];

/** Draws the curves; the axis of epochs is there from the beginning. */
export function lossPlot({ train, validation, best, maxEpochs }: Losses): SVGSVGElement {
  // The first epoch, which falls from far above, is cut off once there are others.
  const seen = [train, validation].flatMap((losses) => losses.length > 3 ? losses.slice(1) : losses);
  const { low, high } = axisOf(seen);
  const x = (epoch: number) => LEFT + WIDTH * epoch / maxEpochs;
  const y = (loss: number) => TOP + HEIGHT * Math.min(1, Math.max(0, (high - loss) / (high - low)));
  const curve = (losses: readonly number[], stroke: string, dashes?: string) => {
    const d = losses.map((loss, k) => `${k === 0 ? "M" : "L"}${x(k + 1).toFixed(1)} ${y(loss).toFixed(1)}`);
    const how = { stroke, fill: "none", "stroke-width": 1.8, "stroke-dasharray": dashes };
    return shape("path", { d: d.join(""), ...how });
  };
  const middle = { "text-anchor": "middle" };
  return sheet(
    LEFT + WIDTH + RIGHT,
    TOP + HEIGHT + BOTTOM,
    `Losses of ${validation.length} epochs: set aside ${validation.at(-1)!.toFixed(2)}, trained on ` +
      `${train.at(-1)!.toFixed(2)}; the best at epoch ${best}.`,
    [
      words([LEFT, 12], "set aside", { fill: ORANGE }),
      words([LEFT + 66, 12], "trained on (dashed)", { fill: BLUE }),
      ...ticks(low, high, 4).flatMap(({ value, text }) => [
        line([LEFT, y(value)], [LEFT + WIDTH, y(value)], { "stroke-opacity": 0.15 }),
        words([LEFT - 6, y(value) + 4], text, { "text-anchor": "end" }),
      ]),
      ...ticks(0, maxEpochs, 5).map(({ value, text }) => words([x(value), TOP + HEIGHT + 15], text, middle)),
      words([LEFT + WIDTH / 2, TOP + HEIGHT + 30], "epoch", middle),
      curve(train, BLUE, "4 3"),
      curve(validation, ORANGE),
      shape("circle", { cx: x(best), cy: y(validation[best - 1]!), r: 3.5, fill: ORANGE }),
    ],
  );
}
