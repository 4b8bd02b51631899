// A thread of `likely serve` beside the first.

/// <reference lib="deno.worker" />

import { type Answerer, type Answering, startAnswering } from "./_answering.ts";

/** What the thread is told: to answer by some models, or others, or to stop. */
export type Order = { readonly answering: Answering } | "stop";

/** That an order was carried out, and where the thread listens. */
export interface Done {
  readonly port: number;
}

let answerer: Answerer | undefined;

self.onmessage = async ({ data }: MessageEvent<Order>) => {
  if (data === "stop") await answerer!.server.shutdown();
  else if (answerer) await answerer.take(data.answering);
  else answerer = await startAnswering({ hostname: "127.0.0.1", port: 0 }, data.answering);
  self.postMessage({ port: answerer!.server.addr.port } satisfies Done);
};
