/**
 * The Hodgkin–Huxley neuron: eight parameters, seven statistics of a noisy voltage trace, and ten
 * recordings that no parameter explains fully.
 *
 * @module
 */

import { independent, simulator, type Task, uniform } from "@likely/core";
import { fillVoltage, SAMPLES } from "./_hh_voltage.ts";
import { hodgkinHuxleyRecordings } from "./hodgkin_huxley_recordings.ts";
import { hodgkinHuxleyStatistics } from "./hodgkin_huxley_statistics.ts";

// Scratch: one for all rows, as nothing runs in between.
const VOLTAGE = new Float64Array(SAMPLES);

/**
 * Builds the Hodgkin–Huxley task: conductances, time constant, thresholds and noise of a neuron,
 * from seven statistics of its voltage under a step of current.
 *
 * | θ | prior | unit |
 * | --- | --- | --- |
 * | gNa, sodium | U(0.5, 80) | mS/cm² |
 * | gK, potassium | U(1e-4, 15) | mS/cm² |
 * | gLeak | U(1e-4, 0.6) | mS/cm² |
 * | gM, slow potassium | U(1e-4, 0.6) | mS/cm² |
 * | tauMax, of the slow potassium | U(50, 3000) | ms |
 * | minusVT, threshold | U(40, 90) | mV |
 * | sigma, noise | U(1e-4, 0.15) | µA/cm² √ms |
 * | minusELeak | U(35, 100) | mV |
 *
 * `x` is what `hodgkinHuxleyStatistics` makes of `hodgkinHuxleyVoltage`. The likelihood is not
 * known. Two thirds of the prior never spike. The observation is the first of
 * `hodgkinHuxleyRecordings`, the cell whose current all simulations get.
 *
 * Source: Gao, Deistler & Macke (2023), "Generalized Bayesian Inference for Scientific Simulators
 * via Amortized Cost Estimation", https://arxiv.org/abs/2305.15208, where the posterior is the
 * generalised one under the mean absolute difference in standard deviations, β = 25, 50, 100.
 *
 * @returns The task.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { hodgkinHuxley } from "@likely/simulators";
 *
 * const theta = fromRows([[60, 5, 0.02, 0.02, 1000, 65, 0, 80]]);
 * assertEquals(hodgkinHuxley().simulator.simulate(key(0), theta).data[0], 23);
 * ```
 */
export function hodgkinHuxley(): Task {
  return {
    name: "hodgkin_huxley",
    prior: independent({
      gNa: uniform(0.5, 80),
      gK: uniform(1e-4, 15),
      gLeak: uniform(1e-4, 0.6),
      gM: uniform(1e-4, 0.6),
      tauMax: uniform(50, 3000),
      minusVT: uniform(40, 90),
      sigma: uniform(1e-4, 0.15),
      minusELeak: uniform(35, 100),
    }),
    simulator: simulator({
      name: "hodgkin_huxley",
      thetaDim: 8,
      xDim: 7,
      simulate: (random, theta) => {
        fillVoltage(random, theta, VOLTAGE);
        return hodgkinHuxleyStatistics(VOLTAGE);
      },
    }),
    observation: Float64Array.from(hodgkinHuxleyRecordings[0]!.statistics),
  };
}
