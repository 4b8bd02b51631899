// Instructions as words: what JavaScript plans and the module's `run` walks.

import { INSTRUCTION_WORDS } from "./_opcodes.ts";

/** The word of an instruction that the module does not look at: how threads share it. */
export const SHARING = INSTRUCTION_WORDS - 1;
/** It does not depend on neighbours of the same name. */
export const APART = -1;

/** A growing list of instructions. */
export class Code {
  /** 32-bit words, `INSTRUCTION_WORDS` for each instruction. */
  readonly words: number[] = [];
  #sharing = 0;

  /** Appends one instruction; float arguments go through {@linkcode float}. */
  emit(opcode: number, ...args: readonly number[]): void {
    const end = this.words.length + SHARING;
    this.words.push(opcode, ...args);
    while (this.words.length < end) this.words.push(0);
    this.words.push(this.#sharing);
  }

  /**
   * What is emitted meanwhile works on so many rows, each of which depends on nothing but the same
   * row: every thread keeps to its rows, and none waits for another.
   */
  rowByRow(rows: number, emit: () => void): void {
    this.#share(rows, emit);
  }

  /**
   * What is emitted meanwhile are pairs of instructions, of which the second needs the first, and no
   * pair another: all that come first are put first.
   */
  inTwoTurns(isFirst: (opcode: number) => boolean, emit: () => void): void {
    const from = this.words.length;
    this.#share(APART, emit);
    const words = this.words.splice(from);
    for (const turn of [true, false]) {
      for (let pc = 0; pc < words.length; pc += INSTRUCTION_WORDS) {
        if (isFirst(words[pc]!) === turn) this.words.push(...words.slice(pc, pc + INSTRUCTION_WORDS));
      }
    }
  }

  #share(sharing: number, emit: () => void): void {
    this.#sharing = sharing;
    emit();
    this.#sharing = 0;
  }
}

const scratch = new DataView(new ArrayBuffer(4));

/** The bits of a float32 as an integer argument. */
export function float(value: number): number {
  scratch.setFloat32(0, value);
  return scratch.getInt32(0);
}
