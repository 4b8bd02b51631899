/**
 * The Hodgkin–Huxley neuron by time step.
 *
 * @module
 */

import { type LevelDefinition, leveled, type Task } from "@likely/core";
import { summariseVoltage } from "./_hh_statistics.ts";
import { CURRENT_OFF, CURRENT_ON, fillVoltageBy, SAMPLES } from "./_hh_voltage.ts";
import { nestedNormals } from "./_nested_normals.ts";
import { requireSteps } from "./_nested_steps.ts";
import { hodgkinHuxley } from "./hodgkin_huxley.ts";

const NAME = "hodgkin_huxley_levels";
const ACTION = "build Hodgkin-Huxley levels";

/** Options of {@linkcode hodgkinHuxleyLevels}. */
export interface HodgkinHuxleyLevelsOptions {
  /**
   * Steps of each level over 1,450 ms, each a multiple of the one before and a divisor of 72,500, of at most
   * 5 ms.
   *
   * @default {[7250, 14500, 72500]} 0.2, 0.1 and 0.02 ms.
   */
  readonly steps?: readonly number[];
}

/**
 * Builds the Hodgkin–Huxley task at several time steps: prior, statistics and observation of
 * `hodgkinHuxley`, and with 72,500 steps, the last level, its law too.
 *
 * A coarse step's noise is that of the fine steps it spans, summed, and its spikes are counted at its own
 * samples. The cost of a level is its steps. Exponential Euler keeps the voltage between the reversal
 * potentials, noise aside, whatever the step: none of 1,000 draws from the prior failed at any step up to
 * 5 ms. But a neuron that spikes at 0.02 ms may be silent at 0.2 ms, and hardly any spikes at 1 ms. Over the
 * prior, nearly all of the variance is that of θ, so that common noise saves little there.
 *
 * Source: Gao, Deistler & Macke (2023), "Generalized Bayesian Inference for Scientific Simulators via
 * Amortized Cost Estimation", https://arxiv.org/abs/2305.15208; the levels are ours.
 *
 * @param options Steps.
 * @returns The task.
 * @throws {RangeError} If there are fewer than two levels, steps are not whole numbers ≥ 1 that rise by whole
 * factors, or the current would be switched between two samples.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { hodgkinHuxleyLevels } from "@likely/simulators";
 *
 * const theta = fromRows([[60, 5, 0.02, 0.02, 1000, 65, 0, 80]]);
 * const counts = hodgkinHuxleyLevels().simulator.levels!.map((level) =>
 *   level.simulate(key(0), theta).data[0]
 * );
 * assertEquals(counts.at(-1), 23);
 * ```
 */
export function hodgkinHuxleyLevels(options: HodgkinHuxleyLevelsOptions = {}): Task {
  const { steps = [7250, 14_500, SAMPLES] } = options;
  requireSteps(ACTION, steps, true);
  steps.forEach(requireSwitches);
  const { prior, observation } = hodgkinHuxley();
  const levels = steps.map((count, l): LevelDefinition => {
    // Scratch: one for all rows, as nothing runs in between.
    const voltage = new Float64Array(count);
    return {
      name: `${count} steps`,
      cost: count,
      simulate: (noise, theta) => {
        fillVoltageBy(theta, voltage, () => nestedNormals(noise, "current", steps, l));
        return summariseVoltage(voltage);
      },
    };
  });
  return {
    name: NAME,
    prior,
    simulator: leveled({ name: NAME, thetaDim: 8, xDim: 7, levels }),
    observation: observation!,
  };
}

function requireSwitches(steps: number): void {
  const stride = SAMPLES / steps;
  if ([stride, CURRENT_ON / stride, CURRENT_OFF / stride].every(Number.isInteger)) return;
  throw new RangeError(
    `Cannot ${ACTION} as steps must divide 72500 with samples at both switches of the current, at 205 and ` +
      `1205 ms: current value is ${steps}`,
  );
}
