// The page that trains, in Chromium: what it trains is what Deno trains.

import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { decodeArtifact, encodeArtifact, key } from "@likely/core";
import { fusedEngine } from "@likely/kernels";
import { npe } from "@likely/recipes";
import { influenza, twoMoons } from "@likely/simulators";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { buildWeb } from "../_tools/web.ts";
import { isKnownTask, KNOWN_TASKS } from "../web/_known_tasks.ts";
import { TASKS } from "../web/_tasks.ts";
import { findChromium, openBrowser, serveFolder } from "./_browser.ts";
import { assertShows, drawnFrom, holds, openPage, settled, stepper, tableOf } from "./_web_page.ts";

const chromium = await findChromium();

Deno.test("panels of known tasks have all columns of x, and every choice of the page is a known task", async () => {
  for (const [name, task] of Object.entries(TASKS)) {
    const columns = KNOWN_TASKS[name as keyof typeof TASKS].reduce((sum, panel) => sum + panel.columns, 0);
    assertEquals(columns, task().simulator.xDim, name);
    assertEquals(task().name, name);
  }
  const html = await Deno.readTextFile(new URL("../web/train.html", import.meta.url));
  const [choices] = /<select id="task"[\s\S]*?<\/select>/.exec(html)!;
  const names = [...choices.matchAll(/value="(\w+)"/g)].map(([, name]) => name!);
  assert(names.length >= 4 && names.every(isKnownTask));
  assert(!isKnownTask("toString"));
});

/** What the browser says of WebGPU where there is no GPU is no complaint. */
const serious = (complaints: readonly string[]) =>
  complaints.filter((text) => !text.includes("No available adapters"));

const start = (page: Page) => page.getByRole("button", { name: "Simulate and train" }).click();

async function outcome(page: Page): Promise<string> {
  await holds(page, `/^(Trained|Stopped)/.test(document.getElementById("outcome").textContent)`);
  return await page.locator("#outcome").innerText();
}

async function savedModel(page: Page): Promise<{ name: string; bytes: Uint8Array<ArrayBuffer> }> {
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save the model" }).click();
  const file = await saved;
  return { name: file.suggestedFilename(), bytes: await Deno.readFile(await file.path()) };
}

/** Files that are asked for, by workers, too. */
function requests(context: BrowserContext, root: string): ReadonlySet<string> {
  const asked = new Set<string>();
  context.on("request", (request) => asked.add(request.url().replace(root, "").replace(/\?.*$/, "")));
  return asked;
}

async function hasAdapter(browser: Browser, url: string): Promise<boolean> {
  const page = await browser.newPage();
  await page.goto(url);
  const has = await page.evaluate<boolean>("navigator.gpu?.requestAdapter().then(Boolean) ?? false");
  await page.close();
  return has;
}

/** Epochs whose losses the page has drawn. */
const epochsSeen = `Number(/Losses of (\\d+)/.exec(document.getElementById("losses").innerHTML)?.[1] ?? 0)`;

Deno.test({
  name: `training in Chromium (${chromium ?? "not to be had, ignored"})`,
  ignore: chromium === undefined,
  // The browser's pipes are playwright's to close.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async (t) => {
    const folder = await Deno.makeTempDir();
    const { files } = await buildWeb(folder);
    const server = serveFolder(folder);
    const browser = await openBrowser(chromium!);
    const step = stepper(t, browser);
    const address = (query: string) => `${server.url}train.html?${query}`;
    try {
      await step("the same key trains the file that Deno trains, byte for byte", async (context) => {
        const asked = requests(context, server.url);
        const { page, complaints } = await openPage(
          context,
          address("task=two_moons&simulations=300&seed=7"),
        );
        await start(page);
        assertMatch(await outcome(page), /^Trained in [\d.]+ s; .* by fused-(relaxed|plain)\.$/);
        const { name, bytes } = await savedModel(page);
        assertEquals(name, "two_moons.safetensors");
        const { artifact } = await npe(key(7), twoMoons(), { simulations: 300, engine: fusedEngine() });
        assertEquals(decodeArtifact(bytes), decodeArtifact(encodeArtifact(artifact)));
        assertEquals(bytes, encodeArtifact(artifact));
        // All epochs are in the picture, and the bars are full.
        const { epochs } = artifact.provenance.training;
        assertEquals(await page.evaluate(epochsSeen), epochs);
        for (const stage of ["Simulating", "Training"]) {
          const bar = page.getByRole("progressbar", { name: stage });
          assertEquals(await bar.evaluate((bar) => (bar as unknown as { value: number }).value), 1);
        }
        assertEquals(serious(complaints), []);
        // Tensors are nowhere near.
        assert(files.training.every((name) => asked.has(name)));
        assertEquals(files.gpu.filter((name) => asked.has(name)), []);
      });

      await step(
        "what was learned is shown at the task's data, opened in the other page, and linked",
        async (context) => {
          const { page } = await openPage(context, address("task=influenza&simulations=300"));
          await start(page);
          await settled(page, 1);
          const { bytes } = await savedModel(page);
          const { draws } = await drawnFrom(bytes, [...influenza().observation!]);
          assertShows(await tableOf(page), draws);
          await page.locator("#band-note").filter({ hasText: "of 14 inside the middle 90 %" }).waitFor();
          const opening = context.waitForEvent("page");
          await page.getByRole("link", { name: "Open it in the other page" }).click();
          const other = await opening;
          await settled(other, 1);
          assertEquals(
            await other.locator("#lead").innerText(),
            `influenza, a posterior learned from ${
              (decodeArtifact(bytes)).provenance.simulations
            } simulations; it draws in this browser, and nothing you open leaves it.`,
          );
          await page.getByRole("link", { name: "the models of the other page" }).click();
          // What was trained went with its page.
          await other.reload();
          await other.getByRole("alert").filter({ hasText: "the page that trained it must still be open" })
            .waitFor();
          await page.getByRole("link", { name: "Train one here" }).click();
          assertEquals(await page.getByRole("heading", { level: 1 }).innerText(), "Training in the browser");
        },
      );

      await step(
        "stopped, what was learned until then is there, and nothing where nothing was",
        async (context) => {
          const { page, complaints } = await openPage(context, address("task=slcp&simulations=20000&seed=2"));
          const stop = page.getByRole("button", { name: "Stop" });
          assert(await stop.isDisabled());
          await start(page);
          await holds(page, `${epochsSeen} >= 2`);
          await stop.click();
          assertMatch(
            await outcome(page),
            /^Stopped after \d+ epochs and .* what was learned until then is below/,
          );
          await settled(page, 1);
          const { provenance } = decodeArtifact((await savedModel(page)).bytes);
          assertEquals(provenance.training.epochs, await page.evaluate<number>(epochsSeen));
          assert(provenance.training.epochs >= 2 && provenance.training.epochs < 60);
          assertEquals([provenance.simulator, provenance.simulations], ["slcp", 20000]);
          // While it simulates there is nothing to keep.
          await page.getByLabel("Task").selectOption("lotka_volterra");
          await page.getByLabel("Simulations").fill("100000");
          // By keys, which are where the next one is.
          await page.keyboard.press("Enter");
          await holds(page, `document.getElementById("simulating-note").textContent !== ""`);
          assert(await stop.isEnabled());
          await stop.press("Enter");
          assertMatch(
            await outcome(page),
            /^Stopped after [\d,]+ simulations: nothing was learned of them yet\.$/,
          );
          assert(await page.locator("#kept").isHidden());
          assert(
            await page.getByRole("button", { name: "Simulate and train" }).and(page.locator(":focus"))
              .count() === 1,
          );
          assertEquals(serious(complaints), []);
        },
      );

      await step("orders that cannot be are refused, those of an address taken", async (context) => {
        const { page } = await openPage(context, address("task=nothing&simulations=20&seed=3&engine=webgpu"));
        assertEquals(await page.getByLabel("Task").inputValue(), "two_moons");
        await page.getByText("WebGPU finds no GPU here").or(page.getByText("WebGPU finds a software one"))
          .waitFor();
        await start(page);
        await page.getByRole("alert").filter({
          hasText: "Cannot train as Simulations must be a whole number in [200, 100000]: current value is 20",
        }).waitFor();
      });

      await step(
        "without a network it trains as before, in light and dark, on screens of all widths",
        async (context) => {
          const { page } = await openPage(context, address("task=two_moons&simulations=200"));
          await page.evaluate("navigator.serviceWorker.ready.then(() => true)");
          await holds(
            page,
            `caches.open("likely-page").then((cache) => cache.match("training/_training_worker.js")).then(Boolean)`,
          );
          await context.setOffline(true);
          await page.reload();
          await start(page);
          await outcome(page);
          await page.locator("#band-note").filter({ hasText: "of 2 inside" }).waitFor();
          for (const scheme of ["light", "dark"] as const) {
            for (const width of [320, 390, 1280]) {
              await page.emulateMedia({ colorScheme: scheme });
              await page.setViewportSize({ width, height: 800 });
              const [light, over] = await page.evaluate<[boolean, number]>(`[
              Number(/\\d+/.exec(getComputedStyle(document.body).backgroundColor)[0]) > 127,
              document.documentElement.scrollWidth - innerWidth,
            ]`);
              assertEquals(light, scheme === "light");
              assert(over <= 0, `${over} pixels too wide at ${width}`);
            }
          }
        },
      );

      const withGpu = await openBrowser(chromium!, [
        "--enable-unsafe-webgpu",
        "--use-webgpu-adapter=swiftshader",
      ]);
      try {
        const hasGpu = await hasAdapter(withGpu, server.url);
        const gpu = hasGpu ? "a software one" : "not to be had, ignored";
        await stepper(t, withGpu, !hasGpu)(`on WebGPU (${gpu}) tensors learn the same`, async (context) => {
          const asked = requests(context, server.url);
          const { page } = await openPage(context, address("task=two_moons&simulations=200"));
          await page.getByText("WebGPU finds a software one here").waitFor();
          // It is offered to who asks for it by name alone.
          assert(await page.locator("option[value=webgpu]").isDisabled());
          await page.goto(address("task=two_moons&simulations=200&engine=webgpu"));
          await holds(page, `document.getElementById("engine").value === "webgpu"`);
          await start(page);
          await holds(page, `${epochsSeen} >= 1`);
          await page.getByRole("button", { name: "Stop" }).click();
          await outcome(page);
          const { provenance } = decodeArtifact((await savedModel(page)).bytes);
          assertEquals(provenance.engine, "tfjs-webgpu");
          assert(files.gpu.length > 0 && files.gpu.every((name) => asked.has(name)));
          const { history } = await npe(key(1), twoMoons(), { simulations: 200, engine: fusedEngine() });
          // Rounding of float32, seven steps of it.
          for (const curve of ["train", "validation"] as const) {
            assertAlmostEquals(provenance.training.history![curve][0]!, history[curve][0]!, 0.02);
          }
        });
      } finally {
        await withGpu.close();
      }
    } finally {
      await browser.close();
      await server.stop();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
