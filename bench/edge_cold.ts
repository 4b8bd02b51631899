/** How much does the first answer of a fresh process cost, and one after it, on Deno, Node and workerd? */

// deno-lint-ignore-file no-console -- says what it skips

import { encodeArtifact, key } from "@likely/core";
import { nre } from "@likely/sbi";
import { influenza } from "@likely/simulators";
import { WORKERD } from "../cli/_host_cloudflare.ts";
import { freePort } from "../cli/_free_port.ts";
import { median, type Row } from "./_measure.ts";

export const question =
  "A service from nothing: 1,000 draws of the influenza posterior in fresh processes, processor milliseconds, medians";

const STARTS = 9;
const WARM = 60;
const X = Array.from(influenza().observation!);

/** For Deno and Node: prints the processor's milliseconds at the end of each step. */
const SCRIPT = `
import process from "node:process";
import { readFile } from "node:fs/promises";
const used = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
const start = used();
const { handler, openSurrogate } = await import("./service.js");
const kernels = new WebAssembly.Module(await readFile(new URL("kernels.wasm", import.meta.url)));
const open = async (name) =>
  handler(await openSurrogate(new Uint8Array(await readFile(new URL(name, import.meta.url))), kernels));
const url = (draws, seed) => "http://localhost/posterior?x=${X}&draws=" + draws + "&seed=" + seed;
const ask = async (answer, draws, seed) => (await answer(new Request(url(draws, seed)))).arrayBuffer();
const posterior = await open("influenza.safetensors");
await ask(posterior, 1000, 0);
const first = used();
async function warm(answer, draws) {
  const all = [];
  for (let i = 0; i < ${WARM}; i++) {
    const before = used();
    await ask(answer, draws, i);
    all.push(used() - before);
  }
  return all.slice(10).sort((a, b) => a - b)[(${WARM} - 10) / 2];
}
const isWarm = process.argv[2] === "warm";
console.log(JSON.stringify({
  all: first,
  ours: first - start,
  ...(isWarm && { posterior: await warm(posterior, 1000), ratio: await warm(await open("ratio.safetensors"), 200) }),
}));
`;

interface Told {
  readonly all: number;
  readonly ours: number;
  readonly posterior?: number;
  readonly ratio?: number;
}

/** Hosts that are there. */
export async function rows(): Promise<Row[]> {
  const folder = await Deno.makeTempDir();
  try {
    await deploy(folder);
    const { artifact } = await nre(key(0), influenza(), { simulations: 2000, maxEpochs: 5 });
    await Deno.writeFile(`${folder}/ratio.safetensors`, encodeArtifact(artifact));
    await Deno.writeTextFile(`${folder}/first.mjs`, SCRIPT);
    return [
      ...await scripted("Deno", [Deno.execPath(), "run", "-A", "--no-check"], folder),
      ...await scripted("Node", ["node"], folder),
      ...await inWorkerd(folder),
    ];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function deploy(folder: string): Promise<void> {
  const args =
    "run -A --no-check cli/main.ts deploy prebuilt/influenza.safetensors --host cloudflare --no-try";
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args.split(" "), "--out", folder],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

async function scripted(host: string, command: readonly string[], folder: string): Promise<Row[]> {
  const run = async (...args: string[]): Promise<Told> => {
    const [name, ...rest] = command;
    const { success, stdout, stderr } = await new Deno.Command(name!, {
      args: [...rest, `${folder}/first.mjs`, ...args],
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  };
  try {
    const all: Told[] = [];
    for (let i = 0; i < STARTS; i++) all.push(await run());
    const { posterior, ratio } = await run("warm");
    const row = (what: string, value: number): Row => ({ what: `${host}: ${what}`, value, unit: "ms" });
    return [
      row("first answer, the process whole", median(all.map(({ all }) => all))),
      row("of it the service", median(all.map(({ ours }) => ours))),
      row("warm, 1,000 draws of the posterior", posterior!),
      row("warm, 200 draws of a ratio", ratio!),
    ];
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.error(`skipped: there is no ${host}`);
    return [];
  }
}

/** By `npx`, over HTTP; Linux alone tells what another process has used. */
async function inWorkerd(folder: string): Promise<Row[]> {
  const firsts: [wall: number, used: number][] = [];
  const warm: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    await using server = await startWorkerd(folder);
    if (!server) return [];
    firsts.push(await server.ask(0));
    for (let seed = 1; seed < WARM; seed++) {
      const [, used] = await server.ask(seed);
      if (seed > 10) warm.push(used);
    }
  }
  const row = (what: string, value: number): Row => ({ what: `workerd: ${what}`, value, unit: "ms" });
  return [
    row("first answer after its start, by the clock", median(firsts.map(([wall]) => wall))),
    row("of it processor", median(firsts.map(([, used]) => used))),
    row("warm, 1,000 draws of the posterior", median(warm)),
  ];
}

interface Workerd extends AsyncDisposable {
  /** Milliseconds by the clock and by the processor. */
  ask(seed: number): Promise<[wall: number, used: number]>;
}

async function startWorkerd(folder: string): Promise<Workerd | undefined> {
  const port = freePort();
  const serve = `echo pid $$ >&2; exec workerd serve --socket-addr http=127.0.0.1:${port} workerd.capnp`;
  const args = ["-y", "-p", WORKERD, "-c", serve];
  const child = new Deno.Command("npx", { args, cwd: folder, stdout: "null", stderr: "piped" }).spawn();
  const pid = await pidOf(child.stderr);
  if (pid === undefined || !await listens(port)) {
    console.error("skipped: workerd is not to be had by npx");
    await child.status;
    return undefined;
  }
  return {
    ask: async (seed) => {
      const [began, before] = [performance.now(), await usedBy(pid)];
      const response = await fetch(`http://127.0.0.1:${port}/posterior?x=${X}&draws=1000&seed=${seed}`);
      const { byteLength } = await response.arrayBuffer();
      if (response.status !== 200 || byteLength < 10_000) throw new Error(`${response.status}`);
      return [performance.now() - began, await usedBy(pid) - before];
    },
    [Symbol.asyncDispose]: async () => {
      Deno.kill(pid, "SIGTERM");
      await child.status;
    },
  };
}

/** The process says which one it is, as `npx` is not it. */
async function pidOf(stderr: ReadableStream<Uint8Array>): Promise<number | undefined> {
  let text = "";
  for await (const piece of stderr.pipeThrough(new TextDecoderStream())) {
    const [, pid] = /pid (\d+)\n/.exec(text += piece) ?? [];
    if (pid !== undefined) return Number(pid);
  }
  return undefined;
}

async function listens(port: number): Promise<boolean> {
  for (let i = 0; i < 300; i++) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return true;
    } catch {
      await new Promise((done) => setTimeout(done, 20));
    }
  }
  return false;
}

/** Milliseconds of processor, of all threads. */
async function usedBy(pid: number): Promise<number> {
  let nanoseconds = 0;
  for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
    const text = await Deno.readTextFile(`/proc/${pid}/task/${name}/schedstat`).catch(() => "0");
    nanoseconds += Number(text.split(" ")[0]);
  }
  return nanoseconds / 1e6;
}
