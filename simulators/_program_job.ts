// The rows of one call, and what has become of them.

import {
  type AsyncRows,
  foldIn,
  type Key,
  type Points,
  row,
  type SimulationFailure,
  zeros,
} from "@likely/core";
import { type Answer, ProtocolError, type Request } from "./_program_protocol.ts";

/** What is asked for. */
export interface JobPlan {
  readonly key: Key;
  readonly theta: Points;
  readonly first: number;
  readonly score: boolean;
  readonly level: number | undefined;
  readonly xDim: number;
  readonly signal: AbortSignal | undefined;
}

/** How often a row may end a program before it has failed. */
const TRIES = 3;

/** Rows that are asked for, answered, lost and asked for again. */
export class ProgramJob {
  /** Resolves when every row is settled. */
  readonly done: Promise<void>;
  readonly #plan: JobPlan;
  readonly #x: Points;
  readonly #score: Points | undefined;
  readonly #failures: SimulationFailure[] = [];
  readonly #finish: PromiseWithResolvers<void> = Promise.withResolvers();
  #next = 0;
  #left: number;
  /** Rows that a program died of, or beside: asked for alone from then on, with how often they were alone. */
  readonly #tries = new Map<number, number>();
  readonly #again: number[] = [];

  constructor(plan: JobPlan) {
    this.#plan = plan;
    this.#x = zeros(plan.theta.n, plan.xDim);
    this.#score = plan.score ? zeros(plan.theta.n, plan.theta.dim) : undefined;
    this.#left = plan.theta.n;
    this.done = this.#finish.promise;
    this.done.catch(() => {}); // Nobody may be waiting.
    if (this.#left === 0) this.#finish.resolve();
  }

  get signal(): AbortSignal | undefined {
    return this.#plan.signal;
  }

  /** The number of the first row in the whole run. */
  get first(): number {
    return this.#plan.first;
  }

  /** Rows never asked for. */
  get fresh(): number {
    return this.#plan.theta.n - this.#next;
  }

  /** Rows to ask for. */
  get open(): number {
    return this.fresh + this.#again.length;
  }

  get isDone(): boolean {
    return this.#left === 0;
  }

  /** Takes rows to ask for; one that must be asked for alone only where nothing else is asked. */
  take(most: number, isFree: boolean): number[] {
    if (this.fresh > 0) {
      const from = this.#next;
      this.#next += Math.min(most, this.fresh);
      return Array.from({ length: this.#next - from }, (_, k) => from + k);
    }
    const again = isFree ? this.#again.shift() : undefined;
    return again === undefined ? [] : [again];
  }

  /** Whether a program has ended while it owed this row. */
  isSuspect(index: number): boolean {
    return this.#tries.has(index);
  }

  /** What to ask. */
  request(index: number): Request {
    const { key, theta, first, score, level } = this.#plan;
    // Every language can take a whole number below 2^31.
    const seed = foldIn(key, first + index).hi >>> 1;
    return { row: first + index, seed, level, score, theta: row(theta, index) };
  }

  /** Keeps an answer. */
  settle(index: number, answer: Answer, complain: () => string): void {
    if ("error" in answer) {
      const complaint = complain();
      return this.#failed(
        index,
        complaint === "" ? answer.error : `${answer.error}; standard error: ${complaint}`,
      );
    }
    const { xDim, theta } = this.#plan;
    requireNumbers("x", answer.x, xDim);
    if (this.#score) {
      if (answer.score === undefined) throw new ProtocolError(`"score" must be there, as it was asked for`);
      requireNumbers("score", answer.score, theta.dim);
      this.#score.data.set(answer.score, index * theta.dim);
    }
    this.#x.data.set(answer.x, index * xDim);
    this.#settled();
  }

  /** A program has ended that owed these rows: one alone was the cause. */
  lose(
    indices: readonly number[],
    { reason, isFinal }: { readonly reason: string; readonly isFinal: boolean },
  ): void {
    for (const index of indices) {
      const tries = (this.#tries.get(index) ?? 0) + (indices.length === 1 ? 1 : 0);
      this.#tries.set(index, tries);
      if (indices.length === 1 && isFinal) this.#failed(index, reason);
      else if (tries < TRIES) this.#again.push(index);
      else this.#failed(index, `${reason}, in ${TRIES} tries`);
    }
  }

  /** Gives up. */
  fail(reason: unknown): void {
    this.#finish.reject(reason);
  }

  /** What was simulated. */
  rows(): AsyncRows {
    return {
      x: this.#x,
      ...(this.#score && { score: this.#score }),
      failures: this.#failures.sort((a, b) => a.row - b.row),
    };
  }

  #failed(index: number, reason: string): void {
    row(this.#x, index).fill(NaN);
    if (this.#score) row(this.#score, index).fill(NaN);
    this.#failures.push({ row: this.#plan.first + index, reason });
    this.#settled();
  }

  #settled(): void {
    if (--this.#left === 0) this.#finish.resolve();
  }
}

function requireNumbers(name: string, values: readonly number[], length: number): void {
  if (values.length === length) return;
  throw new ProtocolError(`"${name}" must hold ${length} numbers, not ${values.length}`);
}
