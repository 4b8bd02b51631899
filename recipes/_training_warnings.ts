// What speaks against a surrogate before it is asked anything.

import type { Dataset, Prior } from "@likely/core";
import { foreignTheta } from "./_foreign_theta.ts";

/** Fewer simulations tell little, and are no reference that observations could be checked against. */
const FEW = 200;

/** Sentences about the data that a surrogate was trained on. */
export function trainingWarnings(dataset: Dataset, prior: Prior): string[] {
  return [...fewSimulations(dataset.x.n), ...foreignTheta(dataset, prior)];
}

function fewSimulations(n: number): string[] {
  if (n >= FEW) return [];
  return [
    `The surrogate was trained on ${n} simulations: fewer than ${FEW} seldom tell a posterior, ` +
    "and observations unlike them cannot be noticed",
  ];
}
