// Simulates some rows of a run; what goes wrong in one row costs that row alone.

import { reasonOf } from "./_reason.ts";
import { WidthError } from "./_width_error.ts";
import { type AnySimulator, isAsync } from "./any_simulator.ts";
import type { AsyncSimulator } from "./async_simulator.ts";
import { UnreachableError } from "./errors.ts";
import type { Key } from "./key.ts";
import { type Points, points, row } from "./points.ts";
import type { RowsJob, SimulatedRows } from "./simulation_runner.ts";
import type { Simulator } from "./simulator.ts";

/** How many failures are kept with their reasons. */
export const REASONS_KEPT = 10;

/** What stays the same for all rows of a run. */
export interface RowsPlan {
  /** Of the whole run. */
  readonly key: Key;
  /** From parameters to data. */
  readonly simulator: AnySimulator;
  /** Whether scores are wanted. */
  readonly score: boolean;
}

/** Simulates the rows of a job in one call, or one by one when that call throws. */
export async function simulateRows(
  plan: RowsPlan,
  job: RowsJob,
  signal?: AbortSignal,
): Promise<SimulatedRows> {
  const { simulator } = plan;
  try {
    if (isAsync(simulator)) return await simulateLate({ ...plan, simulator }, job, signal);
    return simulateTogether({ ...plan, simulator }, job);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof WidthError || error instanceof UnreachableError) throw error;
    return job.theta.n === 1 ? failedRow(plan, job, error) : await simulateApart(plan, job, signal);
  }
}

/** Why row i has failed, by its numbers; undefined for a row that has not. */
export function nonFinite(name: string, { data, dim }: Points, i: number): string | undefined {
  // By index, as a view of each row would cost more than looking at its numbers.
  for (let k = i * dim; k < (i + 1) * dim; k++) {
    if (!Number.isFinite(data[k])) return `${name}[${k - i * dim}] is ${data[k]}`;
  }
  return undefined;
}

interface Of<S extends AnySimulator> extends RowsPlan {
  readonly simulator: S;
}

function simulateTogether(
  { key, simulator, score }: Of<Simulator>,
  { theta, first }: RowsJob,
): SimulatedRows {
  const scored = score ? simulator.simulateScored?.(key, theta, first) : undefined;
  const x = scored?.x ?? simulator.simulate(key, theta, first);
  requireShape(`simulator "${simulator.name}"`, x, theta.n, simulator.xDim);
  if (!score) return { x: own(x), score: new Float64Array(), thrown: [] };
  const scores = scored?.score ?? simulator.score!(theta, x);
  requireShape(`the score of "${simulator.name}"`, scores, theta.n, theta.dim);
  return { x: own(x), score: own(scores), thrown: [] };
}

async function simulateLate(
  { key, simulator, score }: Of<AsyncSimulator>,
  { theta, first }: RowsJob,
  signal: AbortSignal | undefined,
): Promise<SimulatedRows> {
  const rows = await simulator.simulateAsync(key, theta, { first, score, ...(signal && { signal }) });
  requireShape(`simulator "${simulator.name}"`, rows.x, theta.n, simulator.xDim);
  const scores = score ? rows.score ?? simulator.score!(theta, rows.x) : undefined;
  if (scores) requireShape(`the score of "${simulator.name}"`, scores, theta.n, theta.dim);
  return {
    x: own(rows.x),
    score: scores ? own(scores) : new Float64Array(),
    thrown: (rows.failures ?? []).slice(0, REASONS_KEPT),
  };
}

async function simulateApart(
  plan: RowsPlan,
  job: RowsJob,
  signal: AbortSignal | undefined,
): Promise<SimulatedRows> {
  return await oneByOne(job, (job) => simulateRows(plan, job, signal));
}

/** The rows of a job, each as a job of its own. */
export async function oneByOne(
  { theta, first }: RowsJob,
  run: (job: RowsJob) => Promise<SimulatedRows>,
): Promise<SimulatedRows> {
  const parts: SimulatedRows[] = [];
  for (let i = 0; i < theta.n; i++) {
    parts.push(await run({ theta: points(row(theta, i), theta.dim), first: first + i }));
  }
  return {
    x: concat(parts.map(({ x }) => x)),
    score: concat(parts.map(({ score }) => score)),
    thrown: parts.flatMap(({ thrown }) => thrown).slice(0, REASONS_KEPT),
  };
}

/** A row of NaN, and why. */
export function failedRow(
  { simulator, score }: Pick<RowsPlan, "simulator" | "score">,
  { theta, first }: RowsJob,
  error: unknown,
): SimulatedRows {
  const reason = reasonOf(error);
  return {
    x: new Float64Array(simulator.xDim).fill(NaN),
    score: new Float64Array(score ? theta.dim : 0).fill(NaN),
    thrown: [{ row: first, reason }],
  };
}

function requireShape(who: string, rows: Points, n: number, dim: number): void {
  if (rows.dim === dim && rows.data.length === n * dim) return;
  throw new WidthError(
    `Cannot use the output of ${who} as it must be ${n} rows of ${dim} numbers: ` +
      `current value is ${rows.data.length} numbers in rows of ${rows.dim}`,
  );
}

// A simulator may return a view, or a buffer that it will use again.
function own({ data }: Points): Float64Array<ArrayBuffer> {
  return new Float64Array(data);
}

function concat(parts: readonly Float64Array[]): Float64Array<ArrayBuffer> {
  const out = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
