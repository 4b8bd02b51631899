// deno-lint-ignore-file no-console -- a command for people
/**
 * From a change to its picture, on the page in Chromium: `deno run -A bench/web.ts`.
 *
 * A slider is moved by a key, as soon as the last picture is there; a measure ends in the task after the frame
 * that shows the picture.
 */

import { buildWeb, kilobytes } from "../_tools/web.ts";
import { findChromium, openBrowser, serveFolder } from "../tests/_browser.ts";

/** Changes that are measured, after some that are not. */
const [COUNT, UNCOUNTED] = [20, 10];
const MODELS = ["influenza", "drift_diffusion"];

const path = await findChromium();
if (path === undefined) throw new Error("Cannot measure the page as Chromium must be installed: it is not");
const folder = await Deno.makeTempDir();
const { files, sizes } = await buildWeb(folder);
console.log(`before a model: ${kilobytes(files.page, sizes).toFixed(1)} kB with gzip`);
const browser = await openBrowser(path);
const server = serveFolder(folder);
console.log(`Chromium ${browser.version()}, load ${Deno.loadavg()[0]!.toFixed(1)}`);
for (const model of MODELS) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`${server.url}?model=models/${model}.safetensors`);
  const durations = (name: string) =>
    page.evaluate<number[]>(`performance.getEntriesByName("${name}").map((entry) => entry.duration)`);
  const wait = async (count: number) => {
    while ((await durations("picture")).length < count) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await wait(1);
  await page.getByRole("slider", { name: "x[1], slider" }).focus();
  for (let i = 0; i < UNCOUNTED + COUNT; i++) {
    const before = (await durations("picture")).length;
    await page.keyboard.press(i % 10 < 5 ? "ArrowRight" : "ArrowLeft");
    await wait(before + 1);
  }
  for (const name of ["first picture", "picture"]) {
    const sorted = (await durations(name)).slice(-COUNT).sort((a, b) => a - b);
    const [low, middle, high] = [0, COUNT / 2, COUNT - 1].map((k) => sorted[k]!.toFixed(0));
    console.log(`${model}, ${name}: ${middle} ms (${low} to ${high})`);
  }
  await page.close();
}
await browser.close();
await server.stop();
await Deno.remove(folder, { recursive: true });
