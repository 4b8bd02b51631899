/** What does a row from a model behind HTTP cost beside the model? */

// deno-lint-ignore-file no-console -- says what it skips

import { key, type Points, points } from "@likely/core";
import { umBridge, umBridgeModel } from "@likely/simulators";
import { hasPython, python } from "../tests/_python.ts";
import { startUmbridge } from "../tests/_umbridge.ts";
import { clocked, median, type Row } from "./_measure.ts";

/** The question of the table. */
export const question = "UM-Bridge over loopback, a model that answers at once: rows a second";

const ROWS = 4000;
const REPEATS = 5;

/** By requests under way; beside it `fetch` alone with the same text, which is the floor. */
export async function rows(): Promise<Row[]> {
  await using server = await start();
  const theta = points(Float64Array.from({ length: 3 * ROWS }, (_, k) => Math.sqrt(k + 0.5)), 3);
  const out: Row[] = [];
  for (const concurrency of [1, 4, 16]) {
    out.push(
      ...await measured(
        `fetch and JSON.parse alone, ${concurrency} at a time`,
        () => bare(server.url, theta, concurrency),
      ),
    );
    for (const [what, config] of [["", {}], [", two numbers not finite", { spoilt: true }]] as const) {
      const simulator = await umBridge(server.url, { config, concurrency, seed: "seed" });
      out.push(
        ...await measured(
          `umBridge, ${concurrency} at a time${what}`,
          () => simulator.simulateAsync(key(0), theta),
        ),
      );
    }
  }
  const model = await umBridgeModel(server.url);
  const one = async () => {
    for (let i = 0; i < ROWS; i++) await model.evaluate([theta.data.subarray(3 * i, 3 * i + 3)]);
  };
  out.push(...await measured("umBridgeModel.evaluate, one after the other", one));
  return [...out, ...await theirs()];
}

const CLIENT = `
import sys, time, umbridge
model = umbridge.HTTPModel(sys.argv[1], "mixed")
rates = []
for _ in range(5):
    start = time.perf_counter()
    for i in range(200):
        model([[i + 0.5, 1.5], [2.5]])
    rates.append(200 / (time.perf_counter() - start))
print(sorted(rates)[2])
`;

/** The package `umbridge` as the server, where the Python named by `PYTHON`, else `python3`, has it. */
async function theirs(): Promise<Row[]> {
  if (!await hasPython("umbridge", "numpy")) {
    console.log("Without the rows of umbridge, as no python3 (or PYTHON) with umbridge and numpy was found");
    return [];
  }
  await using server = await startUmbridge();
  const theta = points(Float64Array.from({ length: 3 * 1000 }, (_, k) => Math.sqrt(k + 0.5)), 3);
  const out: Row[] = [];
  for (const concurrency of [1, 4, 16]) {
    const simulator = await umBridge(server.url, { model: "mixed", concurrency });
    const rates: number[] = [];
    for (let i = 0; i < REPEATS; i++) {
      const start = performance.now();
      await simulator.simulateAsync(key(0), theta);
      rates.push(1e6 / (performance.now() - start));
    }
    const what = `a model in Python, umBridge, ${concurrency} at a time`;
    out.push({ what, value: median(rates), unit: "rows/s" });
  }
  const value = Number(await python(CLIENT, server.url));
  return [...out, { what: "a model in Python, umbridge's own client", value, unit: "rows/s" }];
}

async function measured(what: string, run: () => Promise<unknown>): Promise<Row[]> {
  await run();
  const [rates, cpu]: [number[], number[]] = [[], []];
  for (let i = 0; i < REPEATS; i++) {
    const start = performance.now();
    const { seconds } = await clocked(run);
    rates.push(ROWS / ((performance.now() - start) / 1000));
    cpu.push(1e6 * seconds / ROWS);
  }
  return [
    { what, value: median(rates), unit: "rows/s" },
    { what: `${what}: processor of the client`, value: median(cpu), unit: "µs/row" },
  ];
}

async function bare(url: string, theta: Points, concurrency: number): Promise<void> {
  let next = 0;
  const work = async () => {
    for (let i = next++; i < theta.n; i = next++) {
      const input = [Array.from(theta.data.subarray(3 * i, 3 * i + 3))];
      const response = await fetch(`${url}/Evaluate`, {
        method: "POST",
        body: JSON.stringify({ name: "forward", input, config: { seed: i } }),
      });
      JSON.parse(await response.text());
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}

/** In a process of its own: the client has its core for itself. */
async function start(): Promise<{ url: string } & AsyncDisposable> {
  const path = new URL("./_um_bridge_server.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net", "--no-check", path],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const port = new TextDecoder().decode(value).trim();
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await child.status;
      await reader.cancel();
    },
  };
}
