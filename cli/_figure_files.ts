// The figures of a report as files of their own.

import type { ReportFigure } from "@likely/sbi";
import { requireReplaceable, writeOutput } from "./_output.ts";
import { svgToPng } from "./_svg_to_png.ts";

/** A figure with the name of its file. */
type NamedFigure = ReportFigure & { readonly name: string };

/** Checks before any work is done that the folder is new, or holds figures and nothing else. */
export async function requireFigures(folder: string): Promise<void> {
  await requireReplaceable(folder, { what: "figures", entries: /^[a-z0-9-]+\.(svg|png)$/ });
}

/** Writes `pairs.svg`, …, and PNG beside them where wanted; gives the names. */
export async function writeFigures(
  folder: string,
  figures: readonly NamedFigure[],
  png: boolean,
): Promise<string[]> {
  await Deno.mkdir(folder, { recursive: true });
  const written: string[] = [];
  for (const { name, svg } of figures) {
    await writeOutput(`${folder}/${name}.svg`, svg);
    written.push(`${name}.svg`);
    if (!png) continue;
    await svgToPng(`${folder}/${name}.svg`, `${folder}/${name}.png`);
    written.push(`${name}.png`);
  }
  return written;
}
