// What a telescoped training watches: how cheap levels are worth, and whether pairs are learned by heart.

import { combineLevels, type TelescopeOptions } from "@likely/multilevel";
import type { ConductorOptions } from "./_conductor_options.ts";
import { departures, runningGaps } from "./_running_gaps.ts";
import type { Conductor, Memory } from "./_telescoped.ts";

/** Of a regression's running means: some fifty steps. */
const MEMORY = 0.98;
/** Standard errors of a departure from which a network's judgement is doubted. */
const DOUBTFUL = 4;
/** Of coarse halves' gradients, beside what they stand for. */
const CAP = 2;

/** Follows losses from step to step. */
export function conductorOf(options: ConductorOptions): Conductor {
  const { mode, levels, steps, onDeparture } = options;
  const top = levels.length - 1;
  const shape = { levels: top };
  const { value } = combineLevels("plain", shape);
  const gaps = runningGaps(options);
  const departed = departures(options);
  const regressions = levels.slice(1).map(({ theta }, k) => regression(theta.n / levels[k]!.theta.n));
  const optionsAt = (step: number): TelescopeOptions => {
    if (mode === "paper") return {};
    // From the cheap level to the whole sum in the first half of training.
    if (mode === "weighted") return { cap: CAP, weight: Math.min(1, 2 * step / steps) };
    return { cap: CAP, ...(mode === "control_variate" && { beta: regressions.map((one) => one.beta) }) };
  };
  return {
    memories: [gaps, departed, ...regressions].flatMap(({ memories }) => memories),
    telescope: (step) => ({
      value: combineLevels(mode, shape, optionsAt(step)).value,
      combine: (gradients, losses) =>
        combineLevels(mode, shape, { ...optionsAt(step), kept: gaps.kept(losses) }).combine(gradients),
    }),
    // Whatever the way, it is the finest level's loss that is wanted. Its few rows are a noisy judge, and the
    // sum over levels falls without bound where a network blows up on coarse halves: both must be content, and
    // a network that is about to blow up is not to be taken for the best.
    judge: (losses) => Math.max(value(losses), losses.at(-2)!) + Math.max(0, gaps.worst() - DOUBTFUL),
    heard: (losses) => {
      gaps.add(losses);
      if (mode === "control_variate") {
        regressions.forEach((one, k) => one.add(losses[2 * k + 1]!, losses[2 * k + 2]!));
      }
      departed.follow(losses);
    },
    diverged: (steps) =>
      onDeparture(
        `After ${steps} steps a loss was not finite: minus terms have no bound once pairs are learned by heart, and ` +
          "training stopped at the best weights so far; more pairs would help, or another mode",
      ),
  };
}

interface Regression {
  readonly beta: number;
  readonly memories: readonly Memory[];
  add(fine: number, coarse: number): void;
}

/**
 * The coefficient of a control variate from means over the same rows: their covariance over the variance of
 * the coarse one, less what the level below is itself uncertain by.
 */
function regression(ratio: number): Regression {
  const at = { fine: 0, coarse: 0, both: 0, square: 0, weight: 0 };
  return {
    memories: [at],
    get beta() {
      const slope = at.square > 0 && at.weight > 1 - MEMORY ** 20 ? at.both / at.square : 1;
      return Math.max(0, Math.min(1.5, slope)) / (1 + ratio);
    },
    add: (fine, coarse) => {
      const share = (1 - MEMORY) / (at.weight = 1 - (1 - at.weight) * MEMORY);
      const [f, c] = [fine - at.fine, coarse - at.coarse];
      at.fine += share * f;
      at.coarse += share * c;
      at.both += share * (f * (coarse - at.coarse) - at.both);
      at.square += share * (c * (coarse - at.coarse) - at.square);
    },
  };
}
