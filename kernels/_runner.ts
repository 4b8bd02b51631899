// What runs programs, as those who plan them see it.

/** Runs programs on an instance of its own. */
export interface Runner extends Disposable {
  /** What runs them; tells the number of threads too, once there are several. */
  readonly name: string;
  /** Its linear memory; another one after more was reserved or a program run. */
  readonly memory: WebAssembly.Memory;
  /** Programs that several threads shared so far. */
  readonly shared: number;
  /** Makes the memory at least `bytes` large; to be called before anything but data is written. */
  reserve(bytes: number): void;
  /** Puts a program at an address behind which nothing else lies. */
  load(from: number, words: Int32Array): void;
  /** Runs the program that was loaded last. */
  run(): void;
}

/** What an engine was told: how its programs are to be run. */
export interface Host {
  /** What runs them, without the number of threads. */
  readonly name: string;
  /** Opens a runner. */
  open(): Promise<Runner>;
}

/**
 * Prepares what `make` builds on a runner; if that throws, nothing is kept.
 */
export async function onRunner<T>(host: Host, make: (runner: Runner) => T): Promise<T> {
  const runner = await host.open();
  try {
    return make(runner);
  } catch (error) {
    runner[Symbol.dispose]();
    throw error;
  }
}
