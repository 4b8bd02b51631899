// Predators and prey in u = log X and v = log Y:
//
//   u' = α − β e^v,   v' = δ e^u − γ,   X(0) = 30, Y(0) = 1.
//
// In logarithms both stay positive for every parameter, and a trough of 1e-20 costs no accuracy.

import type { Points } from "@likely/core";
import { rk4, type Rk4Options } from "./_rk4.ts";

/** α, β, γ, δ: growth and capture of prey, death and growth of predators. */
export type Rates = readonly [alpha: number, beta: number, gamma: number, delta: number];

/**
 * Times 2.1, 4.2, …, 18.9, in steps of 0.02: under the prior the error of a logarithm is below 1e-6 for half
 * of the parameters, below 1e-4 for 99 in a hundred; the worst of a thousand had 1.3e-3.
 */
export const SURVEY: Rk4Options = { times: 9, spacing: 2.1, stepsPerTime: 105 };

/** The logarithms of prey and predators at the beginning. */
export const START: readonly [number, number] = [Math.log(30), 0];

/** Columns log X, log Y at each time: `[times, 2]`. */
export function huntedAndHunting(
  [alpha, beta, gamma, delta]: Rates,
  options: Rk4Options = SURVEY,
): Points {
  return rk4(
    (state, rate) => {
      rate[0] = alpha - beta * Math.exp(state[1]!);
      rate[1] = delta * Math.exp(state[0]!) - gamma;
    },
    START,
    options,
  );
}

/**
 * The same with forward sensitivities, the exact derivatives of what {@linkcode huntedAndHunting}
 * returns: columns log X, log Y, then ∂ of both by α, by β, by γ and by δ: `[times, 10]`.
 */
export function huntedAndHuntingSensitivity([alpha, beta, gamma, delta]: Rates): Points {
  return rk4(
    (state, rate) => {
      const prey = Math.exp(state[0]!);
      const predators = Math.exp(state[1]!);
      rate[0] = alpha - beta * predators;
      rate[1] = delta * prey - gamma;
      for (let j = 2; j < 10; j += 2) {
        rate[j] = -beta * predators * state[j + 1]!;
        rate[j + 1] = delta * prey * state[j]!;
      }
      rate[2]! += 1;
      rate[4]! -= predators;
      rate[7]! -= 1;
      rate[9]! += prey;
    },
    [...START, 0, 0, 0, 0, 0, 0, 0, 0],
    SURVEY,
  );
}
