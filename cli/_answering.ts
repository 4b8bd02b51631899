// What a thread of `likely serve` answers by.

// deno-lint-ignore-file no-console -- a command for people

import { handler, type HandlerOptions, kernels, openSurrogate, type Surrogate } from "@likely/edge";
import { served } from "./_served_models.ts";

/** All that a thread needs to know, as data that can be sent to it. */
export interface Answering {
  /** Files by name. */
  readonly models: Readonly<Record<string, Uint8Array<ArrayBuffer>>>;
  readonly options: Pick<HandlerOptions, "origins" | "token">;
  /** Whether every request is written down. */
  readonly log: boolean;
}

/** A thread's server: it can be told to answer by something else. */
export interface Answerer {
  readonly server: Deno.HttpServer<Deno.NetAddr>;
  take(answering: Answering): Promise<void>;
}

/** Starts to answer. */
export async function startAnswering(
  address: { readonly port: number; readonly hostname: string },
  answering: Answering,
): Promise<Answerer> {
  let answer = await answerOf(answering);
  const server = Deno.serve({ ...address, onListen: () => {} }, async (request) => {
    const start = performance.now();
    const response = await answer(request);
    if (answering.log) console.log(entry(request, response, performance.now() - start));
    return response;
  });
  return {
    server,
    take: async (other) => {
      answer = await answerOf(other);
    },
  };
}

async function answerOf({ models, options }: Answering): Promise<(request: Request) => Promise<Response>> {
  const all: Record<string, Surrogate> = {};
  for (const [name, bytes] of Object.entries(models)) all[name] = await openSurrogate(bytes, kernels);
  return handler(served(all), {
    ...options,
    onError: (error) => console.error(`error: ${error instanceof Error ? error.message : String(error)}`),
  });
}

function entry({ method, url }: Request, { status }: Response, milliseconds: number): string {
  const { pathname } = new URL(url);
  return JSON.stringify({
    time: new Date().toISOString(),
    method,
    path: pathname,
    status,
    milliseconds: Number(milliseconds.toFixed(1)),
  });
}
