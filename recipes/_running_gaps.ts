// At the population level the mean of a minus term is that of the plus term one level down. Where it grows
// beyond what so few pairs may differ by, pairs are being unlearned by heart: the minus term then has no bound.

import type { ConductorOptions } from "./_conductor_options.ts";
import type { Memory } from "./_telescoped.ts";

/** What a running mean of so long a memory knows of a level's coarse halves. */
interface Gap extends Memory {
  /** Mean loss of coarse halves less that of the level below. */
  gap: number;
  /** Mean loss of the level below, and the variance of a batch's. */
  below: number;
  square: number;
  weight: number;
}

type Watched = Pick<ConductorOptions, "levels" | "rows">;

function running({ levels }: Watched): Gap[] {
  return levels.slice(1).map(() => ({ gap: 0, below: 0, square: 0, weight: 0 }));
}

/** Places of a level's coarse half and of what it stands for. */
const placesOf = (k: number) => [k === 0 ? 0 : 2 * k - 1, 2 * k + 2] as const;

function follow(at: Gap, [below, coarse]: readonly [number, number], memory: number): void {
  const share = (1 - memory) / (at.weight = 1 - (1 - at.weight) * memory);
  const away = below - at.below;
  at.gap += share * (coarse - below - at.gap);
  at.below += share * away;
  at.square += share * (away * (below - at.below) - at.square);
}

/** What so many rows on both sides may differ by. */
function errorOf(at: Gap, k: number, { levels, rows }: Watched): number {
  const ofRow = at.square * rows[placesOf(k)[0]]!;
  return Math.sqrt(ofRow * (1 / levels[k + 1]!.theta.n + 1 / levels[k]!.theta.n));
}

/** Some ten steps: soon enough to hold what runs away. */
const SHORT = 0.9;
/** Batches before anything is known of their spread. */
const FIRST = 10;
/** Standard errors from which a minus term is held back; at twice as many nothing of it is left. */
const HELD = 2;
/** The same for a batch by itself, of which one row may run away. */
const HELD_AT_ONCE = 5;

/** How much of each minus term a step takes. */
export interface RunningGaps {
  /** `[L]`: shares in [0, 1]. */
  kept(losses: readonly number[]): number[];
  add(losses: readonly number[]): void;
  /** The largest departure at present, in standard errors. */
  worst(): number;
  readonly memories: readonly Memory[];
}

/** Holds minus terms back where coarse halves fare worse than what they stand for. */
export function runningGaps(watched: Watched): RunningGaps {
  const all = running(watched);
  const seen = { heard: 0 };
  return {
    memories: [seen, ...all],
    kept: (losses) =>
      all.map((at, k) => {
        if (seen.heard < FIRST) return 1;
        const [below, coarse] = placesOf(k).map((place) => losses[place]!) as [number, number];
        const slow = at.gap / errorOf(at, k, watched) / HELD;
        // Against what batches of the level below are like, not against one of them.
        const now = (coarse - at.below) / Math.sqrt(2 * at.square) / HELD_AT_ONCE;
        const kept = Math.max(0, Math.min(1, 2 - Math.max(slow, now)));
        return Number.isFinite(coarse) && Number.isFinite(below) ? kept : 0;
      }),
    add: (losses) => {
      seen.heard++;
      all.forEach((at, k) => {
        const [below, coarse] = placesOf(k).map((place) => losses[place]!) as [number, number];
        // One batch that runs away must not be remembered for good.
        const most = seen.heard <= FIRST ? Infinity : at.below + 20 * Math.sqrt(at.square);
        follow(at, [Math.min(below, most), Math.min(coarse, most)], SHORT);
      });
    },
    worst: () =>
      seen.heard < FIRST
        ? 0
        : all.reduce((most, at, k) => Math.max(most, Math.abs(at.gap) / errorOf(at, k, watched)), 0),
  };
}

/** Of what training is stopped by: some fifty steps. */
const LONG = 0.98;
/** Steps before anything is concluded from them. */
const PATIENCE = 100;

/** Tells when a minus term has departed for good. */
export function departures(
  options: ConductorOptions,
): { follow(losses: readonly number[]): void; readonly memories: readonly Memory[] } {
  const { levels, memorised, onDeparture } = options;
  const all = running(options);
  const seen = { heard: 0, isTold: 0 };
  const listen = (losses: readonly number[]) => {
    const heard = ++seen.heard;
    for (const [k, at] of all.entries()) {
      follow(at, placesOf(k).map((place) => losses[place]!) as [number, number], LONG);
      const error = errorOf(at, k, options);
      if (seen.isTold || heard < PATIENCE || !(Math.abs(at.gap) > memorised * error)) continue;
      seen.isTold = 1;
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
  return { follow: listen, memories: [seen, ...all] };
}
