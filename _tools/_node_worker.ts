// Workers of Node as those of the web, as far as this library uses them: `deno task npm` puts this into modules
// that start some. Where there are workers of the web these are taken.

/** The part of `node:worker_threads` that is used here. */
interface Threads {
  Worker: new (code: string, options: { eval: true; workerData: string }) => Thread;
}

interface Thread {
  on(event: "message" | "error", listener: (value: unknown) => void): void;
  postMessage(data: unknown, transfer?: readonly unknown[]): void;
  terminate(): Promise<number>;
}

/** What a thread runs first: the scope of a worker, then its program. Messages wait until that is there. */
const SCOPE = `
const { parentPort, workerData } = require("node:worker_threads");
const { resolveObjectURL } = require("node:buffer");
const early = [];
Object.assign(globalThis, {
  self: globalThis,
  onmessage: null,
  postMessage: (data, transfer) => parentPort.postMessage(data, transfer),
  close: () => parentPort.close(),
  addEventListener: (type, listener) => {
    const tell = (said) => listener(Object.assign(new Event(type, { cancelable: true }), said));
    if (type === "error") process.on("uncaughtException", (error) => tell({ error, message: String(error) }));
    if (type === "unhandledrejection") process.on("unhandledRejection", (reason) => tell({ reason }));
  },
});
parentPort.on("message", (data) => globalThis.onmessage ? globalThis.onmessage({ data }) : early.push(data));
(async () => {
  const address = workerData.startsWith("blob:")
    ? "data:text/javascript," + encodeURIComponent(await resolveObjectURL(workerData).text())
    : workerData;
  await import(address);
  for (const data of early.splice(0)) globalThis.onmessage({ data });
})();
`;

class NodeWorker extends EventTarget {
  onmessage: ((event: MessageEvent) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;
  readonly #thread: Thread;

  constructor(address: string | URL, _options?: WorkerOptions) {
    super();
    const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
    const { Worker } = process!.getBuiltinModule!("node:worker_threads") as Threads;
    this.#thread = new Worker(SCOPE, { eval: true, workerData: String(address) });
    this.#thread.on("message", (data) => {
      const event = new MessageEvent("message", { data });
      this.onmessage?.(event);
      this.dispatchEvent(event);
    });
    this.#thread.on("error", (error) => {
      const message = error instanceof Error ? error.message : String(error);
      const event = Object.assign(new Event("error"), { message }) as ErrorEvent;
      this.onerror?.(event);
      this.dispatchEvent(event);
    });
  }

  postMessage(data: unknown, transfer?: readonly unknown[]): void {
    this.#thread.postMessage(data, transfer);
  }

  terminate(): void {
    this.#thread.terminate();
  }
}

/** Workers of the web, or those of Node in their place. */
export const Worker: typeof globalThis.Worker = globalThis.Worker ?? NodeWorker;
