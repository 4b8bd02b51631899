// Several independent simulations of one θ, as one of them all.

import { foldIn, type Points, row, type Simulator, zeros } from "@likely/core";

/** What calibration asks of a simulator. */
export type Simulated = Pick<Simulator, "name" | "thetaDim" | "xDim" | "simulate">;

/**
 * A simulator whose x holds so many trials of `dim` numbers: the simulator itself where its x does, or one
 * that runs it for each of them.
 */
export function pooledSimulator(simulator: Simulated, dim: number, trials: number): Simulated {
  if (simulator.xDim === dim * trials) return simulator;
  if (simulator.xDim === dim) {
    return { ...simulator, xDim: dim * trials, simulate: repeated(simulator, trials) };
  }
  throw new TypeError(
    `Cannot calibrate with ${trials} trials as x of ${simulator.name} must have ${dim} or ${dim * trials} ` +
      `numbers: current value is ${simulator.xDim}`,
  );
}

function repeated({ simulate, xDim }: Simulated, trials: number): Simulated["simulate"] {
  return (key, theta, first = 0): Points => {
    const out = zeros(theta.n, xDim * trials);
    for (let t = 0; t < trials; t++) {
      const x = simulate(foldIn(key, t), theta, first);
      for (let i = 0; i < theta.n; i++) row(out, i).set(row(x, i), t * xDim);
    }
    return out;
  };
}
