// When a request must have its answer.

import type { Engine, EvaluateOptions, Points } from "@likely/core";
import { Problem } from "./_problem.ts";

/** Ends what is done for a request where its time is over; to be cleared. */
export class Deadline {
  /** How long there was. */
  readonly milliseconds: number;
  readonly #controller = new AbortController();
  readonly #request: Request;
  #isWatched = false;
  readonly #end: number;
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #tooLate: () => void;
  readonly #leave = () =>
    this.#controller.abort(new Problem(400, "Cannot answer as whoever asked must wait for it"));

  constructor(request: Request, milliseconds: number) {
    this.milliseconds = milliseconds;
    this.#request = request;
    this.#end = performance.now() + milliseconds;
    this.#tooLate = () =>
      this.#controller.abort(
        new Problem(
          408,
          `Cannot answer as reading and sampling must end within the time limit, ${milliseconds} ms: ask for ` +
            "fewer draws",
        ),
      );
    this.#timer = setTimeout(this.#tooLate, milliseconds);
  }

  /** Aborted with the {@linkcode Problem} that is the answer. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** From now on who leaves ends it, too: for what takes seconds, as hosts let a request's signal cost something. */
  watch(): void {
    if (this.#request.signal.aborted) this.#leave();
    this.#request.signal.addEventListener("abort", this.#leave);
    this.#isWatched = true;
  }

  /** For work that lets no timer run: looks at the clock. */
  check(): void {
    if (performance.now() >= this.#end) this.#tooLate();
    this.signal.throwIfAborted();
  }

  /** Lets others run. */
  async breathe(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.check();
  }

  /** Nothing of the request is kept for the rest of its time. */
  clear(): void {
    clearTimeout(this.#timer);
    if (this.#isWatched) this.#request.signal.removeEventListener("abort", this.#leave);
  }
}

/** Whose work runs now: what is synchronous has one owner at a time. */
let current: Deadline | undefined;

/** To be called now and then by what runs long: throws where that is in vain. */
export function checkCurrent(): void {
  current?.check();
}

/** An engine whose calls end with the deadline. */
export function timed(engine: Engine, deadline: Deadline): Engine {
  const inTime = <A extends unknown[], R>(call: (...args: A) => R) => (...args: A): R => {
    const before = current;
    current = deadline;
    try {
      return call(...args);
    } finally {
      current = before;
    }
  };
  return {
    ...engine,
    logDensity: async (artifact, x) => {
      const density = await engine.logDensity(artifact, x);
      const { name, dim } = density;
      return {
        name,
        dim,
        evaluate: inTime((theta: Points, options?: EvaluateOptions) => density.evaluate(theta, options)),
        [Symbol.dispose]: () => density[Symbol.dispose](),
      };
    },
    density: async (artifact) => {
      const density = await engine.density(artifact);
      const { name, logDensity, sample } = density;
      return {
        name,
        logDensity: inTime(logDensity),
        sample: inTime(sample),
        [Symbol.dispose]: () => density[Symbol.dispose](),
      };
    },
  };
}
