// Runs programs with other threads where they help.

import { Crew, mostLanes } from "./_crew.ts";
import { cutProgram, workOf } from "./_cut.ts";
import { borrowMachine, borrowShared, type Build, isBuild, moduleBytes, type Source } from "./_builds.ts";
import { type Machine, reserve, returnMachine } from "./_machine.ts";
import type { Host, Runner } from "./_runner.ts";

/** What runs on builds of this package, or on a module compiled elsewhere. */
export interface CrewOptions {
  /** What runs them, without the number of threads. */
  readonly name: string;
  /** A build, or a module compiled elsewhere. */
  readonly source: Source;
  /** Threads that share the work, or `"auto"`: as many as help. */
  readonly workers: number | "auto";
}

/**
 * Least multiply-adds of a program that more threads are called for: about a third of a
 * millisecond. Below it meetings cost what is gained.
 */
const WORTH_SHARING = 4e6;
/** After so many programs the slower way is tried again: the load of the machine may have changed. */
const RETRY = 100;
/** Looks at a meeting point before sleeping there: some ten microseconds. */
const PATIENCE = 5000;
/** Room for programs in a shared memory beyond what was reserved; its size is a power of two. */
const SPARE_BYTES = 2 ** 20;
/** The meeting's two words, in a cache line of their own. */
const MEETING_BYTES = 64;

/** A host whose programs several threads may share. */
export function crewHost(options: CrewOptions): Host {
  return { name: options.name, open: () => openRunner(options) };
}

async function openRunner(options: CrewOptions): Promise<Runner> {
  const { source, workers } = options;
  const most = isBuild(source) ? mostLanes() : 1;
  const lanes = most === 1 || workers === "auto" ? most : workers;
  const runner = new CrewRunner(options, await borrowMachine(source), lanes);
  if (lanes > 1) await runner.prepare();
  return runner;
}

/** A program at its place in memory. */
interface Loaded {
  readonly words: Int32Array;
  readonly from: number;
  readonly end: number;
  readonly work: number;
  /** Where the programs of the lanes begin, once they were cut, and the bytes of one. */
  parts?: { readonly from: number; readonly bytes: number };
}

/** Owns an instance and its helpers. */
class CrewRunner implements Runner {
  readonly #host: CrewOptions;
  #lanes: number;
  /** The module's bytes, needed to share a memory. */
  #code: Uint8Array | undefined;
  #isShared = false;
  /** Bytes reserved so far. */
  #reserved = 0;
  #machine: Machine | undefined;
  #crew: Crew | undefined;
  #program: Loaded | undefined;
  /** Work of what was loaded before: steps on several batches take turns between two programs. */
  readonly #works = new WeakMap<Int32Array, number>();
  /** What became of programs for the lanes, and the meeting they were cut for. */
  readonly #cuts = new WeakMap<Int32Array, { readonly at: number; readonly parts: readonly Int32Array[] }>();
  #runs = 0;
  /** Milliseconds a multiply-add took last, alone and in company. */
  readonly #pace = [0, 0];
  /** Programs that were shared so far. */
  shared = 0;

  constructor(host: CrewOptions, machine: Machine, lanes: number) {
    this.#host = host;
    this.#machine = machine;
    this.#lanes = lanes;
  }

  /** Tells the number of threads too, once there are several. */
  get name(): string {
    const { name } = this.#host;
    return this.#crew && this.#lanes > 1 && mostLanes() > 1 ? `${name}×${this.#lanes}` : name;
  }

  /** Its linear memory; another one after more was reserved or a program run. */
  get memory(): WebAssembly.Memory {
    return this.#alive().memory;
  }

  /** Makes several threads possible; where their number was asked for, waits until they are here. */
  async prepare(): Promise<void> {
    this.#code = await moduleBytes(this.#host.source as Build);
    if (this.#host.workers !== "auto" && this.#hire()) await this.#crew!.arrival;
  }

  /** Makes the memory at least `bytes` large; to be called before anything but data is written. */
  reserve(bytes: number): void {
    this.#crew?.settle();
    this.#reserved = Math.max(this.#reserved, bytes);
    if (!this.#isShared) reserve(this.#alive(), bytes);
    else if (bytes > this.memory.buffer.byteLength) this.#move();
  }

  /** Puts a program at an address behind which nothing else lies. */
  load(from: number, words: Int32Array): void {
    const end = from + words.byteLength;
    this.reserve(end);
    new Int32Array(this.memory.buffer, from).set(words);
    let work = this.#works.get(words);
    if (work === undefined) this.#works.set(words, work = workOf(words));
    this.#program = { words, from, end, work };
  }

  /** Runs the program that was loaded last. */
  run(): void {
    const program = this.#program!;
    const crew = this.#helpers(program);
    const machine = this.#alive();
    const start = performance.now();
    const isShared = crew !== undefined && crew.run(machine, program.parts!.from, program.parts!.bytes);
    if (!isShared) machine.run(program.from, program.end);
    if (program.work >= WORTH_SHARING) {
      this.#pace[isShared ? 1 : 0] = (performance.now() - start) / program.work;
    }
    if (isShared) this.shared += 1;
  }

  [Symbol.dispose](): void {
    this.#crew?.dismiss();
    if (this.#machine) returnMachine(this.#machine);
    this.#machine = undefined;
  }

  #alive(): Machine {
    if (this.#machine) return this.#machine;
    throw new TypeError("Cannot run as it must not be disposed of: current value is disposed");
  }

  /** The crew, if it is here and worth asking. */
  #helpers(program: Loaded): Crew | undefined {
    if (this.#lanes === 1 || mostLanes() === 1) return undefined;
    const isAuto = this.#host.workers === "auto";
    if (isAuto && (program.work < WORTH_SHARING || !this.#isFaster())) return undefined;
    program.parts ??= this.#cut(program);
    return this.#hire() && this.#crew!.isReady ? this.#crew : undefined;
  }

  /** Sees to it that there is a crew; false where there can be none. */
  #hire(): boolean {
    try {
      if (!this.#isShared) this.#move();
      if (!this.#crew || this.#crew.isClosed) this.#crew = new Crew(this.#alive(), this.#lanes);
    } catch {
      this.#lanes = 1; // the host has no room for a shared memory
    }
    return this.#lanes > 1;
  }

  /** Moves to a shared memory with some room to spare; a crew on the old one goes home. */
  #move(): void {
    const old = this.#alive();
    const next = borrowShared(this.#host.source as Build, this.#code!, this.#reserved + SPARE_BYTES);
    const bytes = Math.min(this.#reserved, old.memory.buffer.byteLength);
    new Uint8Array(next.memory.buffer).set(new Uint8Array(old.memory.buffer, 0, bytes));
    this.#crew?.dismiss();
    this.#machine = next;
    this.#isShared = true;
    returnMachine(old);
  }

  /** Whether company was faster last time; what is not known, or no longer, is tried. */
  #isFaster(): boolean {
    const pace = this.#pace;
    if (++this.#runs % RETRY === 0) pace[pace[0]! < pace[1]! ? 1 : 0] = 0;
    return pace[1] === 0 || (pace[0] !== 0 && pace[1]! < pace[0]!);
  }

  /** Behind the program: the meeting's words, then the lanes' programs. */
  #cut({ words, end }: Loaded): Required<Loaded>["parts"] {
    const at = Math.ceil(end / MEETING_BYTES) * MEETING_BYTES;
    const from = at + MEETING_BYTES;
    let known = this.#cuts.get(words);
    if (known?.at !== at) this.#cuts.set(words, known = { at, parts: this.#partsOf(words, at) });
    const { parts } = known;
    const bytes = parts[0]!.byteLength;
    this.reserve(from + this.#lanes * bytes);
    const memory = new Int32Array(this.memory.buffer);
    memory.fill(0, at >> 2, from >> 2);
    parts.forEach((part, lane) => memory.set(part, (from + lane * bytes) >> 2));
    return { from, bytes };
  }

  #partsOf(words: Int32Array, at: number): Int32Array[] {
    return Array.from({ length: this.#lanes }, (_, lane) => {
      const patience = lane > 0 || maySleep() ? PATIENCE : 0;
      return cutProgram(words, lane, { at, lanes: this.#lanes, patience });
    });
  }
}

let sleeps: boolean | undefined;

/** Whether this thread may wait for others: a page's main thread may not. */
function maySleep(): boolean {
  if (sleeps !== undefined) return sleeps;
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return sleeps = true;
  } catch {
    return sleeps = false;
  }
}
