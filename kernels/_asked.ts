// Log densities of θ as generators of calls, and as what answers at once.

import type { EvaluateOptions, Evaluation, ObservedDensities, Points } from "@likely/core";
import { atOnce, type Calls, type PromptCaller } from "./_calls.ts";

/** How a log density is asked about rows of x. */
export interface Way {
  /** Each row by itself; if not, all of them are added up. */
  readonly apart: boolean;
}

/** What {@linkcode ObservedDensities} are before anybody runs their calls. */
export interface Asked extends Disposable {
  readonly name: string;
  readonly dim: number;
  readonly count: number;
  readonly embedded: Points;
  evaluate(points: Points, options?: EvaluateOptions): Calls<Evaluation>;
}

/** Log densities that answer at once. */
export function promptDensities(caller: PromptCaller, asked: Asked): ObservedDensities {
  const { dim, count, embedded } = asked;
  return {
    get name() {
      return asked.name;
    },
    dim,
    count,
    embedded,
    evaluate: (points, options) => atOnce(caller, asked.evaluate(points, options)),
    [Symbol.dispose]: () => asked[Symbol.dispose](),
  };
}
