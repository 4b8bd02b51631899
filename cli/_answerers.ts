// Several threads that answer on one port.

import { type Answering, startAnswering } from "./_answering.ts";
import type { Done, Order } from "./_serve_worker.ts";

/** All of them. */
export interface Answerers {
  readonly address: Deno.NetAddr;
  /** Has them answer by something else. */
  take(answering: Answering): Promise<void>;
  /** Resolves when what is under way has come to its end. */
  stop(): Promise<void>;
}

/** Starts to answer in this thread alone, or in so many others, to which this one hands on connections. */
export async function startAnswerers(
  threads: number,
  address: { readonly port: number; readonly hostname: string },
  answering: Answering,
): Promise<Answerers> {
  if (threads === 1) {
    const { server, take } = await startAnswering(address, answering);
    return { address: server.addr, take, stop: () => server.shutdown() };
  }
  const listener = Deno.listen(address);
  const others = await Promise.all(Array.from({ length: threads }, () => startThread(answering)));
  const serving = handOn(listener, others);
  return {
    address: listener.addr,
    take: async (other) => {
      await Promise.all(others.map(({ tell }) => tell({ answering: other })));
    },
    stop: async () => {
      listener.close();
      await Promise.all(others.map(({ tell }) => tell("stop")));
      await serving;
    },
  };
}

/** A thread that listens to this machine alone, and how many connections it has. */
interface Thread {
  readonly port: number;
  readonly tell: (order: Order) => Promise<Done>;
  open: number;
}

async function startThread(answering: Answering): Promise<Thread> {
  const worker = new Worker(new URL("./_serve_worker.ts", import.meta.url), { type: "module" });
  // One thing after another is told, and done. A thread that fails ends the process, as this one would.
  const tell = async (order: Order) => {
    const done = Promise.withResolvers<Done>();
    worker.onmessage = ({ data }: MessageEvent<Done>) => done.resolve(data);
    worker.postMessage(order);
    return await done.promise;
  };
  return { port: (await tell({ answering })).port, tell, open: 0 };
}

/** Gives each connection to the thread that has the fewest; a thread that works on one holds up no other. */
async function handOn(listener: Deno.TcpListener, threads: readonly Thread[]): Promise<void> {
  const all = new Set<Promise<void>>();
  for await (const outer of listener) {
    const thread = threads.reduce((least, thread) => thread.open < least.open ? thread : least);
    thread.open++;
    const one = relay(outer, thread.port).finally(() => {
      thread.open--;
      all.delete(one);
    });
    all.add(one);
  }
  await Promise.all(all);
}

/** Bytes there and back. As an end in the middle of something is one that leaves, it is told at once. */
async function relay(outer: Deno.TcpConn, port: number): Promise<void> {
  let inner: Deno.TcpConn | undefined;
  try {
    inner = await Deno.connect({ hostname: "127.0.0.1", port });
    await Promise.all([copy(outer, inner), copy(inner, outer)]);
  } catch {
    // One side has broken off, so the other is let go of.
  } finally {
    inner?.close();
    outer.close();
  }
}

async function copy(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(2 ** 16);
  for (let n = await from.read(buffer); n !== null; n = await from.read(buffer)) {
    for (let at = 0; at < n;) at += await to.write(buffer.subarray(at, n));
  }
  await to.closeWrite();
}
