// Calls into the module.

import type { Arena } from "./_arena.ts";
import type { Call, PromptCaller } from "./_calls.ts";
import { Code } from "./_code.ts";
import type { Runner } from "./_runner.ts";

/** Owns a runner. */
export class ModuleCaller implements PromptCaller {
  readonly room = 0;
  readonly #what: string;
  #runner: Runner | undefined;
  /** Told after disposal too. */
  #name = "";
  #bytes = 0;
  readonly #programs = new Map<string, Int32Array>();
  #loaded: string | undefined;

  /** `what` is evaluated, in words. */
  constructor(runner: Runner, what: string) {
    this.#runner = runner;
    this.#what = what;
  }

  get name(): string {
    return this.#runner?.name ?? this.#name;
  }

  get memory(): WebAssembly.Memory {
    return this.#alive().memory;
  }

  settle(arena: Arena): void {
    const runner = this.#alive();
    runner.reserve(arena.bytes);
    arena.prepare(runner.memory);
    this.#bytes = arena.bytes;
  }

  float64(at: number, count: number): Float64Array {
    return new Float64Array(this.memory.buffer, at, count);
  }

  run({ name, emit }: Call): void {
    const runner = this.#alive();
    if (name === undefined || this.#loaded !== name) {
      const known = this.#programs.get(name ?? "") ?? wordsOf(emit);
      if (name !== undefined) this.#programs.set(name, known);
      runner.load(this.#bytes, known);
    }
    this.#loaded = name;
    runner.run();
  }

  [Symbol.dispose](): void {
    this.#name = this.name;
    this.#programs.clear();
    this.#runner?.[Symbol.dispose]();
    this.#runner = undefined;
  }

  #alive(): Runner {
    if (this.#runner) return this.#runner;
    throw new TypeError(
      `Cannot evaluate as the ${this.#what} must not be disposed of: current value is disposed`,
    );
  }
}

/** The words of what is emitted. */
export function wordsOf(emit: (code: Code) => void): Int32Array {
  const code = new Code();
  emit(code);
  return Int32Array.from(code.words);
}
