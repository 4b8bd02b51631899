// Tick marks of our own choosing. Vega's may leave a narrow window with a single number, or put
// numbers at an edge, where they run into those of the next panel.

import type { Interval } from "@likely/core";
import { isLong } from "./_plot_style.ts";
import type { PlotSpec } from "./plot_spec.ts";

/** How many ticks, and where not. */
interface TickOptions {
  /** At least so many, if their numbers fit; seldom more than twice as many. */
  readonly least: number;
  /** Share of the window that half a number of so many characters takes. */
  room(characters: number): number;
}

/** Round numbers inside a window, for an axis: multiples of the coarsest 1, 2 or 5 · 10ᵏ that will do. */
export function ticksInside(window: Interval, { least, room }: TickOptions): PlotSpec {
  const width = window.high - window.low;
  let best: PlotSpec | undefined;
  const first = Math.floor(Math.log10(width));
  // Finer ones are not told apart, neither by the eye nor by float64.
  for (let power = first; power > first - MOST_POWERS; power--) {
    const format = formatOf(window, power);
    const half = room(lengthOf(window, format));
    for (const factor of [5, 2, 1]) {
      const values = multiples(factor, power, {
        low: window.low + half * width,
        high: window.high - half * width,
      });
      // Of three and more Vega leaves out every second number where they would touch.
      const distance = (values.length > 2 ? 2 : 1) * factor * 10 ** power / width;
      if (best && distance < 2 * half) return best;
      if (values.length === 0) continue;
      best = format ? { values, format } : { values };
      if (values.length >= least) return best;
    }
  }
  return best ?? { values: [] };
}

const MOST_POWERS = 8;
/** Decimals beyond which a number is shorter with an exponent. */
const MOST_DECIMALS = 12;

/** How to write multiples of a power of ten; undefined for Vega's prefixes. */
function formatOf({ low, high }: Interval, power: number): string | undefined {
  if (isLong([low, high])) return undefined;
  if (power >= -MOST_DECIMALS) return `.${Math.max(0, -power)}f`;
  const size = Math.max(Math.abs(low), Math.abs(high));
  return `.${Math.max(0, Math.floor(Math.log10(size)) - power)}e`;
}

function lengthOf({ low, high }: Interval, format: string | undefined): number {
  if (!format) return 5;
  const digits = Math.min(Number.parseInt(format.slice(1)), 20);
  const text = (value: number) => format.endsWith("f") ? value.toFixed(digits) : value.toExponential(digits);
  return Math.max(text(low).length, text(high).length);
}

function multiples(factor: number, power: number, { low, high }: Interval): number[] {
  // Division keeps 0.3 what it is: 3 · 0.1 is not. Adding 0 makes a plain zero of a negative one.
  const at = (k: number) => (power < 0 ? k * factor / 10 ** -power : k * factor * 10 ** power) + 0;
  const [first, last] = [Math.ceil(low / at(1)), Math.floor(high / at(1))];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => at(first + i));
}
