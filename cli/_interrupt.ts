// Ctrl-C, so that long work can leave things in order.

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

/** Listens for Ctrl-C, or for the signals named, until disposed. */
export function onInterrupt(...signals: readonly Deno.Signal[]): Interrupt {
  const heard = signals.length > 0 ? signals : ["SIGINT"] as const;
  const controller = new AbortController();
  const stop = () => heard.forEach((signal) => Deno.removeSignalListener(signal, abort));
  const abort = () => {
    stop();
    controller.abort(new Interrupted("Interrupted"));
  };
  heard.forEach((signal) => Deno.addSignalListener(signal, abort));
  return { signal: controller.signal, [Symbol.dispose]: stop };
}
