/**
 * Pictures without a browser.
 *
 * @module
 */

import type { TopLevelSpec } from "vega-lite";
import type { PlotSpec } from "./plot_spec.ts";

/**
 * Renders a plot as SVG, headless: no canvas, no browser, no network, no permission.
 *
 * Vega is loaded on the first call, not on import (about half a second); text stays text, in
 * the reader's own fonts. Data must be inside the specification.
 *
 * @param spec A Vega-Lite specification, such as a `plot…` function returns.
 * @returns One `<svg>` element as text.
 * @throws {TypeError} If Vega-Lite cannot read the specification, or data lies elsewhere.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { plotTraining, renderSvg } from "@likely/diagnostics";
 *
 * const svg = await renderSvg(plotTraining({ train: [2, 1], validation: [2.1, 1.2] }));
 * assert(svg.startsWith("<svg"));
 * ```
 */
export async function renderSvg(spec: PlotSpec): Promise<string> {
  const [vega, vegaLite] = await Promise.all([import("vega"), import("vega-lite")]);
  const problems: string[] = [];
  const logger = collect(problems);
  // Without this Vega would fetch whatever address a specification names; what goes wrong with
  // loading is only a warning to it.
  const load = (uri: string) => {
    problems.push(`data must be inline, not at ${uri}`);
    return Promise.reject(new Error("nothing is loaded"));
  };
  const loader = { ...vega.loader(), load };
  try {
    const compiled = vegaLite.compile(withSafeTitles(spec) as TopLevelSpec, { logger }).spec;
    const view = new vega.View(vega.parse(compiled), { renderer: "none", logger, loader });
    const svg = await view.toSVG();
    view.finalize();
    if (problems.length === 0) return shorten(svg);
  } catch (cause) {
    problems.push(cause instanceof Error ? cause.message : String(cause));
  }
  throw new TypeError(`Cannot render a plot as its specification must be valid: ${problems.join("; ")}`);
}

/** Vega takes a title such as `constructor`, which every object has, for a name of its own; not with a space of no width (findings). */
function withSafeTitles(spec: unknown): unknown {
  return JSON.parse(
    JSON.stringify(spec),
    (name, value) =>
      name === "title" && typeof value === "string" && value in Object.prototype ? `${value}\u200b` : value,
  );
}

// A logger that keeps errors and never prints.
function collect(problems: string[]): Logger {
  const logger: Logger = {
    level: () => logger,
    error: (...parts) => {
      problems.push(parts.map(String).join(" "));
      return logger;
    },
    warn: () => logger,
    info: () => logger,
    debug: () => logger,
  };
  return logger;
}

interface Logger {
  level(value: number): this;
  error(...parts: readonly unknown[]): this;
  warn(...parts: readonly unknown[]): this;
  info(...parts: readonly unknown[]): this;
  debug(...parts: readonly unknown[]): this;
}

// A hundredth of a pixel is enough, and halves the file. Only inside tags: text is the user's.
function shorten(svg: string): string {
  return svg.replace(
    /<path[^>]*>|transform="[^"]*"/g,
    (tag) => tag.replace(/-?\d+\.\d{3,}(?![\de])/g, (digits) => String(+Number(digits).toFixed(2))),
  );
}
