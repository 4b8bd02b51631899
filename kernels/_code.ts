// Instructions as words: what JavaScript plans and the module's `run` walks.

import { INSTRUCTION_WORDS } from "./_opcodes.ts";

/** A growing list of instructions. */
export class Code {
  /** 32-bit words, `INSTRUCTION_WORDS` for each instruction. */
  readonly words: number[] = [];

  /** Appends one instruction; float arguments go through {@linkcode float}. */
  emit(opcode: number, ...args: readonly number[]): void {
    const end = this.words.length + INSTRUCTION_WORDS;
    this.words.push(opcode, ...args);
    while (this.words.length < end) this.words.push(0);
  }
}

const scratch = new DataView(new ArrayBuffer(4));

/** The bits of a float32 as an integer argument. */
export function float(value: number): number {
  scratch.setFloat32(0, value);
  return scratch.getInt32(0);
}
