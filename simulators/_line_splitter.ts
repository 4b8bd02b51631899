// Lines of a stream of bytes, none longer than allowed.

/** Takes bytes as they come and gives the lines that they complete. */
export class LineSplitter {
  readonly #decoder = new TextDecoder();
  readonly #longest: number;
  #parts: string[] = [];
  #length = 0;

  /** @param longest Characters of a line. */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** The lines that these bytes complete, and whether the next one is too long: no more is read then. */
  push(bytes: Uint8Array): { readonly lines: readonly string[]; readonly isTooLong: boolean } {
    const lines: string[] = [];
    const [head = "", ...more] = this.#decoder.decode(bytes, { stream: true }).split("\n");
    if (!this.#add(head)) return { lines, isTooLong: true };
    for (const piece of more) {
      lines.push(this.rest);
      [this.#parts, this.#length] = [[], 0];
      if (!this.#add(piece)) return { lines, isTooLong: true };
    }
    return { lines, isTooLong: false };
  }

  /** How a line begins that is not complete. */
  get rest(): string {
    return this.#parts.join("");
  }

  #add(piece: string): boolean {
    this.#length += piece.length;
    if (piece !== "") this.#parts.push(piece);
    return this.#length <= this.#longest;
  }
}
