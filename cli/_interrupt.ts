// Ctrl-C, and what ends a service, so that long work can leave things in order.

/** The user stopped the work; what is kept is in the message. */
export class Interrupted extends Error {
  /** Always `"Interrupted"`. */
  override readonly name = "Interrupted";
}

/** A signal that Ctrl-C aborts; a second Ctrl-C ends the program as it always does. */
export interface Interrupt extends Disposable {
  /** Aborted with an `Interrupted`. */
  readonly signal: AbortSignal;
}

/** What ends a program in order; Windows knows no SIGTERM. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];

/** Listens for Ctrl-C, and for what schedulers send, until disposed. */
export function onInterrupt(): Interrupt {
  const controller = new AbortController();
  const stop = () => SIGNALS.forEach((signal) => Deno.removeSignalListener(signal, abort));
  const abort = () => {
    stop();
    controller.abort(new Interrupted("Interrupted"));
  };
  SIGNALS.forEach((signal) => Deno.addSignalListener(signal, abort));
  return { signal: controller.signal, [Symbol.dispose]: stop };
}

/**
 * For work that keeps this thread busy, which would not hear of a signal before its end: Ctrl-C ends the program
 * as it always does. What is kept by then is whole.
 */
export function deaf(): Interrupt {
  return { signal: new AbortController().signal, [Symbol.dispose]: () => {} };
}
