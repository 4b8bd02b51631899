/**
 * The figures of a report, one by one.
 *
 * @module
 */

import type { Report, ReportFigure } from "./report.ts";

/**
 * Lists the figures of a report, for files of their own: `figure.svg` is one, and its `name` what to call it.
 *
 * @param content What the report says, such as of `posteriorContent`.
 * @returns The figures in order; one without a name, or with another's, is called by its number.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { plotTraining, renderSvg, reportFigures } from "@likely/diagnostics";
 *
 * const svg = await renderSvg(plotTraining({ train: [2, 1], validation: [2.1, 1.2] }));
 * const blocks = [{ kind: "figure", svg, caption: "Learning curves", name: "learning" }] as const;
 * const figures = reportFigures({ title: "Flu", sections: [{ heading: "Network", blocks }] });
 * assertEquals(figures.map(({ name }) => name), ["learning"]);
 * ```
 */
export function reportFigures({ sections }: Report): (ReportFigure & { readonly name: string })[] {
  const figures = sections.flatMap(({ blocks }) =>
    blocks.flatMap((block) => block.kind === "figure" ? [block] : [])
  );
  const names = new Set<string>();
  return figures.map((figure, i) => {
    const name = figure.name === undefined || names.has(figure.name) ? `figure-${i + 1}` : figure.name;
    names.add(name);
    return { ...figure, name };
  });
}
