// The page in Chromium: what it shows is what Deno draws.

import { assert, assertAlmostEquals, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { drawsFromCsv, drawsToCsv, encodeArtifact, foldIn, gatherRows, key, points } from "@likely/core";
import { quantile } from "@likely/diagnostics";
import { kernels, openSurrogate } from "@likely/edge";
import { condition } from "@likely/posteriors/condition";
import { byNuts } from "@likely/posteriors/by-nuts";
import { influenza } from "@likely/simulators";
import { buildWeb, kilobytes } from "../_tools/web.ts";
import { about } from "../web/_about.ts";
import { readRows, writeRows } from "../web/_read_rows.ts";
import { ticks } from "../web/_ticks.ts";
import { assertRefused, Desk } from "./_desk.ts";
import { findChromium, openBrowser, serveFolder } from "./_browser.ts";
import {
  after,
  assertShows,
  download,
  drawnFrom,
  holds,
  openPage,
  pictures,
  searched,
  settled,
  stepper,
  tableOf,
} from "./_web_page.ts";

const folder = await Deno.makeTempDir();
const { files, sizes } = await buildWeb(folder);
await Deno.copyFile(
  new URL("../prebuilt/hodgkin_huxley.safetensors", import.meta.url),
  `${folder}/models/hodgkin_huxley.safetensors`,
);
await Deno.writeTextFile(`${folder}/models/broken.safetensors`, "no model at all");
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

Deno.test("the page has at most 150 kB with gzip before a model", () => {
  assertEquals(files.page.length, 6);
  assert(kilobytes(files.page, sizes) <= 150, JSON.stringify(sizes));
});

Deno.test("rows of numbers are read as people write them, and errors say which", () => {
  const [one, many] = [{ width: 3, many: false }, { width: 3, many: true }];
  assertEquals(readRows("1, 2,3", one), [[1, 2, 3]]);
  assertEquals(readRows("1\n2\n-3e2\n", one), [[1, 2, -300]]);
  assertEquals(readRows("1 2 3\n\n4;5;6", many), [[1, 2, 3], [4, 5, 6]]);
  assertEquals(readRows(writeRows([[0.1, 2, 3], [4, 5, 6]]), many), [[0.1, 2, 3], [4, 5, 6]]);
  const message = (text: string, how = many) => {
    try {
      return String(readRows(text, how));
    } catch (error) {
      return (error as Error).message;
    }
  };
  assertEquals(message(" "), "Cannot read x as it must have numbers: there are none");
  assertEquals(message("1 2 3\n4 5"), "Cannot read x as row 2 must have 3 numbers: current number is 2");
  assertEquals(message("1 2 x", one), 'Cannot read x as it must have numbers alone: current value is "x"');
});

Deno.test("ticks are round, inside and told apart", () => {
  for (const [low, high] of [[0, 1], [-3, 7], [1e-9, 3e-9], [101325, 101326], [-5e8, 2e9]] as const) {
    const found = ticks(low, high, 4);
    assert(found.length >= 2 && found.length <= 6, `${low} ${high}: ${found.length}`);
    assert(found.every(({ value }) => value >= low - 1e-6 * (high - low) && value <= high * (1 + 1e-12)));
    assertEquals(new Set(found.map(({ text }) => text)).size, found.length);
    for (const { value, text } of found) {
      assertAlmostEquals(Number(text.replace("−", "-")), value, 1e-6 * (high - low));
    }
  }
  assertEquals(ticks(1, 1, 4), []);
});

/** What the worker does, in Deno. */
async function drawn(model: string, x: readonly number[], more: { n?: number; beta?: number } = {}) {
  return await drawnFrom(await Deno.readFile(`${folder}/models/${model}.safetensors`), x, more);
}

Deno.test("sliders span what training had, and every example is an observation that is accepted", async () => {
  for (const model of ["influenza", "drift_diffusion", "hodgkin_huxley"]) {
    const bytes = await Deno.readFile(`${folder}/models/${model}.safetensors`);
    const { artifact, engine } = await openSurrogate(bytes, kernels);
    const { columns, examples, takesRows, beta } = about(artifact);
    assertEquals(columns.length, artifact.spec.xDim);
    assertEquals([takesRows, beta === undefined], [model !== "influenza", model === "influenza"]);
    assert(examples.length > 10);
    for (const [row] of examples as [number[]][]) {
      row.forEach((value, j) => {
        const { low, high, step, isLog } = columns[j]!;
        const slack = isLog ? 0.05 * value : step;
        assert(
          value >= low - slack && value <= high + slack,
          `${model} x[${j}] ${value} in ${low} to ${high}`,
        );
      });
      using _ = await condition(artifact, row, { engine, sampledBy: byNuts });
    }
    // Ends of sliders are data, too.
    for (const end of ["low", "high"] as const) {
      using _ = await condition(artifact, columns.map((column) => column[end]), {
        engine,
        sampledBy: byNuts,
      });
    }
  }
  const { columns } = about(
    (await openSurrogate(await Deno.readFile(`${folder}/models/drift_diffusion.safetensors`), kernels))
      .artifact,
  );
  assertEquals(columns[0], { low: 0, high: 1, step: 1 });
});

const chromium = await findChromium();

Deno.test({
  name: `the page in Chromium (${chromium ?? "not to be had, ignored"})`,
  ignore: chromium === undefined,
  // The browser's pipes are playwright's to close.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async (t) => {
    const browser = await openBrowser(chromium!);
    const server = serveFolder(folder);
    const observed = Array.from(influenza().observation!);
    const address = (model: string, more = "") => `${server.url}?model=models/${model}.safetensors${more}`;
    const step = stepper(t, browser);
    try {
      await step("the draws of an address are those of Deno, bit for bit", async (context) => {
        const { page, complaints } = await openPage(context, address("influenza", `&x=${observed.join()}`));
        await settled(page, 1);
        const { draws } = await drawn("influenza", observed);
        assertShows(await tableOf(page), draws);
        const saved = await download(page, "Save draws");
        assertEquals(saved.name, "influenza_draws.csv");
        const read = drawsFromCsv(saved.text);
        assertEquals(read.names, [...draws.names]);
        assertEquals(read.values, draws.values);
        assertMatch(await page.locator("#status").innerText(), /^2,000 draws directly, in \d+ ms\.$/);
        assertEquals(await page.evaluate("crossOriginIsolated"), false);
        assertEquals(complaints, []);
      });

      await step("a slider that is dragged moves the posterior", async (context) => {
        const { page, complaints } = await openPage(context, address("influenza", `&x=${observed.join()}`));
        await settled(page, 1);
        const before = await tableOf(page);
        const drafts = `performance.getEntriesByName("first picture").length`;
        const draftsBefore = await page.evaluate<number>(drafts);
        const box = (await page.getByRole("slider", { name: "x[4], slider" }).boundingBox())!;
        await after(page, async () => {
          await page.mouse.move(box.x + box.width * 0.8, box.y + box.height / 2);
          await page.mouse.down();
          await page.mouse.move(box.x + box.width * 0.7, box.y + box.height / 2, { steps: 12 });
          // Pictures come before the button is up.
          await holds(page, `${drafts} > ${draftsBefore}`);
          await page.mouse.up();
        });
        const field = Number(await page.getByRole("spinbutton", { name: "x[4]" }).inputValue());
        assert(Math.abs(field - observed[4]!) > 0.05, `the field must have followed: ${field}`);
        // The first of the question after the last move may be what was waited for.
        await searched(page, `,${field},`);
        const table = await tableOf(page);
        assertShows(table, (await drawn("influenza", observed.with(4, field))).draws);
        await after(page, () => page.getByRole("button", { name: "Reset" }).click());
        assertEquals(await tableOf(page), before);
        assert(JSON.stringify(table) !== JSON.stringify(before));
        assertEquals(complaints, []);
      });

      await step("keys move sliders and β, and β tempers", async (context) => {
        const { page } = await openPage(context, address("drift_diffusion", "&x=1,0.6"));
        await settled(page, 1);
        assertShows(await tableOf(page), (await drawn("drift_diffusion", [1, 0.6], { beta: 1 })).draws);
        assertStringIncludes(await page.locator("#status").innerText(), "by weighted proposals, k̂ ");
        await page.getByRole("spinbutton", { name: "x[1]" }).focus();
        await page.keyboard.press("Tab");
        const slider = page.getByRole("slider", { name: "β, slider" });
        assert(await slider.and(page.locator(":focus")).count() === 1, "β must be next");
        await after(page, () => page.keyboard.press("End"));
        assertEquals(await slider.getAttribute("aria-valuetext"), "10");
        assertShows(await tableOf(page), (await drawn("drift_diffusion", [1, 0.6], { beta: 10 })).draws);
      });

      await step("what is unlike training is told, and what is impossible refused", async (context) => {
        const { page } = await openPage(context, address("drift_diffusion", "&x=1,0.6"));
        await settled(page, 1);
        assertEquals(await page.locator("#warnings").innerText(), "");
        const field = page.getByRole("spinbutton", { name: "x[1]" });
        await after(page, () => field.fill("90"));
        const { draws } = await drawn("drift_diffusion", [1, 90], { beta: 1 });
        assert(draws.warnings.length > 0);
        const told = await page.locator("#warnings").getByRole("paragraph").allInnerTexts();
        assertEquals(told.slice(1), [...new Set(draws.warnings)]);
        await field.fill("-1");
        const alert = page.getByRole("alert");
        await alert.filter({ hasText: "column 1 must be in (0, Infinity): current value is -1" }).waitFor();
        await field.fill("");
        await alert.filter({ hasText: "Cannot draw as x[1] must be a number" }).waitFor();
        assertEquals(await field.getAttribute("aria-invalid"), "true");
        await after(page, () => field.fill("0.6"));
        assertEquals([await alert.innerText(), await page.locator("#warnings").innerText()], ["", ""]);
      });

      await step("several observations are lines of text", async (context) => {
        const { page } = await openPage(
          context,
          address("drift_diffusion", "&x=1,0.6;0,0.9;1,0.7&draws=200"),
        );
        await settled(page, 1);
        const text = page.getByRole("textbox", { name: "x, 2 numbers" });
        assertEquals(await text.inputValue(), "1, 0.6\n0, 0.9\n1, 0.7");
        const wide = await tableOf(page);
        await after(page, () => text.fill(Array(40).fill("1, 0.6").join("\n")));
        const narrow = await tableOf(page);
        assert((narrow[0]![2] as number) < 0.7 * (wide[0]![2] as number), "40 trials tell more than 3");
        assertStringIncludes(await page.locator("#status").innerText(), "by weighted proposals");
      });

      await step("a newer question overtakes an older one", async (context) => {
        const { page } = await openPage(context, address("hodgkin_huxley", "&draws=100"));
        await settled(page, 1);
        // All at once, so that none is answered before the next is asked, however quick it is.
        await after(page, () =>
          page.evaluate(`{
            const slider = document.querySelector("#beta input[type=range]");
            for (let i = 0; i < 6; i++) {
              slider.stepDown();
              slider.dispatchEvent(new Event("input"));
            }
          }`));
        const beta = Number(await page.getByRole("spinbutton", { name: "β" }).inputValue());
        await searched(page, `beta=${beta}&`);
        const found = new URLSearchParams(new URL(page.url()).search).get("x")!.split(",").map(Number);
        assertShows(await tableOf(page), (await drawn("hodgkin_huxley", found, { beta, n: 100 })).draws);
        assert(await pictures(page) < 6, "not all of seven questions were answered");
        await page.getByRole("checkbox", { name: "gNa" }).uncheck();
        assertMatch(
          (await page.getByRole("img", { name: "in pairs" }).getAttribute("aria-label"))!,
          /^Draws of gK, gLeak, gM, tauMax, minusVT in pairs/,
        );
      });

      await step("a file is dropped, chosen, and refused with a sentence", async (context) => {
        const { page, complaints } = await openPage(context, server.url);
        const bytes = await Deno.readFile(`${folder}/models/influenza.safetensors`);
        const transfer = await page.evaluateHandle(`(() => {
          const data = new DataTransfer();
          const bytes = Uint8Array.from(atob("${bytes.toBase64()}"), (letter) => letter.charCodeAt(0));
          data.items.add(new File([bytes], "mine.safetensors"));
          return data;
        })()`);
        await after(page, () => page.dispatchEvent("body", "drop", { dataTransfer: transfer }));
        assertEquals((await tableOf(page)).map(([name]) => name), ["beta", "gamma", "phi_inv"]);
        assertEquals(new URL(page.url()).search, "");
        await page.locator("#file").setInputFiles(`${folder}/models/broken.safetensors`);
        await page.getByRole("alert").filter({ hasText: "Cannot " }).waitFor();
        // What was open is still there.
        await after(page, () => page.getByRole("button", { name: "Another simulation" }).click());
        assertEquals(await page.getByRole("alert").innerText(), "");
        await page.getByRole("textbox", { name: "Model" }).fill("models/nowhere.safetensors");
        await page.keyboard.press("Enter");
        await page.getByRole("alert").filter({ hasText: "must answer: its status is 404" }).waitFor();
        assertEquals(complaints.filter((text) => !text.includes("404")), []);
      });

      await step("the picture is saved as it is seen", async (context) => {
        const { page } = await openPage(context, address("influenza"));
        await settled(page, 1);
        const { name, text } = await download(page, "Save picture");
        assertEquals(name, "influenza_posterior.svg");
        const found = await page.evaluate<{ broken: number; texts: string[]; points: number }>(`(() => {
          const read = new DOMParser().parseFromString(${JSON.stringify(text)}, "image/svg+xml");
          return {
            broken: read.querySelectorAll("parsererror").length,
            texts: [...read.querySelectorAll("text")].map((node) => node.textContent),
            points: [...read.querySelectorAll("path[stroke-linecap]")]
              .reduce((sum, path) => sum + path.getAttribute("d").split("h0").length - 1, 0),
          };
        })()`);
        assertEquals(found.broken, 0);
        for (const parameter of ["beta", "gamma", "phi_inv"]) assert(found.texts.includes(parameter));
        // Three panels; the outermost 0.2 % of a column may lie beyond them.
        assert(found.points > 3 * 2000 * 0.99 && found.points <= 3 * 2000, `${found.points} points`);
      });

      await step("what a simulator that the page has predicts is shown", async (context) => {
        const { page, complaints } = await openPage(context, address("influenza", `&x=${observed.join()}`));
        await page.locator("#band-note").filter({ hasText: "Median, middle 50 %" }).waitFor();
        const { draws } = await drawn("influenza", observed);
        const all = points(draws.values, draws.names.length);
        const theta = gatherRows(all, Array.from({ length: 500 }, (_, i) => Math.floor(i * all.n / 500)));
        const x = influenza().simulator.simulate(foldIn(key(1), 0x70726564), theta);
        const seen = await page.evaluate<{ ticks: [number, number][]; boxes: [number, number][] }>(`({
          ticks: [...document.querySelectorAll("#band text[text-anchor=end]")]
            .map((text) => [Number(text.textContent), Number(text.getAttribute("y")) - 4]),
          boxes: [...document.querySelectorAll("#band rect")]
            .map((box) => ["y", "height"].map((name) => Number(box.getAttribute(name)))),
        })`);
        // The axis tells what a pixel is.
        const [[v0, y0], [v1, y1]] = [seen.ticks[0]!, seen.ticks.at(-1)!];
        const value = (y: number) => v0 + (y - y0) * (v1 - v0) / (y1 - y0);
        assertEquals(seen.boxes.length, 2 * 14);
        let inside = 0;
        for (let j = 0; j < 14; j++) {
          const column = Float64Array.from({ length: x.n }, (_, i) => x.data[i * 14 + j]!);
          [[0.05, 0.95], [0.25, 0.75]].forEach((ends, k) => {
            const [y, height] = seen.boxes[2 * j + k]!;
            assertAlmostEquals(value(y + height), quantile(column, ends[0]!), 1e-6);
            assertAlmostEquals(value(y), quantile(column, ends[1]!), 1e-6);
          });
          if (observed[j]! >= quantile(column, 0.05) && observed[j]! <= quantile(column, 0.95)) inside++;
        }
        assertStringIncludes(await page.locator("#band-note").innerText(), `500 simulations`);
        assertStringIncludes(await page.locator("#band-note").innerText(), `${inside} of 14 inside`);
        assertEquals(complaints, []);
      });

      await step("without the simulator there is no band, and why is said", async (context) => {
        const { artifact } = await drawn("influenza", observed);
        for (
          const [simulator, reason] of [
            ["mine", "it needs the simulator, and mine is none of those that come with this page"],
            [
              "two_moons",
              "the simulator must be the page's own of that name, of theta1, theta2 and 2 numbers",
            ],
          ]
        ) {
          const provenance = { ...artifact.provenance, simulator: simulator! };
          await Deno.writeFile(
            `${folder}/models/${simulator}.safetensors`,
            encodeArtifact({ ...artifact, provenance }),
          );
          const { page } = await openPage(context, address(simulator!));
          await page.locator("#band-note").filter({ hasText: reason! }).waitFor();
          assertEquals(await page.locator("#band svg").count(), 0);
        }
      });

      await step("without a network it opens and draws as before", async (context) => {
        const { page } = await openPage(context, address("influenza", `&x=${observed.join()}`));
        await settled(page, 1);
        const before = await tableOf(page);
        await page.evaluate("navigator.serviceWorker.ready.then(() => true)");
        // Loaded again, by the service worker this time, which keeps the model as well.
        await page.reload();
        await settled(page, 1);
        await context.setOffline(true);
        await page.reload();
        await settled(page, 1);
        assertEquals(await tableOf(page), before);
      });

      await step("a report's link opens its model and its observation", async (context) => {
        await using desk = new Desk();
        const { draws } = await drawn("influenza", observed);
        desk.write("m.safetensors", await Deno.readFile(`${folder}/models/influenza.safetensors`));
        desk.write("d.csv", drawsToCsv(draws));
        const report = [
          "report",
          "m.safetensors",
          "d.csv",
          "--out",
          "r.html",
          "--task",
          "influenza",
          "--page",
        ];
        const { code, stderr } = await desk.run(...report, address("influenza"));
        assertEquals([code, stderr], [0, ""]);
        const page = await context.newPage();
        await page.goto(`file://${desk.file("r.html")}`);
        await page.getByRole("link", { name: "Change the observation" }).click();
        await page.waitForURL(/model=/);
        await settled(page, 1);
        assertShows(await tableOf(page), draws);
        await assertRefused(desk, [...report, "page.html"].join(" "), 1, "with ?model= in it");
      });

      await step("light and dark, and no wider than a small screen", async (context) => {
        for (const scheme of ["light", "dark"] as const) {
          for (const width of [320, 390, 1280]) {
            const { page } = await openPage(context, address("influenza"));
            await page.emulateMedia({ colorScheme: scheme });
            await page.setViewportSize({ width, height: 800 });
            await settled(page, 1);
            const [light, over] = await page.evaluate<[boolean, number]>(`[
              Number(/\\d+/.exec(getComputedStyle(document.body).backgroundColor)[0]) > 127,
              document.documentElement.scrollWidth - innerWidth,
            ]`);
            assertEquals(light, scheme === "light");
            assert(over <= 0, `${over} pixels too wide at ${width}`);
            await page.close();
          }
        }
      });

      await step("what the browser lacks is told", async (context) => {
        await context.addInitScript(() =>
          Object.defineProperty(globalThis, "WebAssembly", { value: undefined })
        );
        const { page } = await openPage(context, address("influenza"));
        await page.getByRole("alert").filter({ hasText: "must have WebAssembly" }).waitFor();
        const opened = await context.newPage();
        // Browsers load no modules of files: this is said without a script.
        await opened.goto(`file://${folder}/index.html`);
        await opened.getByText("the page must come from a web server").waitFor();
      });
    } finally {
      await browser.close();
      await server.stop();
    }
  },
});
