// The WebGPU machine in a real browser, on the software adapter that it brings.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { findChromium, openBrowser, serveFolder } from "./_browser.ts";
import type { Found } from "./_webgpu_page.ts";

const chromium = await findChromium();

Deno.test({
  name: chromium
    ? "WebGPU in Chromium trains and evaluates as the module does"
    : "WebGPU is not tested in Chromium: there is none",
  ignore: chromium === undefined,
  sanitizeResources: false,
  sanitizeOps: false,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const entry = new URL("_webgpu_page.ts", import.meta.url).pathname;
    const bundle = ["bundle", "--quiet", "--platform", "browser", "--output", `${folder}/page.js`, entry];
    assert((await new Deno.Command(Deno.execPath(), { args: bundle }).output()).success);
    await Deno.writeTextFile(`${folder}/index.html`, '<script type="module" src="page.js"></script>');
    const server = serveFolder(folder);
    const browser = await openBrowser(chromium!, [
      "--enable-unsafe-webgpu",
      "--use-webgpu-adapter=swiftshader",
    ]);
    try {
      const page = await browser.newPage();
      await page.goto(server.url);
      await page.waitForFunction("globalThis.found !== undefined", undefined, { timeout: 60_000 });
      const { trainer, shaders, distances, curves } = await page.evaluate("found") as Found;
      assert(trainer.startsWith("webgpu ("), trainer);
      assertEquals(shaders.refused, []);
      assert(shaders.checked > 50, `${shaders.checked} shaders`);
      for (const [name, apart] of Object.entries(distances)) assert(apart < 5e-5, `${name}: ${apart}`);
      curves.forEach(([ours, theirs], i) => assertAlmostEquals(ours, theirs, 2e-3, `step ${i}`));
    } finally {
      await browser.close();
      await server.stop();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
