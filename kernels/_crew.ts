// Threads that help the calling one with its programs: workers on the same memory. They come
// when there is much to do, sleep between programs, and leave by themselves when nothing was
// asked of them for a while, so that nobody has to wait for them at the end.

import { cores } from "@likely/core";
import type { Machine } from "./_machine.ts";

/** Words of the block through which the crew is told what to do. */
const STATE = 0; // 0 open, 1 at work, 2 closed
const RUN = 1; // programs so far
const FROM = 2;
const BYTES = 3;
const READY = 4; // workers that have arrived
const LEFT = 5; // programs that workers are done with
const OPEN = 0;
const BUSY = 1;
const CLOSED = 2;

/** Milliseconds after which a worker that has nothing to do leaves. */
const IDLE = 300;

/**
 * What a worker runs. A string, so that it needs no address of its own: it works from JSR, in
 * a page, and compiled. The first to leave closes the crew; nobody leaves while a program runs.
 */
const SOURCE = `onmessage = ({ data: { module, memory, control, lane } }) => {
  const { run } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const words = new Int32Array(control);
  Atomics.add(words, ${READY}, 1);
  postMessage("ready");
  let seen = 0;
  for (;;) {
    for (let looks = 0; looks < 20000 && Atomics.load(words, ${RUN}) === seen; looks++);
    const late = Atomics.wait(words, ${RUN}, seen, ${IDLE}) === "timed-out";
    if (late) Atomics.compareExchange(words, ${STATE}, ${OPEN}, ${CLOSED});
    if (Atomics.load(words, ${STATE}) === ${CLOSED}) break;
    const now = Atomics.load(words, ${RUN});
    if (now === seen) continue;
    seen = now;
    const from = words[${FROM}] + lane * words[${BYTES}];
    try {
      run(from, from + words[${BYTES}]);
    } finally {
      Atomics.add(words, ${LEFT}, 1);
    }
  }
  close();
};`;

/** Somebody forbids such workers here, as a page's security policy may. */
let isForbidden = false;

/** Threads worth having here; 1 where memory cannot be shared. */
export function mostLanes(): number {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean };
  const possible = !isForbidden && typeof SharedArrayBuffer === "function" && typeof Worker === "function" &&
    typeof URL.createObjectURL === "function" && crossOriginIsolated !== false;
  return possible ? Math.min(8, cores()) : 1;
}

/** Some workers on one memory. */
export class Crew {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #workers: Worker[] = [];
  /** Programs that were run. */
  #runs = 0;
  /** Threads, the calling one included. */
  readonly lanes: number;
  /** Settles when all workers have arrived, or one cannot. */
  readonly arrival: Promise<void>;

  constructor({ module, memory }: Machine, lanes: number) {
    this.lanes = lanes;
    this.#words = new Int32Array(new SharedArrayBuffer(32));
    const control = this.#words.buffer;
    const arrivals: Promise<void>[] = [];
    for (let lane = 1; lane < lanes; lane++) {
      const worker = start(() => this.dismiss());
      if (!worker) break;
      this.#workers.push(worker);
      arrivals.push(answer(worker));
      worker.postMessage({ module, memory, control, lane });
    }
    this.arrival = Promise.all(arrivals).then(() => {});
  }

  /** Whether all have arrived and none has left. */
  get isReady(): boolean {
    return Atomics.load(this.#words, READY) === this.lanes - 1 && !this.isClosed;
  }

  /** Whether it will work no more. */
  get isClosed(): boolean {
    return Atomics.load(this.#words, STATE) === CLOSED;
  }

  /**
   * Sets the crew to work: lane i runs the i-th of the programs of `bytes` bytes from `from`
   * on, this thread the first. All meet at the end of them. False if somebody has just left.
   */
  run(machine: Machine, from: number, bytes: number): boolean {
    const words = this.#words;
    if (Atomics.compareExchange(words, STATE, OPEN, BUSY) !== OPEN) return false;
    words[FROM] = from;
    words[BYTES] = bytes;
    this.#runs += 1;
    Atomics.add(words, RUN, 1);
    Atomics.notify(words, RUN);
    let state = CLOSED;
    try {
      machine.run(from, from + bytes);
      state = OPEN;
    } finally {
      Atomics.store(words, STATE, state);
    }
    return true;
  }

  /**
   * Waits until nobody is in the last program any more: a worker that was interrupted at the last
   * meeting has yet to see that all were there, so those words must not be written over before.
   */
  settle(): void {
    const all = this.#runs * (this.lanes - 1);
    while (Atomics.load(this.#words, LEFT) < all && !this.isClosed);
  }

  /** Sends all home. They are asked, not ended: a worker ended in its sleep keeps the process. */
  dismiss(): void {
    this.settle();
    Atomics.store(this.#words, STATE, CLOSED);
    Atomics.add(this.#words, RUN, 1);
    Atomics.notify(this.#words, RUN);
    for (const worker of this.#workers.splice(0)) worker.terminate();
  }
}

let address: string | undefined;

/** Starts a worker, if that is allowed. */
function start(onRefusal: () => void): Worker | undefined {
  address ??= URL.createObjectURL(new Blob([SOURCE], { type: "text/javascript" }));
  const refuse = () => {
    isForbidden = true;
    onRefusal();
  };
  try {
    const worker = new Worker(address, { type: "module" });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      refuse();
    });
    return worker;
  } catch {
    refuse();
    return undefined;
  }
}

function answer(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.addEventListener("message", () => resolve(), { once: true });
    worker.addEventListener("error", () => resolve(), { once: true });
  });
}
