// Trying again what may have failed by chance.

import { UmBridgeError } from "./um_bridge_error.ts";

/** How often, and how long apart. */
export interface Patience {
  /** Tries after the first. */
  readonly retries: number;
  /** Seconds before the first of them; twice as many before each further one. */
  readonly wait: number;
}

const LONGEST_WAIT = 60;
/** Statuses below 500 that say "not now". */
const NOT_NOW = [408, 425, 429];

/** Whether the same request may do better. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof UmBridgeError)) return false;
  const { type, status = 0 } = error;
  return type === "Dropped" || type === "BareStatus" && (status >= 500 || NOT_NOW.includes(status));
}

/** Tries until it succeeds, fails for good, or has failed often enough: the last error is thrown. */
export async function patiently<T>(
  what: () => Promise<T>,
  { retries, wait }: Patience,
  signal?: AbortSignal,
): Promise<T> {
  for (let tries = 0;; tries++) {
    try {
      return await what();
    } catch (error) {
      if (tries === retries || !isPassing(error)) throw error;
    }
    await pause(Math.min(LONGEST_WAIT, wait * 2 ** tries), signal);
  }
}

/** Waits, unless it is aborted. */
function pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, seconds * 1000);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}
