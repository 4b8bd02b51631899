// A picture in pixels, by Chromium.

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { findChromium } from "./_chromium.ts";

/** Pixels a unit of the picture: enough for print. */
const SCALE = 3;

/** Writes an SVG file, which says its width and height, as PNG. */
export async function svgToPng(from: string, to: string): Promise<void> {
  const program = await findChromium();
  if (program === undefined) {
    throw new Error(
      `Cannot write ${to} as Chromium must be installed, or named by LIKELY_CHROMIUM with ` +
        "--allow-env=LIKELY_CHROMIUM: it is not; SVG needs none",
    );
  }
  const [width, height] = sizeOf(from, await Deno.readTextFile(from));
  const folder = await Deno.makeTempDir();
  try {
    const { success, stderr } = await new Deno.Command(program, {
      args: [
        ...["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"],
        ...[`--user-data-dir=${folder}`, `--force-device-scale-factor=${SCALE}`],
        ...[`--window-size=${width},${height}`, `--screenshot=${resolve(to)}`],
        pathToFileURL(resolve(from)).href,
      ],
      stdout: "null",
      stderr: "piped",
    }).output();
    if (!success || !(await Deno.stat(to).then(({ isFile }) => isFile, () => false))) {
      const said = new TextDecoder().decode(stderr).trim().slice(-300);
      throw new Error(`Cannot write ${to} as ${program} must make a screenshot: it says ${said}`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
}

function sizeOf(path: string, svg: string): [number, number] {
  const side = (name: string) =>
    Math.ceil(Number(new RegExp(`^<svg\\b[^>]*\\b${name}="([\\d.]+)`).exec(svg)?.[1]));
  const [width, height] = [side("width"), side("height")];
  if (width > 0 && height > 0) return [width, height];
  throw new TypeError(
    `Cannot draw ${path} as it must say its width and height: current value is ${svg.slice(0, 60)}`,
  );
}
