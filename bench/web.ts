// deno-lint-ignore-file no-console -- a command for people
/**
 * From a change to its picture, and from an order to what was learned, on the pages in Chromium:
 * `deno run -A bench/web.ts`.
 *
 * A slider is moved by a key, as soon as the last picture is there; a measure ends in the task after the frame
 * that shows the picture. What is trained is trained in Deno, too, on one thread.
 */

import { type Engine, key } from "@likely/core";
import { tf, useBackend } from "@likely/core/tensor";
import { fusedEngine } from "@likely/kernels";
import { npe } from "@likely/recipes";
import { tensorEngine } from "@likely/surrogates";
import type { Browser } from "playwright-core";
import { buildWeb, kilobytes } from "../_tools/web.ts";
import { findChromium, openBrowser, serveFolder } from "../tests/_browser.ts";
import { TASKS } from "../web/_tasks.ts";

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
for (const task of ["two_moons", "influenza"] as const) {
  const order = { simulations: 10_000, seed: 1 };
  const page = await ordered(browser, `task=${task}&simulations=${order.simulations}&seed=${order.seed}`);
  let outcome = "";
  while (!outcome.startsWith("Trained")) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    outcome = await page.locator("#outcome").innerText();
  }
  await page.close();
  const start = performance.now();
  const { artifact } = await npe(key(order.seed), TASKS[task](), {
    simulations: order.simulations,
    engine: fusedEngine({ workers: 1 }),
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(
    `${task}, ${order.simulations} simulations, ${artifact.provenance.training.epochs} epochs: ${outcome} ` +
      `In Deno it takes ${seconds} s.`,
  );
}
await browser.close();

// Software, which says nothing of a GPU but what each operation costs before it is computed.
const withGpu = await openBrowser(path, ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"]);
const page = await ordered(withGpu, "task=two_moons&simulations=200&engine=webgpu");
const epochs = async () =>
  Number(/Losses of (\d+)/.exec(await page.locator("#losses").innerHTML())?.[1] ?? 0);
const reached = async (epoch: number) => {
  while (await epochs() < epoch) await new Promise((resolve) => setTimeout(resolve, 20));
  return performance.now();
};
/** Of an epoch of 180 rows. */
const STEPS = 7;
const [first, last] = [await reached(2), await reached(8)];
console.log(`on WebGPU (SwiftShader): ${((last - first) / (6 * STEPS)).toFixed(0)} ms a step`);
console.log(`a step on tensors: ${await operations()} operations`);
await withGpu.close();
await server.stop();
await Deno.remove(folder, { recursive: true });

/** A page that trains what its address says. */
async function ordered(browser: Browser, query: string) {
  const page = await browser.newPage();
  await page.goto(`${server.url}train.html?${query}`);
  await page.getByText("WebGPU finds").waitFor();
  await page.getByRole("button", { name: "Simulate and train" }).click();
  return page;
}

/** Operations on tensors in a step of training two moons. */
async function operations(): Promise<number> {
  await useBackend("cpu");
  const [fused, tensors] = [fusedEngine(), tensorEngine()];
  let [steps, count] = [0, 0];
  const counted: Engine["trainStep"] = async (plan) => {
    const made = await tensors.trainStep(plan);
    return {
      ...made,
      step: async (batch, learningRate) => {
        let loss: ReturnType<typeof made.step> = NaN;
        const { kernels } = await tf.profile(() => {
          loss = made.step(batch, learningRate);
          return [];
        });
        steps++;
        count += kernels.length;
        return await loss;
      },
    };
  };
  const options = { simulations: 200, maxEpochs: 1, engine: { ...fused, trainStep: counted } };
  await npe(key(1), TASKS["two_moons"](), options);
  return Math.round(count / steps);
}
