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

/** What a worker answers to a job. */
export type WorkerAnswer =
  | { readonly rows: SimulatedRows }
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

/** Starts a worker that imports the simulator for itself. */
export function workerRunner(plan: WorkerPlan): SimulationRunner {
  const worker = new Worker(new URL("./_simulate_worker.ts", import.meta.url), { type: "module" });
  let stopped: { readonly reason: unknown } | undefined;
  let job = Promise.withResolvers<SimulatedRows>();
  worker.onmessage = ({ data }: MessageEvent<WorkerAnswer>) =>
    "rows" in data ? job.resolve(data.rows) : job.reject(toError(data.error));
  const stop = (reason: unknown) => {
    stopped ??= { reason };
    worker.terminate();
    job.promise.catch(() => {}); // Nobody may be waiting.
    job.reject(reason);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    stop(
      new Error(
        `Cannot simulate as the worker that runs export "${plan.source.export}" of ` +
          `${plan.source.module} must stay alive: ${event.message}`,
      ),
    );
  };
  // Field by field: a prior is made of functions and cannot travel.
  const { module, export: name, argument } = plan.source;
  const source = { module: String(module), export: name, argument };
  worker.postMessage({ key: plan.key, score: plan.score, source } satisfies WorkerPlan);
  return {
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

function toError({ isTypeError, message }: { isTypeError: boolean; message: string }): Error {
  return isTypeError ? new TypeError(message) : new Error(message);
}
