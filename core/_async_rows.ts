// A simulator from an asynchronous function of one row.

import { reasonOf } from "./_reason.ts";
import type { AsyncCall, AsyncRows, AsyncSimulator, AsyncSimulatorDefinition } from "./async_simulator.ts";
import type { SimulationFailure } from "./dataset.ts";
import { requireKey } from "./_require_key.ts";
import { foldIn, type Key } from "./key.ts";
import { type Points, row, zeros } from "./points.ts";
import { stream } from "./stream.ts";

type Put = (to: Points, i: number, values: ArrayLike<number>) => void;

/** Rows one after the other, or so many at a time; one that throws has failed, and no other. */
export function asyncRows(
  { name, thetaDim, xDim, simulate, concurrency }: AsyncSimulatorDefinition,
  put: Put,
): AsyncSimulator {
  const simulateAsync = async (key: Key, theta: Points, call: AsyncCall = {}): Promise<AsyncRows> => {
    const { first = 0, signal } = call;
    requireKey(`run simulator "${name}"`, key);
    const x = zeros(theta.n, xDim);
    const failures: SimulationFailure[] = [];
    let next = 0;
    const work = async () => {
      for (let i = next++; i < theta.n; i = next++) {
        signal?.throwIfAborted();
        let values: ArrayLike<number>;
        try {
          // A copy: the function may change it.
          values = await simulate(stream(foldIn(key, first + i)), row(theta, i).slice(), signal);
        } catch (error) {
          signal?.throwIfAborted();
          row(x, i).fill(NaN);
          failures.push({ row: first + i, reason: reasonOf(error) });
          continue;
        }
        put(x, i, values);
      }
    };
    await Promise.all(Array.from({ length: Math.min(concurrency ?? 1, theta.n) }, work));
    return { x, failures: failures.sort((a, b) => a.row - b.row) };
  };
  return {
    name,
    thetaDim,
    xDim,
    // Rows are made elsewhere, and already several at a time.
    ...(concurrency !== undefined && { concurrency: 1 }),
    simulateAsync,
  };
}
