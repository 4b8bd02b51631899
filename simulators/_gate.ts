// So many at a time, the others in the order in which they came.

interface Waiting {
  readonly signal: AbortSignal;
  readonly enter: () => void;
  readonly giveUp: (reason: unknown) => void;
}

/** Runs what is handed to it, so many at a time. */
export class Gate {
  #waiting: Waiting[] = [];
  #free: number;

  /** @param width How many at a time. */
  constructor(readonly width: number) {
    this.#free = width;
  }

  /** Runs as soon as there is room; whoever aborts the signal calls {@linkcode Gate.sweep}. */
  async run<T>(what: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else {
      await new Promise<void>((enter, giveUp) => this.#waiting.push({ signal, enter, giveUp }));
    }
    try {
      signal.throwIfAborted();
      return await what();
    } finally {
      this.#leave();
    }
  }

  /** Sends away who need not wait any more. Not by listeners: there would be one for every row. */
  sweep(): void {
    const gone = this.#waiting.filter(({ signal }) => signal.aborted);
    this.#waiting = this.#waiting.filter(({ signal }) => !signal.aborted);
    for (const { signal, giveUp } of gone) giveUp(signal.reason);
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next.enter();
    else this.#free++;
  }
}
