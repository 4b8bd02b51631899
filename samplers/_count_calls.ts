import type { LogDensity, Points } from "@likely/core";
import { sound } from "./_sound.ts";

/** A target that knows how often it was called: cost is part of what draws report. */
export interface CountedTarget extends LogDensity {
  /** Calls of `evaluate` so far. */
  calls(): number;
  /** What a reader should know of the values seen so far. */
  warnings(): string[];
}

/** Wraps a target, and makes its values sound. */
export function countCalls(target: LogDensity): CountedTarget {
  let [calls, points, unsound] = [0, 0, 0];
  const { evaluate, evaluateAsync } = sound(target, () => unsound++);
  const count = ({ n }: Points) => {
    calls++;
    points += n;
  };
  return {
    name: target.name,
    dim: target.dim,
    evaluate: (rows, options) => {
      count(rows);
      return evaluate(rows, options);
    },
    ...(evaluateAsync && {
      evaluateAsync: (rows, options) => {
        count(rows);
        return evaluateAsync(rows, options);
      },
    }),
    calls: () => calls,
    warnings: () =>
      unsound === 0 ? [] : [
        `The log density of "${target.name}" was NaN or infinite at ${unsound} of ${points} points: ` +
        `they counted as no density`,
      ],
  };
}
