/**
 * `deno task bench:serve`: how many requests a second does `likely serve` answer, and how soon?
 *
 * 1,000 draws a request of the influenza posterior that ships, every request another seed, as float32 and as
 * JSON; clients on the same machine. `--connections 64`, `--seconds 60` (each), `--threads 2`. Where `PYTHON`
 * names an interpreter that has torch 2.13, sbi 0.27, fastapi and uvicorn, then a posterior of the same task by
 * sbi, behind FastAPI in two processes.
 */

// deno-lint-ignore-file no-console -- a command for people

import { key, simulate } from "@likely/core";
import { influenza } from "@likely/simulators";
import { parseArgs } from "@std/cli/parse-args";
import { freePort } from "../cli/_free_port.ts";
import { hasPython } from "../tests/_python.ts";
import { load, type Loaded } from "./_load.ts";
import { format } from "./_measure.ts";

const DRAWS = 1000;
const X = Array.from(influenza().observation!);
const FORMS = { "float32": "application/octet-stream", "JSON": "application/json" } as const;

const { connections, seconds, threads } = parseArgs(Deno.args, {
  string: ["connections", "seconds", "threads"],
  default: { connections: "64", seconds: "60", threads: "2" },
});

/** A server that answers. */
interface Served extends AsyncDisposable {
  readonly pid: number;
  readonly url: string;
}

console.log(
  `\n### ${DRAWS} draws of the influenza posterior a request, ${connections} connections, ${seconds} s\n\n` +
    "| what | requests/s | p50, ms | p99, ms | processor of the server, ms a request | MB after 10 s | at the end |\n" +
    "|---|---:|---:|---:|---:|---:|---:|",
);
await table("likely serve", () =>
  start(Deno.execPath(), (port) => [
    ..."run --no-check --allow-read --allow-net cli/main.ts serve prebuilt/influenza.safetensors".split(" "),
    "--port",
    `${port}`,
    "--threads",
    `${threads}`,
  ]));
if (await hasPython("sbi", "fastapi", "uvicorn")) {
  const folder = await trainPeer();
  try {
    const app = new URL("peers", import.meta.url).pathname;
    await table("sbi, FastAPI, 2 processes", () =>
      start(Deno.env.get("PYTHON") ?? "python3", (port) => [
        ...`-m uvicorn serve_sbi:app --app-dir ${app} --workers 2 --log-level warning --port`.split(" "),
        `${port}`,
      ], { LIKELY_PEER: folder, OMP_NUM_THREADS: "1" }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
} else console.error("skipped: no Python with sbi, fastapi and uvicorn; PYTHON names one");

async function table(who: string, serve: () => Promise<Served>): Promise<void> {
  for (const [form, accept] of Object.entries(FORMS)) {
    await using server = await serve();
    const loaded = await load(asking(server.url, accept), {
      connections: Number(connections),
      seconds: Number(seconds),
      pid: server.pid,
    });
    console.log(`| ${who}, ${form} | ${cells(loaded).join(" | ")} |`);
  }
}

function cells({ requestsPerSecond, p50, p99, processor, early, late }: Loaded): string[] {
  return [requestsPerSecond, 1000 * p50, 1000 * p99, 1000 * processor, early, late].map(format);
}

function asking(url: string, accept: string): (i: number) => Promise<void> {
  return async (i) => {
    const response = await fetch(`${url}/posterior`, {
      method: "POST",
      headers: { "content-type": "application/json", accept },
      body: JSON.stringify({ x: X, draws: DRAWS, seed: i }),
    });
    const { byteLength } = await response.arrayBuffer();
    // Three parameters: four bytes each, or a digit and a comma at the very least.
    const isWhole = accept === FORMS.float32 ? byteLength === DRAWS * 12 : byteLength > DRAWS * 6;
    if (response.status !== 200 || !isWhole) throw new Error(`${response.status}: ${byteLength} bytes`);
  };
}

async function start(
  program: string,
  args: (port: number) => readonly string[],
  env: Record<string, string> = {},
): Promise<Served> {
  const port = freePort();
  const child = new Deno.Command(program, { args: [...args(port)], env, stdout: "null", stderr: "null" })
    .spawn();
  const url = `http://127.0.0.1:${port}`;
  for (let i = 0;; i++) {
    const response = await fetch(`${url}/health`).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) break;
    if (i > 600) throw new Error(`${program} does not answer`);
    await new Promise((done) => setTimeout(done, 100));
  }
  return {
    pid: child.pid,
    url,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await child.status;
    },
  };
}

/** Its draws are not judged here, but made: some simulations will do. */
async function trainPeer(): Promise<string> {
  const folder = await Deno.makeTempDir();
  const { theta, x } = await simulate(key(0), influenza(), 2000);
  for (const [name, { data }] of Object.entries({ theta, x })) {
    await Deno.writeFile(
      `${folder}/${name}.f64`,
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    );
  }
  const script = new URL("peers/serve_sbi.py", import.meta.url).pathname;
  const { success, stderr } = await new Deno.Command(Deno.env.get("PYTHON") ?? "python3", {
    args: [script],
    // sbi leaves logs where it runs.
    cwd: folder,
    env: { LIKELY_PEER: folder },
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return folder;
}
