/**
 * All tasks by name: what a command line or a table of results picks from.
 *
 * @module
 */

import type { Task } from "@likely/core";
import { gaussianLinear } from "./gaussian_linear.ts";
import { influenza } from "./influenza.ts";
import { slcp } from "./slcp.ts";
import { stochasticInfluenza } from "./stochastic_influenza.ts";
import { twoMoons } from "./two_moons.ts";

/**
 * The builder of every task in this package, by the task's name.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { tasks } from "@likely/simulators";
 *
 * assertEquals(tasks["two_moons"]?.().simulator.xDim, 2);
 * ```
 */
export const tasks: Readonly<Record<string, () => Task>> = Object.freeze(
  // Without a prototype a name typed by a user finds a task or nothing, never `toString`.
  Object.assign(Object.create(null), {
    "gaussian_linear": gaussianLinear,
    "two_moons": twoMoons,
    "slcp": slcp,
    "influenza": influenza,
    "influenza_stochastic": stochasticInfluenza,
  }),
);
