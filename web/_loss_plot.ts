// How training goes: the loss of what is trained on and of what is set aside, epoch by epoch.

import { shape } from "./_element.ts";
import { BLUE, ORANGE } from "./_plot_colours.ts";
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
const [WIDTH, HEIGHT] = [300, 120];

/** Draws the curves; the axis of epochs is there from the beginning. */
export function lossPlot({ train, validation, best, maxEpochs }: Losses): SVGSVGElement {
  const [low, high] = endsOf(train, validation);
  const x = (epoch: number) => LEFT + WIDTH * epoch / maxEpochs;
  const y = (loss: number) => TOP + HEIGHT * Math.min(1, Math.max(0, (high - loss) / (high - low)));
  const curve = (losses: readonly number[], stroke: string, dashes?: string) =>
    shape("path", {
      d: losses.map((loss, k) => `${k === 0 ? "M" : "L"}${x(k + 1).toFixed(1)} ${y(loss).toFixed(1)}`).join(
        "",
      ),
      ...{ stroke, fill: "none", "stroke-width": 1.8, "stroke-dasharray": dashes },
    });
  const [w, h] = [LEFT + WIDTH + RIGHT, TOP + HEIGHT + BOTTOM];
  return shape("svg", {
    ...{ xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${w} ${h}`, width: w, height: h },
    ...{ "font-family": "system-ui, sans-serif", "font-size": 11, role: "img" },
    "aria-label": `Losses of ${validation.length} epochs: set aside ${
      validation.at(-1)!.toFixed(2)
    }, trained on ${train.at(-1)!.toFixed(2)}; the best at epoch ${best}.`,
  }, [
    label(LEFT, 12, "set aside", ORANGE),
    label(LEFT + 66, 12, "trained on (dashed)", BLUE),
    ...ticks(low, high, 4).flatMap(({ value, text }) => [
      rule(LEFT, y(value), LEFT + WIDTH, y(value)),
      label(LEFT - 6, y(value) + 4, text, "currentColor", "end"),
    ]),
    ...ticks(0, maxEpochs, 5).map(({ value, text }) =>
      label(x(value), TOP + HEIGHT + 15, text, "currentColor", "middle")
    ),
    label(LEFT + WIDTH / 2, TOP + HEIGHT + 30, "epoch", "currentColor", "middle"),
    curve(train, BLUE, "4 3"),
    curve(validation, ORANGE),
    shape("circle", { cx: x(best), cy: y(validation[best - 1] ?? high), r: 3.5, fill: ORANGE }),
  ]);
}

/** The first epoch, which falls from far above, is cut off once there are others. */
function endsOf(train: readonly number[], validation: readonly number[]): [number, number] {
  const seen = [train, validation].flatMap((losses) => losses.length > 3 ? losses.slice(1) : losses);
  const low = seen.reduce((a, b) => Math.min(a, b), Infinity);
  const high = seen.reduce((a, b) => Math.max(a, b), -Infinity);
  const margin = 0.06 * (high - low) || 0.05 * Math.abs(low) || 0.5;
  return [low - margin, high + margin];
}

function rule(x1: number, y1: number, x2: number, y2: number): SVGElement {
  return shape("line", { x1, y1, x2, y2, stroke: "currentColor", "stroke-opacity": 0.15 });
}

function label(x: number, y: number, content: string, fill: string, anchor = "start"): SVGElement {
  return shape("text", { x, y, fill, "text-anchor": anchor }, [content]);
}
