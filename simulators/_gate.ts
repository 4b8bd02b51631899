// So many at a time, the others in the order in which they came.

/** Runs what is handed to it, so many at a time. */
export class Gate {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  /** @param width How many at a time. */
  constructor(readonly width: number) {
    this.#free = width;
  }

  /** Runs as soon as there is room; rejects at once when aborted while it waits. */
  async run<T>(what: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#enter(signal);
    try {
      return await what();
    } finally {
      this.#leave();
    }
  }

  async #enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const turn = () => {
        signal.removeEventListener("abort", giveUp);
        resolve();
      };
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        reject(signal.reason);
      };
      this.#waiting.push(turn);
      signal.addEventListener("abort", giveUp, { once: true });
    });
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}
