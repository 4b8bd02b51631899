// What a telescoped training watches: how cheap levels are worth, and whether pairs are learned by heart.

import { combineLevels, type LevelRows, type Telescope, type TelescopeMode } from "@likely/multilevel";
import type { Conductor } from "./_telescoped.ts";

/** Of running means: some fifty steps. */
const MEMORY = 0.98;
/** Steps before anything is concluded from them. */
const PATIENCE = 100;

/** Of coarse halves' gradients, beside what they stand for. */
const CAP = 2;

/** What the conductor needs to know. */
export interface ConductorOptions {
  readonly mode: TelescopeMode;
  readonly levels: readonly LevelRows[];
  /** Steps in all. */
  readonly steps: number;
  /** Rows of each part of a batch. */
  readonly rows: readonly number[];
  /** Standard errors by which a minus term may depart from what it stands for. */
  readonly memorised: number;
  /** Told once when one does. */
  onDeparture(text: string): void;
}

/** Follows losses from step to step. */
export function conductorOf(options: ConductorOptions): Conductor {
  return {
    ...following(options),
    diverged: (steps) =>
      options.onDeparture(
        `After ${steps} steps a loss was not finite: minus terms have no bound once pairs are learned by heart, and ` +
          "training stopped at the best weights so far; more pairs would help, or another mode",
      ),
  };
}

function following(options: ConductorOptions): Conductor {
  const { mode, levels, steps } = options;
  const top = levels.length - 1;
  const shape = { levels: top };
  // Whatever the way, it is the finest level's loss that is wanted.
  const { value: judge } = combineLevels("plain", shape);
  if (mode === "paper" || mode === "plain") {
    const telescope = combineLevels(mode, shape, { cap: CAP });
    return { telescope: () => telescope, judge, heard: departures(options) };
  }
  const follow = departures(options);
  if (mode === "weighted") {
    // From the cheap level to the whole sum in the first half of training.
    return {
      telescope: (step) => combineLevels(mode, shape, { weight: Math.min(1, 2 * step / steps), cap: CAP }),
      judge,
      heard: follow,
    };
  }
  const regressions = levels.slice(1).map(({ theta }, k) => regression(theta.n / levels[k]!.theta.n));
  return {
    telescope: (): Telescope =>
      combineLevels(mode, shape, { beta: regressions.map((one) => one.beta), cap: CAP }),
    judge,
    heard: (losses) => {
      regressions.forEach((one, k) => one.add(losses[2 * k + 1]!, losses[2 * k + 2]!));
      follow(losses);
    },
  };
}

/**
 * The coefficient of a control variate from means over the same rows: their covariance over the variance of
 * the coarse one, less what the level below is itself uncertain by.
 */
function regression(ratio: number): { readonly beta: number; add(fine: number, coarse: number): void } {
  const at = { fine: 0, coarse: 0, both: 0, square: 0, weight: 0 };
  return {
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

/**
 * At the population level the mean of a minus term is that of the plus term one level down. Where it grows
 * beyond what so few pairs may differ by, pairs are being learned, or unlearned, by heart.
 */
function departures(
  { levels, rows, memorised, onDeparture }: ConductorOptions,
): (losses: readonly number[]) => void {
  const running = levels.slice(1).map(() => ({ gap: 0, coarse: 0, square: 0, weight: 0 }));
  let [heard, isTold] = [0, false];
  return (losses) => {
    heard++;
    for (const [k, at] of running.entries()) {
      const [below, coarse] = [losses[k === 0 ? 0 : 2 * k - 1]!, losses[2 * k + 2]!];
      const share = (1 - MEMORY) / (at.weight = 1 - (1 - at.weight) * MEMORY);
      const away = below - at.coarse;
      at.gap += share * (coarse - below - at.gap);
      at.coarse += share * away;
      at.square += share * (away * (below - at.coarse) - at.square);
      // Of a row's loss, from means of the level below.
      const variance = at.square * rows[k === 0 ? 0 : 2 * k - 1]!;
      const error = Math.sqrt(variance * (1 / levels[k + 1]!.theta.n + 1 / levels[k]!.theta.n));
      if (isTold || heard < PATIENCE || !(Math.abs(at.gap) > memorised * error)) continue;
      isTold = true;
      onDeparture(
        `After ${heard} steps the coarse halves of level ${k + 1} had a mean loss ${
          (at.gap / error).toFixed(1)
        } standard errors from that of level ${k}, which they stand for: its ${
          levels[k + 1]!.theta.n
        } pairs ` +
          "were being learned by heart, and training stopped; more of them would help, or another mode",
      );
    }
  };
}
