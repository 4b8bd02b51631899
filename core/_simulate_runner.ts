// Who simulates: the calling thread, or a worker. A runner does one job at a time.

import { type RowsPlan, simulateRows } from "./_simulate_rows.ts";
import type { Key } from "./key.ts";
import type { SimulatedRows, SimulationRunner } from "./simulation_runner.ts";
import type { SimulatorModule } from "./simulator_module.ts";

/** What a worker is told first. */
export interface WorkerPlan {
  /** Of the whole run. */
  readonly key: Key;
  /** The simulator by name. */
  readonly source: SimulatorModule;
  /** Whether scores are wanted. */
  readonly score: boolean;
}

/** What a worker says: that it has loaded what it needs, what a job has made, or what has gone wrong. */
export type WorkerAnswer =
  | { readonly isReady: true }
  | { readonly rows: SimulatedRows }
  | { readonly late: string }
  | { readonly error: { readonly isTypeError: boolean; readonly message: string } };

/** Milliseconds of simulating between two looks at the event loop. */
const BREATH = 20;

/** Simulates on the calling thread, which is left alone for a moment now and then. */
export function threadRunner(plan: RowsPlan): SimulationRunner {
  const end = new AbortController();
  let breath = -Infinity;
  return {
    run: async (job) => {
      if (performance.now() - breath > BREATH) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        breath = performance.now();
      }
      end.signal.throwIfAborted();
      // What the simulator changes is its own, as with workers.
      const theta = { ...job.theta, data: new Float64Array(job.theta.data) };
      return simulateRows(plan, { ...job, theta }, end.signal);
    },
    stop: (reason) => end.abort(reason),
  };
}

/** A runner that is a worker. */
export interface WorkerRunner extends SimulationRunner {
  /** Resolves when the worker has loaded the simulator, or could not, or is stopped. */
  readonly ready: Promise<void>;
}

/** Starts a worker that imports the simulator for itself. */
export function workerRunner(plan: WorkerPlan): WorkerRunner {
  const worker = new Worker(new URL("./_simulate_worker.ts", import.meta.url), { type: "module" });
  let stopped: { readonly reason: unknown } | undefined;
  let job = Promise.withResolvers<SimulatedRows>();
  const ready = Promise.withResolvers<void>();
  worker.onmessage = ({ data }: MessageEvent<WorkerAnswer>) => {
    if ("isReady" in data) ready.resolve();
    else if ("rows" in data) job.resolve(data.rows);
    else if ("late" in data) {
      stop(new Error(`${mustLive(plan)}, whatever code that nobody waits for throws: ${data.late}`));
    } else job.reject(toError(data.error));
  };
  const stop = (reason: unknown) => {
    stopped ??= { reason };
    ready.resolve();
    worker.terminate();
    job.promise.catch(() => {}); // Nobody may be waiting.
    job.reject(reason);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    stop(new Error(`${mustLive(plan)}: ${event.message}`));
  };
  // Field by field: a prior is made of functions and cannot travel.
  const { module, export: name, argument } = plan.source;
  const source = { module: String(module), export: name, argument };
  worker.postMessage({ key: plan.key, score: plan.score, source } satisfies WorkerPlan);
  return {
    ready: ready.promise,
    run: ({ theta, first }) => {
      if (stopped) return Promise.reject(stopped.reason);
      job = Promise.withResolvers();
      const copy = new Float64Array(theta.data);
      worker.postMessage({ theta: { ...theta, data: copy }, first }, [copy.buffer]);
      return job.promise;
    },
    stop,
  };
}

function mustLive({ source }: WorkerPlan): string {
  return `Cannot simulate as the worker that runs export "${source.export}" of ${source.module} must stay alive`;
}

function toError({ isTypeError, message }: { isTypeError: boolean; message: string }): Error {
  return isTypeError ? new TypeError(message) : new Error(message);
}
