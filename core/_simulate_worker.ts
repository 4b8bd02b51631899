// The program of a simulation worker. First comes a plan, then jobs, each answered in turn.

import { type RowsPlan, simulateRows } from "./_simulate_rows.ts";
import type { WorkerAnswer, WorkerPlan } from "./_simulate_runner.ts";
import type { RowsJob } from "./simulation_runner.ts";
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
  plan.catch(() => {}); // Told with the first job.
};

async function prepare({ key, source, score }: WorkerPlan): Promise<RowsPlan> {
  return { key, simulator: (await loadSimulator(source)).simulator, score };
}

async function answer(job: RowsJob): Promise<void> {
  try {
    const rows = await simulateRows(await plan!, job);
    port.postMessage({ rows }, [rows.x.buffer, rows.score.buffer]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    port.postMessage({ error: { isTypeError: error instanceof TypeError, message } });
  }
}
