// What speaks against a surrogate before it is asked anything.

import type { Dataset } from "@likely/core";

/** Fewer simulations tell little, and are no reference that observations could be checked against. */
const FEW = 200;

/** Sentences about the data that a surrogate was trained on. */
export function trainingWarnings({ x }: Dataset): string[] {
  return fewSimulations(x.n);
}

function fewSimulations(n: number): string[] {
  if (n >= FEW) return [];
  return [
    `The surrogate was trained on ${n} simulations: fewer than ${FEW} seldom tell a posterior, ` +
    "and observations unlike them cannot be noticed",
  ];
}
