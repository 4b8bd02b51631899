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

/** Listens for Ctrl-C until disposed, or for other signals too. */
export function onInterrupt(signals: readonly Deno.Signal[] = ["SIGINT"]): Interrupt {
  const controller = new AbortController();
  const stop = () => signals.forEach((signal) => Deno.removeSignalListener(signal, abort));
  const abort = () => {
    stop();
    controller.abort(new Interrupted("Interrupted"));
  };
  signals.forEach((signal) => Deno.addSignalListener(signal, abort));
  return { signal: controller.signal, [Symbol.dispose]: stop };
}
