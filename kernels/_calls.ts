// Programs as those who need their results ask for them. Who asks is a generator of calls: it is run at once
// where memory is at hand, and later where a device must be waited for.

import type { Arena, Memory } from "./_arena.ts";
import type { Code } from "./_code.ts";
import type { Rows } from "./_layer.ts";

/** A piece of an arena. */
export interface Region {
  readonly at: number;
  readonly bytes: number;
}

/** A program, and what of the arena is written before it and read after it. */
export interface Call {
  /** Calls of one name run one program, which is kept; without, it is for once. */
  readonly name?: string;
  emit(code: Code): void;
  readonly brings: readonly Region[];
  readonly takes: readonly Region[];
}

/** Something that takes calls. */
export type Calls<T> = Generator<Call, T, undefined>;

/** Where calls are run. */
export interface Caller extends Disposable {
  /** What runs them. */
  readonly name: string;
  /** Bytes that an arena is worth where calls cost more than room does; 0: they do not. */
  readonly room: number;
  /** Where an arena can be written and read between calls; another one after each perhaps. */
  readonly memory: Memory;
  /** Makes room for the arena that all calls are about. */
  settle(arena: Arena): void;
  /** Numbers that the arena has in eight bytes each. */
  float64(at: number, count: number): Float64Array;
}

/** One that answers at once. */
export interface PromptCaller extends Caller {
  run(call: Call): void;
}

/** One that is waited for. */
export interface PatientCaller extends Caller {
  run(call: Call): Promise<void>;
  /** Waits until nobody else is between two calls. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
}

/** Runs all calls. */
export function atOnce<T>(caller: PromptCaller, calls: Calls<T>): T {
  for (let step = calls.next();; step = calls.next()) {
    if (step.done) return step.value;
    caller.run(step.value);
  }
}

/** Runs all calls, one after the other; those of others come before or after. */
export function later<T>(caller: PatientCaller, calls: Calls<T>): Promise<T> {
  return caller.inTurn(async () => {
    for (let step = calls.next();; step = calls.next()) {
      if (step.done) return step.value;
      await caller.run(step.value);
    }
  });
}

/** The first n of some rows. */
export function regionOf({ at, width, ld }: Rows, n: number): Region {
  return { at, bytes: n === 0 ? 0 : ((n - 1) * ld + width) * 4 };
}

/** So many numbers of four bytes. */
export function numbersAt(at: number, count: number): Region {
  return { at, bytes: count * 4 };
}
