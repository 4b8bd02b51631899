// `likely deploy` as a process of its own: the folder answers on the host, or the command does not say so.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { encodeArtifact, key } from "@likely/core";
import { ace, ensemble, npe, twoMoons } from "@likely/sbi";
import { startPage } from "../cli/_host_page.ts";
import { startProcess } from "../cli/_host_process.ts";
import { findChromium, openBrowser, serveFolder } from "./_browser.ts";
import { assertRefused, Desk } from "./_desk.ts";

const SMALL = { simulations: 200, maxEpochs: 1 } as const;
const { artifact } = await npe(key(0), twoMoons(), SMALL);
const MOONS = encodeArtifact(artifact);
const COST = encodeArtifact((await ace(key(0), twoMoons(), SMALL)).artifact);

function desk(): Desk {
  const desk = new Desk("--allow-run", "--allow-net=127.0.0.1", "--allow-env=LIKELY_CHROMIUM");
  desk.write("moons.safetensors", MOONS);
  desk.write("cost.safetensors", COST);
  return desk;
}

async function isThere(...command: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(command[0]!, { args: command.slice(1) }).output()).success;
  } catch {
    return false;
  }
}

const chromium = await findChromium();
const HOSTS = {
  deno: true,
  node: await isThere("node", "--version"),
  cloudflare: await isThere("npx", "-y", "workerd@1.20261117.1", "--version"),
  vercel: await isThere("npx", "-y", "-p", "edge-runtime@4.0.1", "node", "--version"),
  browser: chromium !== undefined,
};
const SERVICE = { vercel: ".vercel/output/functions/service.func/service.js" } as Record<string, string>;

for (const [host, there] of Object.entries(HOSTS)) {
  Deno.test({
    name: `likely deploy --host ${host} writes a folder that answers${
      there ? "" : " (not to be had, ignored)"
    }`,
    ignore: !there,
    fn: async () => {
      await using at = desk();
      const origin = host === "browser" ? [] : ["--origin", "*"];
      for (const models of [["moons.safetensors"], ["moons.safetensors", "cost.safetensors"]]) {
        // Written twice: its own folder is replaced.
        const end = await at.run("deploy", ...models, "--host", host, "--out", "service", ...origin);
        assertEquals(end.code, 0, end.stderr);
        assertStringIncludes(end.stdout, "its answers are those of the library");
      }
      const size = (await Deno.stat(at.file(`service/${SERVICE[host] ?? "service.js"}`))).size;
      assert(size < 250_000, `the service has ${size} bytes`);
      const readme = await Deno.readTextFile(at.file("service/README.md"));
      assertStringIncludes(readme, host);
      assert(readme.split("\n").length <= 16, readme);
    },
  });
}

const written = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("likely deploy takes away what it wrote earlier, and what the tools of hosts wrote stays", async () => {
  await using at = desk();
  const deploy = async (models: string, host: string) => {
    const end = await at.run(..."deploy --out s --no-try --host".split(" "), host, ...models.split(" "));
    assertEquals(end.code, 0, end.stderr);
    assertStringIncludes(end.stdout, "not tried");
    return written(at.file("s"));
  };
  const vercel = await deploy("moons.safetensors cost.safetensors", "vercel");
  assertEquals(vercel, [".vercel", "README.md", "edge.mjs"]);
  at.write("s/.vercel/project.json", "{}");
  await deploy("moons.safetensors", "vercel");
  assertEquals(written(at.file("s/.vercel")), ["output", "project.json"]);
  assertEquals(written(at.file("s/.vercel/output/functions/service.func")), [
    ".vc-config.json",
    "kernels.wasm",
    "moons.safetensors.js",
    "service.js",
    "worker.js",
  ]);
  const node = await deploy("moons.safetensors", "node");
  assertEquals(node, [
    ".vercel",
    "README.md",
    "kernels.wasm",
    "moons.safetensors",
    "package.json",
    "server.mjs",
    "service.js",
  ]);
  assertEquals(written(at.file("s/.vercel")), ["project.json"]);
});

Deno.test("likely deploy tells what Vercel's smallest plan does not take", async () => {
  await using at = desk();
  at.write("many.safetensors", encodeArtifact(ensemble(Array(20).fill(artifact))));
  const deploy = async (model: string) =>
    (await at.run(..."deploy --host vercel --no-try --out s".split(" "), model)).stdout;
  assertStringIncludes(await deploy("many.safetensors"), "more than the 1000 kB of Vercel's smallest plan");
  assert(!(await deploy("moons.safetensors")).includes("plan"));
});

Deno.test("likely deploy says so where the folder does not answer, and refuses what it cannot write", async () => {
  await using at = desk();
  await Deno.mkdir(at.file("notes"));
  at.write("notes/mine.txt", "");
  await Deno.mkdir(at.file("site"));
  at.write("site/index.html", "<!doctype html>");
  at.write("site/README.md", "# My site");
  at.write("odd name.safetensors", MOONS);
  const deploy = "deploy moons.safetensors --host";
  await assertRefused(at, "deploy moons.safetensors --out s", 2, "--host is missing");
  await assertRefused(at, `${deploy} mars --out s`, 2, "one of cloudflare, deno, node, vercel, browser");
  await assertRefused(at, `${deploy} browser --out s --origin *`, 2, "--origin must be left out");
  await assertRefused(at, `${deploy} deno --out notes`, 1, `"mine.txt" is there`);
  await assertRefused(
    at,
    `${deploy} browser --out site`,
    1,
    "only a service of this command may be replaced",
  );
  await assertRefused(at, "deploy none.safetensors --host deno --out s", 1, "must exist");
  await assertRefused(at, "deploy task.ts --host deno --out s", 1, "task.ts: ");
  const odd = await at.run("deploy", "odd name.safetensors", "--host", "deno", "--out", "s");
  assertEquals(odd.code, 2);
  assertStringIncludes(odd.stderr, "names of their own");
  assert(!at.has("s"));
});

/** The command with other programs on the path. */
async function deployWith(at: Desk, path: string, host: string): Promise<{ code: number; stderr: string }> {
  const main = new URL("../cli/main.ts", import.meta.url).pathname;
  const allow = ["--allow-read", "--allow-write", "--allow-run", "--allow-net=127.0.0.1"];
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--no-prompt", ...allow, main, "deploy", "moons.safetensors", "--host", host]
      .concat("--out", `on-${host}`),
    cwd: at.path,
    env: { PATH: path },
  }).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

Deno.test("a host that is not there, answers otherwise or ends is no success", async () => {
  await using at = desk();
  const path = Deno.env.get("PATH")!;
  await Deno.mkdir(at.file("bin"));
  const bare = await deployWith(at, at.file("bin"), "browser");
  assertStringIncludes(bare.stderr, "as Chromium must be installed");
  assertStringIncludes(bare.stderr, "--no-try leaves that out");
  const pretend = (script: string) => {
    at.write("bin/node", `#!/bin/sh\n${script}\n`);
    Deno.chmodSync(at.file("bin/node"), 0o755);
    return deployWith(at, `${at.file("bin")}:${path}`, "node");
  };
  at.write(
    "nonsense.js",
    `Deno.serve({ port: +Deno.env.get("PORT"), hostname: "127.0.0.1" }, () => new Response("nonsense"));`,
  );
  const nonsense = await pretend(`exec "${Deno.execPath()}" run -A "${at.file("nonsense.js")}"`);
  assertStringIncludes(
    nonsense.stderr,
    "as the host must answer GET / as the library does: status 200, 8 bytes",
  );
  const ending = await pretend("echo 'Error: out of luck' >&2; exit 3");
  assertStringIncludes(ending.stderr, "as the host must stay up: Error: out of luck");
  assertEquals([bare, nonsense, ending].map(({ code }) => code), [1, 1, 1]);
});

Deno.test({
  name: "a port that is taken is what the trial of a server says",
  ignore: !HOSTS.node,
  fn: async () => {
    await using at = desk();
    await at.run(..."deploy moons.safetensors --no-try --host node --out s".split(" "));
    using taken = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    await using host = startProcess(
      at.file("s"),
      () => ["env", `PORT=${taken.addr.port}`, "node", "server.mjs"],
    );
    await assertRejects(() => host.ask({ path: "/health" }), Error, "EADDRINUSE");
  },
});

Deno.test({
  name: `Vercel's function asks for the token${HOSTS.vercel ? "" : " (edge-runtime not to be had, ignored)"}`,
  ignore: !HOSTS.vercel,
  fn: async () => {
    await using at = desk();
    await at.run(..."deploy moons.safetensors --no-try --host vercel --out s".split(" "));
    const serve = "echo pid $$ >&2; exec node --experimental-vm-modules edge.mjs";
    await using host = startProcess(
      at.file("s"),
      (
        port,
      ) => ["env", `PORT=${port}`, "TOKEN=secret", "npx", "-y", "-p", "edge-runtime@4.0.1", "-c", serve],
    );
    const status = async (headers = {}) => (await host.ask({ path: "/", headers }))[0]!.status;
    assertEquals(await status(), 401);
    assertEquals(await status({ authorization: "Bearer secret" }), 200);
  },
});

Deno.test({
  name: `a browser's folder answers pages, links and modules${chromium ? "" : " (no Chromium, ignored)"}`,
  ignore: chromium === undefined,
  fn: async () => {
    await using at = desk();
    await at.run(..."deploy moons.safetensors --no-try --host browser --out s".split(" "));
    const server = serveFolder(at.path);
    const browser = await openBrowser(chromium!);
    try {
      const page = await browser.newPage();
      await page.goto(`${server.url}s/`);
      await page.evaluate(`navigator.serviceWorker.ready`);
      const shown = JSON.parse(await page.locator("pre").textContent() ?? "");
      assertEquals(shown.draws.length, 20);
      // The worker answers a link that is followed; files and other folders are the web server's.
      await page.getByRole("link", { name: "An example" }).click();
      assertEquals(JSON.parse(await page.locator("body").textContent() ?? "").draws, shown.draws);
      await page.goto(`${server.url}s/`);
      const statuses = await page.evaluate<number[]>(
        `Promise.all(["health", "kernels.wasm", "nothing", "../x.csv", "../posterior"].map(async (path) =>
          (await fetch(path)).status))`,
      );
      assertEquals(statuses, [200, 200, 404, 200, 404]);
      // A page of another folder asks the module; a web server that lacks a file is told so, and asked again.
      at.write("other.html", "<!doctype html>");
      await page.goto(`${server.url}other.html`);
      const ask = async () =>
        await page.evaluate<string>(
          `import("/s/surrogate.js").then(({ answer }) => answer("health"))
            .then((response) => response.text(), (error) => error.message)`,
        );
      await Deno.rename(at.file("s/kernels.wasm"), at.file("kernels.wasm"));
      assertStringIncludes(await ask(), "as the web server must have it: status is 404");
      await Deno.rename(at.file("kernels.wasm"), at.file("s/kernels.wasm"));
      assertEquals(JSON.parse(await ask()), { ok: true });
      const outside = `import("/s/surrogate.js").then(({ answer }) => answer("/posterior"))`;
      await assertRejects(() => page.evaluate(outside), Error, "as it must be below");
    } finally {
      await browser.close();
      await server.stop();
    }
  },
});

Deno.test({
  name: `Chromium that ends is no host, nor is a page whose scripts are broken${
    chromium ? "" : " (no Chromium, ignored)"
  }`,
  ignore: chromium === undefined,
  fn: async () => {
    await using at = desk();
    await at.run(..."deploy moons.safetensors --no-try --host browser --out s".split(" "));
    const before = Deno.env.get("LIKELY_CHROMIUM");
    at.write("ends", "#!/bin/sh\nexit 0\n");
    await Deno.chmod(at.file("ends"), 0o755);
    try {
      Deno.env.set("LIKELY_CHROMIUM", at.file("ends"));
      await assertRejects(() => startPage(at.file("s")), Error, "ends has ended");
      Deno.env.set("LIKELY_CHROMIUM", chromium!);
      at.write("s/service-worker.js", "export {");
      await assertRejects(() => startPage(at.file("s")), Error, "as it must work: ");
      at.write("s/service.js", "export {");
      await assertRejects(() => startPage(at.file("s")), Error, "Unexpected end of input");
    } finally {
      if (before === undefined) Deno.env.delete("LIKELY_CHROMIUM");
      else Deno.env.set("LIKELY_CHROMIUM", before);
    }
  },
});
