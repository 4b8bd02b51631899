// Runs programs on one thread: all that evaluation needs where there are no workers.

import { borrowInstance, type Machine, reserve, returnMachine } from "./_machine.ts";
import type { Host, Runner } from "./_runner.ts";

/** A host whose programs one thread runs; `before` each of them something may be done. */
export function soloHost(name: string, module: WebAssembly.Module, before: () => void = () => {}): Host {
  return { name, open: async () => new SoloRunner(name, await borrowInstance(module), before) };
}

/** Owns an instance. */
class SoloRunner implements Runner {
  readonly name: string;
  readonly shared = 0;
  #machine: Machine | undefined;
  #program = { from: 0, end: 0 };
  readonly #before: () => void;

  constructor(name: string, machine: Machine, before: () => void) {
    this.name = name;
    this.#before = before;
    this.#machine = machine;
  }

  get memory(): WebAssembly.Memory {
    return this.#alive().memory;
  }

  reserve(bytes: number): void {
    reserve(this.#alive(), bytes);
  }

  load(from: number, words: Int32Array): void {
    const end = from + words.byteLength;
    this.reserve(end);
    new Int32Array(this.memory.buffer, from).set(words);
    this.#program = { from, end };
  }

  run(): void {
    this.#before();
    this.#alive().run(this.#program.from, this.#program.end);
  }

  [Symbol.dispose](): void {
    if (this.#machine) returnMachine(this.#machine);
    this.#machine = undefined;
  }

  #alive(): Machine {
    if (this.#machine) return this.#machine;
    throw new TypeError("Cannot run as it must not be disposed of: current value is disposed");
  }
}
