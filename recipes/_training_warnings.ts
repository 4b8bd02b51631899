// What speaks against a surrogate before it is asked anything.

import { type Dataset, foreignTheta, type Scaling, type Spec } from "@likely/core";
import { columnWarnings } from "./_column_warnings.ts";
import type { KnownPrior } from "./_require_pairs.ts";
import type { SimulatedPairs } from "./simulated_pairs.ts";

/** Fewer simulations tell little, and are no reference that observations could be checked against. */
const FEW = 200;

/** Sentences about the data that a surrogate was trained on. */
export function trainingWarnings(
  { dataset, rounds }: SimulatedPairs,
  { density }: KnownPrior,
  { spec, scaling }: { readonly spec: Spec; readonly scaling: Scaling },
): string[] {
  return [
    ...fewSimulations(dataset.x.n / (dataset.trials ?? 1)),
    // Those of rounds are not meant to be.
    ...density && !rounds ? foreignTheta(dataset, density) : [],
    ...columnWarnings(dataset, spec, scaling),
  ];
}

function fewSimulations(n: number): string[] {
  if (n >= FEW) return [];
  return [
    `The surrogate was trained on ${n} simulations: fewer than ${FEW} seldom tell a posterior, ` +
    "and observations unlike them cannot be noticed",
  ];
}

/** Failures whose parameters are not known: a ratio cannot mind them. */
export function unknownFailures({ theta, failed, failedTheta }: Dataset): string[] {
  if (failed === 0 || failedTheta) return [];
  return [
    `${failed} of ${theta.n + failed} simulations failed, and their parameters are not in the dataset's ` +
    "failedTheta: where failing depends on parameters, the posterior leans towards those that succeed",
  ];
}
