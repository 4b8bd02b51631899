// Several independent simulations of one θ, as one of them all.

import {
  type AnySimulator,
  type AsyncSimulator,
  foldIn,
  isAsync,
  type Points,
  row,
  type SimulationFailure,
  type Simulator,
  zeros,
} from "@likely/core";

/**
 * A simulator whose x holds so many trials of `dim` numbers: the simulator itself where its x does, or one
 * that runs it for each of them.
 */
export function pooledSimulator(simulator: AnySimulator, dim: number, trials: number): AnySimulator {
  if (simulator.xDim === dim * trials) return simulator;
  if (simulator.xDim === dim) {
    return isAsync(simulator) ? repeatedLater(simulator, trials) : repeated(simulator, trials);
  }
  throw new TypeError(
    `Cannot calibrate with ${trials} trials as x of ${simulator.name} must have ${dim} or ${dim * trials} ` +
      `numbers: current value is ${simulator.xDim}`,
  );
}

function repeated({ name, thetaDim, xDim, simulate }: Simulator, trials: number): Simulator {
  return {
    name,
    thetaDim,
    xDim: xDim * trials,
    simulate: (key, theta, first = 0) => {
      const out = zeros(theta.n, xDim * trials);
      for (let t = 0; t < trials; t++) put(out, t, simulate(foldIn(key, t), theta, first));
      return out;
    },
  };
}

function repeatedLater(simulator: AsyncSimulator, trials: number): AsyncSimulator {
  const { name, thetaDim, xDim, concurrency } = simulator;
  return {
    name,
    thetaDim,
    xDim: xDim * trials,
    ...(concurrency !== undefined && { concurrency }),
    simulateAsync: async (key, theta, call) => {
      const out = zeros(theta.n, xDim * trials);
      const failures: SimulationFailure[] = [];
      for (let t = 0; t < trials; t++) {
        const rows = await simulator.simulateAsync(foldIn(key, t), theta, call);
        put(out, t, rows.x);
        for (const failure of rows.failures ?? []) failures.push(failure);
      }
      return { x: out, failures: failures.sort((a, b) => a.row - b.row) };
    },
  };
}

/** Trial t of every row. */
function put(out: Points, t: number, x: Points): void {
  for (let i = 0; i < x.n; i++) row(out, i).set(row(x, i), t * x.dim);
}
