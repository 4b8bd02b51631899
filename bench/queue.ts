/** What does a queue cost? */

import { freePort } from "../cli/_free_port.ts";
import { key, simulate, type SimulationProgress } from "@likely/core";
import { NATS_SERVER, NatsServer } from "../tests/_nats.ts";
import { median, type Row } from "./_measure.ts";
import type { LeadTook, SideOptions } from "./_queue_side.ts";
import type { RowOptions } from "./_queue_task.ts";

/** The question of the table. */
export const question = "A queue on loopback: rows a second beside plain workers, messages, bytes and memory";

const SIDE = new URL("./_queue_side.ts", import.meta.url).pathname;
const REPEATS = 3;

/** None where there is no server. */
export async function rows(): Promise<Row[]> {
  if (NATS_SERVER === undefined) return [];
  return [...await overheads(), ...await traffic(), ...await many(), ...await memory()];
}

/** Milliseconds a row, rows a chunk, and whether a core is busy with it. */
const CASES = [
  [1, 1000, false],
  [1, 100, false],
  [10, 100, false],
  [100, 10, false],
  [1000, 1, false],
  [1, 1000, true],
] as const;

/** Rows that wait, so that cores are not what is short; a second of rows a chunk, as is found by default. */
async function overheads(): Promise<Row[]> {
  const out: Row[] = [];
  for (const [milliseconds, chunkRows, busy] of CASES) {
    for (const workers of [1, 2, 4]) {
      const row = { milliseconds, busy };
      const chunks = workers * (chunkRows * milliseconds >= 500 ? 6 : 30);
      const [plain, queued]: [number[], number[]] = [[], []];
      for (let i = 0; i < REPEATS; i++) {
        plain.push(await plainRate(row, { workers, chunkRows, chunks }));
        queued.push(await queuedRate(row, { workers, chunkRows, chunks }));
      }
      const what = `rows of ${milliseconds} ms${
        busy ? " of a core" : ""
      }, ${chunkRows} a chunk, ${workers} workers`;
      out.push({ what: `${what}: plain`, value: median(plain), unit: "rows/s" });
      out.push({ what: `${what}: queue`, value: median(queued), unit: "rows/s" });
      out.push({ what: `${what}: overhead`, value: 100 * (median(plain) / median(queued) - 1), unit: "%" });
    }
  }
  return out;
}

interface Size {
  readonly workers: number;
  readonly chunkRows: number;
  readonly chunks: number;
}

async function plainRate(row: RowOptions, { workers, chunkRows, chunks }: Size): Promise<number> {
  const path = await Deno.makeTempDir();
  const source = { module: new URL("./_queue_task.ts", import.meta.url), export: "timed", argument: row };
  let first: { at: number; done: number } | undefined;
  const onProgress = ({ done }: SimulationProgress) => {
    first ??= { at: performance.now(), done };
  };
  const n = chunkRows * chunks;
  await simulate(key(1), source, n, { workers, chunkRows, path, onProgress });
  await Deno.remove(path, { recursive: true });
  return (n - first!.done) / ((performance.now() - first!.at) / 1000);
}

async function queuedRate(row: RowOptions, size: Size): Promise<number> {
  await using server = await NatsServer.start();
  const { rows, seconds } = await lead(server, row, size);
  return rows / seconds;
}

/** Runs a queue: workers and coordinator are processes of their own. */
async function lead(
  server: NatsServer,
  row: RowOptions,
  { workers, chunkRows, chunks }: Size,
): Promise<LeadTook> {
  const path = await Deno.makeTempDir();
  const start = (options: Omit<SideOptions, "url" | "row">) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", SIDE, JSON.stringify({ ...options, url: server.url, row })],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
  const work = start({ side: "work", workers });
  // Workers are there before the first job, as in a long run.
  const leader = start({ side: "lead", n: chunkRows * chunks, chunkRows, path });
  await leader.stdin.close();
  const { stdout } = await leader.output();
  await work.stdin.close();
  await work.output();
  await Deno.remove(path, { recursive: true });
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** What the server sees of a million rows, and what one chunk costs. */
async function traffic(): Promise<Row[]> {
  const out: Row[] = [];
  for (const [xDim, chunkRows] of [[4, 1000], [50, 1000], [500, 120]] as const) {
    const port = freePort();
    await using server = await NatsServer.start({ config: `http: "127.0.0.1:${port}"` });
    const seen = async () => await (await fetch(`http://127.0.0.1:${port}/varz`)).json();
    const before = await seen();
    const cpu = server.cpuSeconds();
    const chunks = 1000;
    const took = await lead(server, { milliseconds: 0, xDim }, { workers: 1, chunkRows, chunks });
    const after = await seen();
    const million = 1e6 / (chunks * chunkRows);
    const what = `x of ${xDim} numbers, ${chunkRows} rows a chunk`;
    const messages = after.in_msgs - before.in_msgs + after.out_msgs - before.out_msgs;
    const bytes = after.in_bytes - before.in_bytes + after.out_bytes - before.out_bytes;
    out.push({ what: `${what}: messages a million rows, in and out`, value: messages * million, unit: "" });
    out.push({ what: `${what}: bytes a million rows, in and out`, value: bytes * million / 1e6, unit: "MB" });
    out.push({ what: `${what}: chunks`, value: took.rows / chunkRows / took.seconds, unit: "/s" });
    out.push({
      what: `${what}: server's CPU`,
      value: 1000 * (server.cpuSeconds() - cpu) / chunks,
      unit: "ms/chunk",
    });
    out.push({
      what: `${what}: coordinator's CPU`,
      value: 1000 * took.cpuSeconds / (took.rows / chunkRows),
      unit: "ms/chunk",
    });
  }
  return out;
}

/** A thousand chunks under way, of 10 rows each: of five seconds, 200 chunks a second are wanted; of one, 1,000. */
async function many(): Promise<Row[]> {
  const out: Row[] = [];
  for (const seconds of [20, 5, 2, 1]) {
    const port = freePort();
    await using server = await NatsServer.start({ config: `http: "127.0.0.1:${port}"` });
    const size = { workers: 1, chunkRows: 10, chunks: Math.max(4000, 20_000 / seconds) };
    const took = await lead(server, { milliseconds: 100 * seconds, concurrency: 1000 }, size);
    const what = `1,000 chunks of ${seconds} s at a time, ${1000 / seconds} chunks/s wanted`;
    out.push({ what: `${what}: got`, value: took.rows / 10 / took.seconds, unit: "/s" });
  }
  return out;
}

/** The coordinator's peak, start included. */
async function memory(): Promise<Row[]> {
  const out: Row[] = [];
  for (const n of [100_000, 1_000_000, 4_000_000, 8_000_000]) {
    await using server = await NatsServer.start();
    const size = { workers: 2, chunkRows: 1000, chunks: n / 1000 };
    const { peak } = await lead(server, { milliseconds: 0 }, size);
    out.push({
      what: `${n} rows of 6 numbers: the coordinator's memory at its peak`,
      value: peak,
      unit: "MB",
    });
  }
  return out;
}
