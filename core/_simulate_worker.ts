// The program of a simulation worker. First comes a plan, then jobs, each answered in turn.

import { type RowsPlan, simulateRows } from "./_simulate_rows.ts";
import type { WorkerAnswer, WorkerPlan } from "./_simulate_runner.ts";
import type { RowsJob } from "./simulation_runner.ts";
import { reasonOf } from "./_reason.ts";
import { loadSimulator } from "./simulator_module.ts";

/** The part of a worker's global scope that is used here. */
interface Port {
  onmessage: ((event: MessageEvent<WorkerPlan | RowsJob>) => void) | null;
  postMessage(answer: WorkerAnswer, transfer?: Transferable[]): void;
}

const port = globalThis as unknown as Port;
let plan: Promise<RowsPlan> | undefined;

port.onmessage = ({ data }) => {
  if ("theta" in data) return void answer(data);
  plan = prepare(data);
  // What went wrong is told with the first job.
  plan.catch(() => {}).finally(() => port.postMessage({ isReady: true }));
};

// Whoever waits for a worker that ended itself is told nothing, and would wait for ever.
const stay = () => {
  throw new Error("a simulator must not end its program, by exit() or close()");
};
const { Deno, process } = globalThis as unknown as Record<
  "Deno" | "process",
  Record<string, unknown> | undefined
>;
Object.assign(globalThis, { close: stay });
for (const host of [Deno, process]) if (host) Object.assign(host, { exit: stay, reallyExit: stay });

const late = (event: Event, thrown: unknown) => {
  event.preventDefault();
  port.postMessage({ late: reasonOf(thrown) });
};
addEventListener("error", (event) => late(event, event.error ?? event.message));
addEventListener("unhandledrejection", (event) => late(event, event.reason));

async function prepare({ key, source, score }: WorkerPlan): Promise<RowsPlan> {
  return { key, simulator: (await loadSimulator(source)).simulator, score };
}

async function answer(job: RowsJob): Promise<void> {
  try {
    const rows = await simulateRows(await plan!, job);
    port.postMessage({ rows }, [rows.x.buffer, rows.score.buffer]);
  } catch (error) {
    const message = reasonOf(error);
    port.postMessage({ error: { isTypeError: error instanceof TypeError, message } });
  }
}
