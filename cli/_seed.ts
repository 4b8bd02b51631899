// One seed on the command line, one key for each command: the same seed may be given to all.

import { type Key, key, split } from "@likely/core";

// As in `nre(key(seed), …)`, the first child simulates and the second trains.
const USES = ["simulate", "train", "sample", "report", "check", "beta", "rounds", "multilevel"] as const;

/** The key of a command, or of a part of one. */
export function keyFor(command: typeof USES[number], seed: number): Key {
  return split(key(seed), USES.length)[USES.indexOf(command)]!;
}
