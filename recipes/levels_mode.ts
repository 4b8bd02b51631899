/**
 * How simulations of several levels are learned from.
 *
 * @module
 */

import type { TelescopeMode } from "@likely/multilevel";

/** What is learned. */
export type LevelsMethod = "npe" | "nle" | "nre" | "ace";

/**
 * How levels are used: telescoped, see `TelescopeMode`; or, as everybody should compare,
 * - `"fine"`: the fine rows of the highest level alone;
 * - `"pooled"`: all rows as if they were of one level;
 * - `"transfer"`: trained on the levels below, then on the fine rows of the highest.
 */
export type LevelsMode = TelescopeMode | "fine" | "pooled" | "transfer";

/** All of them, the telescoped ones first. */
export const LEVELS_MODES: readonly LevelsMode[] = [
  "plain",
  "weighted",
  "control_variate",
  "paper",
  "fine",
  "pooled",
  "transfer",
];

/** Tells whether a mode telescopes. */
export function isTelescoped(mode: LevelsMode): mode is TelescopeMode {
  return mode !== "fine" && mode !== "pooled" && mode !== "transfer";
}
