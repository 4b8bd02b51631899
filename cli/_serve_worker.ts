// A thread of `likely serve` beside the first.

import { type Answerer, type Answering, startAnswering } from "./_answering.ts";

/** What the thread is told: to answer by some models, or others, or to stop. */
export type Order = { readonly answering: Answering } | "stop";

/** That an order was carried out, and where the thread listens. */
export interface Done {
  readonly port: number;
}

/** This worker's end of the line: types of workers are not among those of a package. */
interface Port {
  onmessage: ((event: MessageEvent<Order>) => void) | null;
  postMessage(done: Done): void;
}

const port = globalThis as unknown as Port;
let answerer: Answerer | undefined;

port.onmessage = async ({ data }) => {
  if (data === "stop") await answerer!.server.shutdown();
  else if (answerer) await answerer.take(data.answering);
  else answerer = await startAnswering({ hostname: "127.0.0.1", port: 0 }, data.answering);
  port.postMessage({ port: answerer!.server.addr.port });
};
