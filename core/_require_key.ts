// What is a key. Every key that is used goes through here, so that a seed is not taken for one: all
// seeds would be the same key.

import { show } from "./_plain_data.ts";

/** Requires a key. */
export function requireKey(action: string, value: { readonly hi: number; readonly lo: number }): void {
  if (isWord(value?.hi) && isWord(value?.lo)) return;
  throw new TypeError(
    `Cannot ${action} as a key must be what key(seed) makes: current value is ${show(value)}`,
  );
}

function isWord(value: unknown): boolean {
  return typeof value === "number" && value >>> 0 === value;
}
