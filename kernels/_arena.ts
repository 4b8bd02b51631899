// One run of linear memory, cut into named parts before anything runs.

/** A part of the arena. */
export interface Part {
  /** What it holds. */
  readonly name: string;
  /** First byte; a multiple of 16. */
  readonly at: number;
  /** Bytes in it. */
  readonly bytes: number;
  /** What it begins with; absent: zeros. */
  readonly values?: readonly number[];
}

/**
 * Word that fills the gap after each part: a signalling NaN. Reading over the end of a part
 * then shows in the results, and writing over it in the gap, even if what is written was made
 * from another gap: arithmetic turns it into a quiet NaN, which is another word.
 */
export const GUARD = 0x7f80beef;
const GAP = 16;

/** Bytes by address: what linear memory and a buffer on the host have in common. */
export interface Memory {
  readonly buffer: ArrayBufferLike;
}

/** Cuts parts off the memory from address 0 on. */
export class Arena {
  /** The parts in order. */
  readonly parts: Part[] = [];
  #end = 0;

  /** Bytes taken so far, gaps included. */
  get bytes(): number {
    return this.#end;
  }

  /** Takes room for `count` float32 numbers and returns its address. */
  take(name: string, count: number): number {
    return this.#add({ name, at: this.#end, bytes: Math.max(16, Math.ceil(count / 4) * 16) });
  }

  /** Takes room for float32 numbers that are known already and returns their address. */
  constant(name: string, values: readonly number[]): number {
    return this.#add({ name, at: this.#end, bytes: Math.ceil(values.length / 4) * 16, values });
  }

  #add(part: Part): number {
    this.parts.push(part);
    this.#end = part.at + part.bytes + GAP;
    return part.at;
  }

  /** Clears the parts from `from` on, but for constants, and writes the guards behind them. */
  prepare(memory: Memory, from = 0): void {
    const words = new Int32Array(memory.buffer);
    for (const { at, bytes, values } of this.parts.slice(from)) {
      words.fill(0, at >> 2, (at + bytes) >> 2);
      if (values) new Float32Array(memory.buffer, at).set(values);
      words.fill(GUARD, (at + bytes) >> 2, (at + bytes + GAP) >> 2);
    }
  }

  /** Names of the parts whose guard was overwritten: none, unless a kernel is wrong. */
  broken(memory: Memory): string[] {
    const words = new Int32Array(memory.buffer);
    return this.parts
      .filter(({ at, bytes }) => {
        const gap = words.subarray((at + bytes) >> 2, (at + bytes + GAP) >> 2);
        return gap.some((word) => word !== GUARD);
      })
      .map(({ name }) => name);
  }
}

/** Columns of a row of `width` numbers, padded to whole vectors. */
export function padded(width: number): number {
  return Math.ceil(width / 4) * 4;
}

/**
 * Numbers from one row to the next. Rows a multiple of 256 bytes long would crowd into a few
 * cache sets when a column is walked; four numbers more spread them out.
 */
export function stride(width: number): number {
  const columns = padded(width);
  return columns % 64 === 0 ? columns + 4 : columns;
}
