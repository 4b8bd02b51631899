// The same service on hosts that are not Deno: the same answers, bit for bit.

import { freePort } from "../cli/_free_port.ts";
import { assertEquals } from "@std/assert";
import { type Artifact, encodeArtifact, key } from "@likely/core";
import { npe, nre, twoMoons } from "@likely/sbi";
import { findChromium, openBrowser, serveFolder } from "./_browser.ts";
import { answerOf, type Asked, CONTRACT } from "./_edge_contract.ts";

const SMALL = { simulations: 300, maxEpochs: 2 } as const;
const text = (artifact: Artifact) => encodeArtifact(artifact).toBase64();
const drift = await Deno.readFile(new URL("../prebuilt/drift_diffusion.safetensors", import.meta.url));
const MODELS = `const FLOW = "${text((await npe(key(0), twoMoons(), SMALL)).artifact)}";
const RATIO = "${text((await nre(key(0), twoMoons(), SMALL)).artifact)}";
const MIXED = "${drift.toBase64()}";\n`;

/** Asks the questions in the host itself: of a function from a request to a response. */
const ASKING = `
const CONTRACT = ${JSON.stringify(CONTRACT)};
${answerOf}
async function answersOf(fetch, base = "http://localhost") {
  const ask = ({ path, ...init }) => fetch(new Request(base + path, init));
  const answers = [];
  for (const asked of CONTRACT) answers.push(await answerOf(ask, asked));
  return JSON.stringify(answers);
}
`;

/** Vercel's edge VM runs scripts, without a top-level await; its timers would keep it up. */
const EDGE_VM = `
const [npx] = process.env.PATH.split(":");
const { EdgeVM } = require("node:module").createRequire(npx + "/")("@edge-runtime/vm");
const script = require("node:fs").readFileSync(__dirname + "/script.mjs", "utf8");
new EdgeVM().evaluate("(async () => {" + script + "})()").then(() => process.exit());
`;

/** All but the files of the folder is asked of the worker. */
const SERVICE_WORKER = `
import worker from "./worker.js";
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  if (!/[.](js|html)$/.test(new URL(event.request.url).pathname)) event.respondWith(worker.fetch(event.request));
});
`;

const CAPNP = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:PORT", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-01-01",
);
`;

/** Hosts that run a script, and how they are had. */
const SCRIPTED: Readonly<Record<string, readonly [script: string, ...command: string[]]>> = {
  "the node that is there": ["script.mjs", "node"],
  "Node 20": ["script.mjs", "npx", "-y", "node@20"],
  "Node 26": ["script.mjs", "npx", "-y", "node@26"],
  "Bun 1.4": ["script.mjs", "npx", "-y", "bun@1.4.5"],
  "Vercel's edge VM": ["edge_vm.cjs", "npx", "-y", "-p", "@edge-runtime/vm@5.0.0", "node"],
};
const WORKERD = ["npx", "-y", "workerd@1.20261117.1"];

const folder = await Deno.makeTempDir();
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

async function bundle(entry: string, name: string): Promise<void> {
  const args = ["bundle", "--quiet", "--platform", "browser", "--output", `${folder}/${name}`, entry];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const path = `${folder}/${name}`;
  await Deno.writeTextFile(path, MODELS + await Deno.readTextFile(path));
}

await bundle(new URL("_edge_worker.ts", import.meta.url).pathname, "worker.js");
await Deno.writeTextFile(
  `${folder}/script.mjs`,
  `${
    (await Deno.readTextFile(`${folder}/worker.js`)).replace(
      /export\s*\{\s*(\w+) as default\s*\};?/,
      "const worker = $1;",
    )
  }
${ASKING}
console.log(await answersOf(worker.fetch));`,
);
await Deno.writeTextFile(`${folder}/edge_vm.cjs`, EDGE_VM);
await Deno.writeTextFile(`${folder}/service_worker.js`, SERVICE_WORKER);
await Deno.writeTextFile(`${folder}/page.html`, "<!doctype html><title>A page</title>");

async function run(command: readonly string[], ...args: string[]): Promise<string | undefined> {
  try {
    const [name, ...rest] = command;
    const { success, stdout, stderr } = await new Deno.Command(name!, { args: [...rest, ...args] }).output();
    if (success) return new TextDecoder().decode(stdout).trim();
    return args[0] === "--version" ? undefined : `failed: ${new TextDecoder().decode(stderr)}`;
  } catch {
    return undefined;
  }
}

const expected: string[] = JSON.parse((await run([Deno.execPath()], "run", `${folder}/script.mjs`))!);

Deno.test("the contract has answers of every kind", () => {
  assertEquals(expected.map((line) => Number(/ (\d{3}) /.exec(line)![1])), [
    ...Array(13).fill(200),
    404,
    405,
    422,
    413,
    400,
  ]);
});

Deno.test("what hosts carry names nothing that Node 20 or Vercel's edge VM lacks", async () => {
  const lacking =
    /\bDisposableStack\b|AbortSignal\.any\b|\bwithResolvers\b|\bfromAsync\b|CompressionStream\b/g;
  assertEquals((await Deno.readTextFile(`${folder}/worker.js`)).match(lacking), null);
});

for (const [host, [script, ...command]] of Object.entries(SCRIPTED)) {
  const version = await run(command, "--version");
  Deno.test({
    name: `the service gives the same answers in ${host} (${version ?? "not to be had, ignored"})`,
    ignore: version === undefined,
    fn: async () => assertEquals(JSON.parse((await run(command, `${folder}/${script}`))!), expected),
  });
}

const workerd = await run(WORKERD, "--version");

Deno.test({
  name: `the service gives the same answers in workerd (${workerd ?? "not to be had, ignored"})`,
  ignore: workerd === undefined,
  fn: async () => {
    const port = freePort();
    await Deno.writeTextFile(`${folder}/config.capnp`, CAPNP.replace("PORT", String(port)));
    const [name, ...args] = [...WORKERD, "serve", `${folder}/config.capnp`];
    const child = new Deno.Command(name!, { args, stdout: "null", stderr: "piped" }).spawn();
    const errors = new Response(child.stderr).text();
    try {
      const ask = ({ path, ...init }: Asked) => fetch(`http://127.0.0.1:${port}${path}`, init);
      await answers(() => ask({ path: "/health" }));
      const found: string[] = [];
      for (const asked of CONTRACT) found.push(await answerOf(ask, asked));
      assertEquals(found, expected);
    } finally {
      // npx is not the host itself: both go.
      await new Deno.Command("pkill", { args: ["-f", `${folder}/config.capnp`] }).output();
      await child.status;
      await errors;
    }
  },
});

async function answers(ask: () => Promise<Response>): Promise<void> {
  for (let i = 0; i < 300; i++) {
    try {
      await (await ask()).body?.cancel();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

const chromium = await findChromium();

/** What runs in the page is text: its types are not those of Deno. */
const IN_CHROMIUM = {
  "a page of Chromium": `const { default: worker } = await import("./worker.js");
    return await answersOf(worker.fetch);`,
  "a service worker of Chromium":
    `const controlled = new Promise((resolve) => navigator.serviceWorker.oncontrollerchange = resolve);
    await navigator.serviceWorker.register("service_worker.js", { type: "module" });
    await controlled;
    return await answersOf((request) => fetch(request), location.origin);`,
};

for (const [host, code] of Object.entries(IN_CHROMIUM)) {
  Deno.test({
    name: `the service gives the same answers in ${host}${chromium ? "" : " (not there, ignored)"}`,
    ignore: chromium === undefined,
    fn: async () => {
      const server = serveFolder(folder);
      const browser = await openBrowser(chromium!);
      try {
        const page = await browser.newPage();
        await page.goto(`${server.url}page.html`);
        const found = await page.evaluate<string>(`(async () => {${ASKING}${code}})()`);
        assertEquals(JSON.parse(found), expected);
      } finally {
        await browser.close();
        await server.stop();
      }
    },
  });
}
