// Rows that may take so long and no longer: the worker of one that takes longer is ended.

import { failedRow, oneByOne, type RowsPlan } from "./_simulate_rows.ts";
import type { WorkerRunner } from "./_simulate_runner.ts";
import type { RowsJob, SimulatedRows, SimulationRunner } from "./simulation_runner.ts";

/** A runner that hands out rows one at a time; one that is late has failed, and another worker goes on. */
export function patientRunner(
  start: () => WorkerRunner,
  seconds: number,
  plan: Pick<RowsPlan, "simulator" | "score">,
): SimulationRunner {
  let runner = start();
  const inTime = async (job: RowsJob): Promise<SimulatedRows> => {
    // What a module takes to load is not the row's.
    await runner.ready;
    const { promise: late, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => resolve(undefined), 1000 * seconds);
    try {
      const rows = await Promise.race([runner.run(job), late]);
      if (rows) return rows;
    } finally {
      clearTimeout(timer);
    }
    runner.stop(new Error("late"));
    runner = start();
    return failedRow(plan, job, `it took longer than rowTimeout, ${seconds} s`);
  };
  let stopped: { readonly reason: unknown } | undefined;
  return {
    run: (job) =>
      oneByOne(job, async (one) => {
        if (stopped) throw stopped.reason;
        return await inTime(one);
      }),
    stop: (reason) => {
      stopped ??= { reason };
      runner.stop(reason);
    },
  };
}
