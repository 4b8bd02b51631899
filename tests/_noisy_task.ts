// A small task that workers can import.

import { drawNormal, independent, normal, type Simulator, simulator, type Task } from "@likely/core";

/** How the task is to misbehave. */
export interface NoisyOptions {
  /** Rows with θ above this throw. */
  readonly throwAbove?: number;
  /** Numbers drawn and thrown away in each row: work. */
  readonly work?: number;
}

/** θ with some noise. */
export function noisy({ throwAbove = Infinity, work = 0 }: NoisyOptions = {}): Task {
  return {
    name: "noisy",
    prior: independent({ a: normal(0, 1), b: normal(0, 2) }),
    simulator: simulator({
      name: "noisy",
      thetaDim: 2,
      xDim: 2,
      simulate: (random, theta) => {
        if (theta[0]! > throwAbove) throw new Error("too high");
        for (let i = 0; i < work; i++) random.uniform();
        return Array.from(theta, (value) => value + drawNormal(random));
      },
      score: (theta, x) => Array.from(theta, (value, j) => x[j]! - value),
    }),
  };
}

/** As a task, ready made. */
export const task: Task = noisy();

/** As a simulator without a prior. */
export const bare: Simulator = task.simulator;

/** Returns rows of the wrong width. */
export const narrow: Task = {
  ...task,
  simulator: simulator({ name: "narrow", thetaDim: 2, xDim: 2, simulate: () => [0] }),
};

/** Kills the worker it runs on: an error that nobody awaits. */
export const deadly: Task = {
  ...task,
  simulator: simulator({
    name: "deadly",
    thetaDim: 2,
    xDim: 1,
    simulate: () => {
      setTimeout(() => {
        throw new Error("the reactor melted");
      }, 0);
      const end = performance.now() + 100;
      while (performance.now() < end);
      return [0];
    },
  }),
};

/** Neither task nor simulator. */
export const answer = 42;

/** Throws when it is called. */
export function broken(): Task {
  throw new Error("no such data");
}
