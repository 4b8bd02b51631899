// Draws with the convergence numbers ArviZ gives them; see arviz_diagnostics.py.
import type { Draws } from "@likely/core";
import golden from "./arviz_diagnostics.json" with { type: "json" };

/** One set of draws of a single parameter, and ArviZ's numbers. */
export interface GoldenCase {
  readonly name: string;
  readonly draws: Draws;
  readonly rHat: number;
  readonly essBulk: number;
  readonly essTail: number;
  readonly essMean: number;
  readonly mcse: number;
  /** At 0, 0.05, 0.37, 0.5, 0.95 and 1. */
  readonly quantiles: readonly number[];
}

/** All sets. JSON has no NaN: it is written as text. */
export const CASES: readonly GoldenCase[] = golden.cases.map(({ name, chains, values, ...numbers }) => ({
  name,
  draws: toDraws(values, chains),
  rHat: Number(numbers.rHat),
  essBulk: Number(numbers.essBulk),
  essTail: Number(numbers.essTail),
  essMean: Number(numbers.essMean),
  mcse: Number(numbers.mcse),
  quantiles: numbers.quantiles.map(Number),
}));

/** Draws of one parameter, chain after chain. */
export function toDraws(values: ArrayLike<number>, chains: number): Draws {
  return {
    names: ["theta"],
    chains,
    length: values.length / chains,
    values: Float64Array.from(values),
    info: { sampler: "none", evaluations: 0 },
    warnings: [],
  };
}
