// One side of a queue for the bench, as a process of its own. Argument: what to do, as JSON. A worker ends with
// its input; a coordinator prints what it took, as JSON.

// deno-lint-ignore-file no-console -- a program for the bench

import process from "node:process";
import { key } from "@likely/core";
import { queueSimulate, queueWork } from "@likely/queue";
import type { RowOptions } from "./_queue_task.ts";

/** What to do. */
export interface SideOptions {
  readonly side: "lead" | "work";
  readonly url: string;
  readonly row: RowOptions;
  readonly workers?: number;
  readonly n?: number;
  readonly chunkRows?: number;
  readonly path?: string;
}

/** What a coordinator took. */
export interface LeadTook {
  /** Wall clock from the first kept chunk to the last. */
  readonly seconds: number;
  /** Rows kept in that time. */
  readonly rows: number;
  /** Of this process, in that time. */
  readonly cpuSeconds: number;
  /** The most memory it had, in MB. */
  readonly peak: number;
}

if (import.meta.main) {
  const { side, url, row, workers = 1, n = 1, chunkRows = 1, path = "" }: SideOptions = JSON.parse(
    Deno.args[0]!,
  );
  const source = { module: new URL("./_queue_task.ts", import.meta.url), export: "timed", argument: row };
  const server = { url };
  if (side === "work") {
    const stop = new AbortController();
    (async () => {
      for await (const _ of Deno.stdin.readable);
      stop.abort();
    })();
    await queueWork([source], { server, workers, signal: stop.signal }).catch(() => {});
  } else {
    const cpuSeconds = () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    };
    let first: { at: number; done: number; cpu: number } | undefined;
    await queueSimulate(key(1), source, n, {
      server,
      path,
      chunkRows,
      onProgress: ({ done }) => {
        if (done > 0) first ??= { at: performance.now(), done, cpu: cpuSeconds() };
      },
    });
    const peak = Number(/VmHWM:\s+(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))![1]) / 1024;
    const seconds = (performance.now() - first!.at) / 1000;
    const took: LeadTook = { seconds, rows: n - first!.done, cpuSeconds: cpuSeconds() - first!.cpu, peak };
    console.log(JSON.stringify(took));
  }
  Deno.exit(0);
}
