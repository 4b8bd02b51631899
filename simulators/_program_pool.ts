// Programs that stay, each asked for rows as it has time; those that die are started again.

import { UnreachableError } from "@likely/core";
import type { ProgramJob } from "./_program_job.ts";
import { startProgram } from "./_program_process.ts";
import type { Hello } from "./_program_protocol.ts";
import { Seat, type SeatPlan } from "./_program_seat.ts";

/** What a pool is made of. */
export interface PoolPlan extends SeatPlan {
  readonly processes: number;
}

/** Deaths in a row without an answer that are no longer laid to rows. */
const MOST_DEATHS = 30;
/** Times that nothing was answered in time, not once before, that are no longer laid to rows. */
const MOST_LATE = 3;

/** Programs that answer to one simulator. */
export class ProgramPool {
  readonly #plan: PoolPlan;
  readonly #seats = new Set<Seat>();
  readonly #jobs = new Set<ProgramJob>();
  #deaths = 0;
  #late = 0;
  #hasAnswered = false;
  #waiting: PromiseWithResolvers<Hello>[] = [];
  #leaving: Promise<void>[] = [];

  readonly #begin: typeof startProgram;

  /**
   * @param plan What to run.
   * @param begin Starts it.
   */
  constructor(plan: PoolPlan, begin: typeof startProgram = startProgram) {
    this.#plan = plan;
    this.#begin = begin;
  }

  /** Starts a program, unless one runs, and resolves to its hello. */
  hello(): Promise<Hello> {
    for (const { hello } of this.#seats) if (hello) return Promise.resolve(hello);
    const waiting = Promise.withResolvers<Hello>();
    this.#waiting.push(waiting);
    this.#pump();
    return waiting.promise;
  }

  /** Resolves when every row of a job is settled. */
  async run(job: ProgramJob): Promise<void> {
    const { signal } = job;
    signal?.throwIfAborted();
    const stop = () => this.#drop(job, signal!.reason);
    signal?.addEventListener("abort", stop);
    this.#jobs.add(job);
    this.#pump();
    try {
      await job.done;
    } finally {
      signal?.removeEventListener("abort", stop);
      this.#jobs.delete(job);
      this.#pump();
    }
  }

  /** Ends all programs. */
  async close(): Promise<void> {
    const closed = new Error(`Cannot simulate as ${this.#who} was closed`);
    for (const { reject } of this.#waiting.splice(0)) reject(closed);
    for (const job of this.#jobs) this.#drop(job, closed);
    const seats = [...this.#seats];
    this.#seats.clear();
    removeEventListener("unload", this.#kill);
    await Promise.all([...seats.map((seat) => seat.close()), ...this.#leaving]);
  }

  get #who(): string {
    return `"${this.#plan.command.join(" ")}"`;
  }

  /** What the host leaves behind must not go on. */
  readonly #kill = () => {
    for (const seat of this.#seats) seat.kill();
  };

  #drop(job: ProgramJob, reason: unknown): void {
    this.#jobs.delete(job);
    job.fail(reason);
    for (const seat of this.#seats) if (seat.job === job) this.#dismiss(seat);
  }

  /** It is not asked again; its end is awaited by {@linkcode ProgramPool.close}. */
  #dismiss(seat: Seat): void {
    this.#seats.delete(seat);
    seat.kill();
    const left = seat.close().then(() => {
      this.#leaving = this.#leaving.filter((other) => other !== left);
    });
    this.#leaving.push(left);
  }

  /** Ends everything: no program can be had. */
  #fail(error: UnreachableError): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    for (const job of [...this.#jobs]) this.#drop(job, error);
    for (const seat of [...this.#seats]) this.#dismiss(seat);
  }

  /** Hands out what there is to do. */
  #pump(): void {
    for (const seat of this.#seats) if (seat.hello) this.#feed(seat);
    const idle = [...this.#seats].filter(({ hello, flying }) => !hello || flying === 0).length;
    const wanted = this.#waiting.length > 0 ? 1 : 0;
    const open = [...this.#jobs].reduce((sum, job) => sum + job.open, 0);
    let more = Math.min(this.#plan.processes - this.#seats.size, Math.max(wanted, open) - idle);
    try {
      for (; more > 0; more--) this.#start();
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      this.#fail(error);
    }
    const isBusy = this.#jobs.size > 0 || this.#waiting.length > 0;
    for (const seat of this.#seats) seat.hold(isBusy);
  }

  #start(): void {
    if (this.#seats.size === 0) addEventListener("unload", this.#kill);
    const seat: Seat = new Seat(this.#plan, this.#begin, {
      hello: () => {
        for (const { resolve } of this.#waiting.splice(0)) resolve(seat.hello!);
        this.#pump();
      },
      answered: () => {
        this.#deaths = 0;
        this.#hasAnswered = true;
        this.#feed(seat);
      },
      broken: (error) => {
        // What a program says after it was dismissed is nobody's concern.
        if (this.#seats.has(seat)) this.#fail(error);
      },
      died: (how, isLate) => {
        if (!this.#seats.delete(seat)) return;
        if (isLate && !this.#hasAnswered && ++this.#late >= MOST_LATE) {
          const text = `Cannot simulate as ${this.#who} must answer: it has said nothing but its hello for ` +
            `${this.#plan.seconds} s, ${this.#late} times; is its standard output flushed?`;
          return this.#fail(new UnreachableError(text));
        }
        if (++this.#deaths >= MOST_DEATHS) {
          const text =
            `Cannot simulate as ${this.#who} must stay alive: it ${how}, ${this.#deaths} times in a row`;
          return this.#fail(new UnreachableError(text));
        }
        this.#pump();
      },
    });
    this.#seats.add(seat);
  }

  #feed(seat: Seat): void {
    if (seat.flying === 0) seat.job = this.#next();
    if (seat.job) seat.feed(seat.job, this.#plan.processes);
  }

  /** The job with rows to give that fewest programs work on. */
  #next(): ProgramJob | undefined {
    let [best, fewest] = [undefined as ProgramJob | undefined, Infinity];
    for (const job of this.#jobs) {
      if (job.open === 0) continue;
      const working = [...this.#seats].filter((seat) => seat.job === job && seat.flying > 0).length;
      if (working < fewest) [best, fewest] = [job, working];
    }
    return best;
  }
}
