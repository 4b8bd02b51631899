// One program that stays, and what it was asked and has not answered.

import { UnreachableError } from "@likely/core";
import type { ProgramJob } from "./_program_job.ts";
import type { ProcessPlan, RunningProgram, startProgram } from "./_program_process.ts";
import {
  type Answer,
  type Hello,
  ProtocolError,
  readAnswers,
  readHello,
  requestText,
} from "./_program_protocol.ts";
import { toldBy } from "./_spawn_program.ts";

/** What has to be known of it. */
export interface SeatPlan extends ProcessPlan {
  readonly seconds: number;
  readonly startSeconds: number;
  /** Throws an `UnreachableError` where a hello is not of the program that was asked for. */
  check(hello: Hello): void;
}

/** Rows in a line, or in lines written together, at most. */
const BATCH = 100;
/** Rows that take less are asked for before those before are answered, so that a program need not wait. */
const QUICK = 0.01;
/** Milliseconds that a timer can be set for. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Who is told what becomes of it. */
export interface SeatEvents {
  hello(): void;
  answered(): void;
  broken(error: UnreachableError): void;
  /** It has ended, `isLate` as it took too long. */
  died(how: string, isLate: boolean): void;
}

/** The program. */
export class Seat {
  hello: Hello | undefined;
  job: ProgramJob | undefined;
  readonly #plan: SeatPlan;
  readonly #events: SeatEvents;
  readonly #program: RunningProgram;
  /** Rows asked for, in order, by their number in the run; each with the size of its line. */
  readonly #flight = new Map<number, { readonly index: number; readonly rows: number }>();
  #isAlone = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #since = performance.now();
  #secondsPerRow = Infinity;
  #isLate = false;
  #isOver = false;

  constructor(plan: SeatPlan, begin: typeof startProgram, events: SeatEvents) {
    this.#plan = plan;
    this.#events = events;
    this.#program = begin(plan, {
      line: (text, number) => this.#read(text, number),
      tooLong: (text, number) => {
        this.#break(`a line must have ${plan.lineLength} characters at most`, text, number);
      },
      end: (how) => this.#end(how),
    });
    this.#watch();
  }

  /** Rows asked for and not answered. */
  get flying(): number {
    return this.#flight.size;
  }

  kill(): void {
    this.#isOver = true;
    this.#program.kill();
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#program.close();
  }

  hold(isHeld: boolean): void {
    this.#program.hold(isHeld);
    if (isHeld) this.#watch();
    else this.#rest();
  }

  /** Asks for as many rows as the program should have before it. */
  feed(job: ProgramJob, processes: number): void {
    if (this.#isAlone && this.flying > 0) return;
    this.#isAlone = false;
    const { batch } = this.hello!;
    const most = batch ?? BATCH;
    while (this.flying === 0 || this.flying <= most && this.#secondsPerRow < QUICK) {
      // Towards the end smaller pieces, so that all are done at about the same time.
      const share = Math.ceil(job.fresh / (batch === undefined ? 2 * processes : processes));
      const indices = job.take(Math.min(most, share), this.flying === 0);
      if (indices.length === 0) return;
      this.#isAlone = indices.length === 1 && this.flying === 0 && job.isSuspect(indices[0]!);
      this.#ask(job, indices);
      if (this.#isAlone) return;
    }
  }

  #ask(job: ProgramJob, indices: readonly number[]): void {
    const { batch } = this.hello!;
    if (this.flying === 0) this.#since = performance.now();
    const texts = indices.map((index) => requestText(job.request(index)));
    const rows = batch === undefined ? 1 : texts.length;
    for (const index of indices) this.#flight.set(job.first + index, { index, rows });
    this.#program.write(batch === undefined ? `${texts.join("\n")}\n` : `[${texts.join(",")}]\n`);
    this.#watch();
  }

  #read(text: string, number: number): void {
    if (this.#isOver || text.trim() === "") return;
    try {
      if (this.hello) return this.#take(readAnswers(text));
      const hello = readHello(text);
      this.#plan.check(hello);
      this.hello = hello;
      this.#rest();
      this.#events.hello();
    } catch (error) {
      if (error instanceof ProtocolError) return this.#break(error.message, text, number);
      if (!(error instanceof UnreachableError)) throw error;
      this.#isOver = true;
      this.#events.broken(error);
    }
  }

  #take(answers: readonly Answer[]): void {
    const before = this.#since;
    for (const answer of answers) {
      const asked = this.#flight.get(answer.row);
      if (asked === undefined) throw new ProtocolError(`"row" must be one that was asked for, once`);
      this.job!.settle(asked.index, answer, () => this.#program.complaints.news());
      this.#flight.delete(answer.row);
    }
    if (answers.length === 0) return;
    this.#since = performance.now();
    const each = (this.#since - before) / 1000 / answers.length;
    this.#secondsPerRow = Number.isFinite(this.#secondsPerRow)
      ? 0.8 * this.#secondsPerRow + 0.2 * each
      : each;
    this.#events.answered();
    if (this.flying === 0) this.#rest();
  }

  #break(rule: string, text: string, number: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
    const who = `"${this.#plan.command.join(" ")}"`;
    this.#events.broken(
      new UnreachableError(`Cannot use the output of ${who} as ${rule}: line ${number} is ${shown}`),
    );
  }

  #end(how: string): void {
    this.#rest();
    const wasOver = this.#isOver;
    this.#isOver = true;
    const told = toldBy(this.#program.complaints.last());
    if (this.hello === undefined) {
      if (wasOver) return;
      const who = `"${this.#plan.command.join(" ")}"`;
      const state = this.#isLate
        ? `it has said nothing for ${this.#plan.startSeconds} s; is its standard output flushed?`
        : `it ${how}`;
      return this.#events.broken(
        new UnreachableError(
          `Cannot start ${who} as it must say hello on its standard output: ${state}${told}`,
        ),
      );
    }
    if (this.job && this.flying > 0) {
      const reason = this.#isLate ? `took longer than ${this.#plan.seconds} s` : `the program ${how}`;
      const indices = [...this.#flight.values()].map(({ index }) => index);
      this.job.lose(indices, { reason: `${reason}${told}`, isFinal: this.#isLate });
    }
    this.#flight.clear();
    this.#events.died(`${how}${told}`, this.#isLate);
  }

  /** Sees to it that the program is ended when it takes too long. */
  #watch(): void {
    if (this.#timer !== undefined) return;
    const [, oldest] = this.#flight.entries().next().value ?? [];
    const limit = this.hello ? this.#plan.seconds * (oldest?.rows ?? 1) : this.#plan.startSeconds;
    const left = limit * 1000 - (performance.now() - this.#since);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.hello && this.flying === 0) return;
      if (performance.now() - this.#since < limit * 1000 - 1) return this.#watch();
      this.#isLate = true;
      this.#program.kill();
    }, Math.min(Math.max(0, left), LONGEST_TIMER));
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
