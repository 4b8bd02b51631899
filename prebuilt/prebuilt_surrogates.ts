/**
 * Which surrogates ship, and what they are.
 *
 * @module
 */

/** A surrogate that ships. */
export interface PrebuiltSurrogate {
  /** Its file, beside this module. */
  readonly file: string;
  /** Of the file. */
  readonly sha256: string;
  /** What it is of, and what it is good for. */
  readonly about: string;
}

/** Names of the surrogates that ship. */
export type PrebuiltName = "influenza" | "drift_diffusion" | "hodgkin_huxley";

/** By name. `_tools/prebuilt.ts` made them, and the pages beside them, `influenza.html`, say how those that can be calibrated were judged. */
export const prebuiltSurrogates: Readonly<Record<PrebuiltName, PrebuiltSurrogate>> = {
  influenza: {
    file: "./influenza.safetensors",
    sha256: "154adb5fbdb85ded1a0c53d2da409212a32bd8a0318b81d5a113e33891aab538",
    about:
      "The posterior of infection rate, recovery rate and overdispersion of an SIR model, given the numbers of " +
      "ill on fourteen days: `influenza` of the simulators. By `npe` from 100,000 simulations.",
  },
  "drift_diffusion": {
    file: "./drift_diffusion.safetensors",
    sha256: "0dfd4ad8326626a0bf1169d42b82afea9c9e1de5107199e39542f8ecd9a1b78d",
    about:
      "The likelihood of one answer and its time under drift diffusion, of any number of independent trials: " +
      "`driftDiffusion` of the simulators, a row of x for each trial. By `nle` from 50,000 simulations.",
  },
  "hodgkin_huxley": {
    file: "./hodgkin_huxley.safetensors",
    sha256: "5b91f5751a8f53be57a6546f441dab1c84e1648c21ed8cdd1859eee91dc08ee0",
    about:
      "The expected distance, scaled and absolute, of a neuron's statistics from any observed ones, for generalized " +
      "posteriors: `hodgkinHuxley` of the simulators. By `ace` from 20,000 simulations. A cost has no calibration page.",
  },
};
