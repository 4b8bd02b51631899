// What keeps the log-scales of density estimators where float32 has room.

import { tanh } from "./elementary.ts";

const MOST = 7;

/** `7 tanh(h / 7)`. */
export function bound(h: number): number {
  return MOST * tanh(h / MOST);
}
