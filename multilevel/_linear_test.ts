// P_1 = u and P_0 = 0.9 u, both with a mean of 2: all moments are known.

import { drawNormal, foldIn, type Key, stream } from "@likely/core";
import type { LevelSampler } from "./level_samples.ts";

/** What all levels average. */
export const MEAN = 2;

/** How a linear sampler is to behave. */
export interface Linear {
  /** Of u on each level. */
  readonly scales?: readonly number[];
  readonly costs?: readonly number[];
  /** Which samples of a level are not finite. */
  readonly fails?: (level: number, index: number) => boolean;
  /** Told of each sample: level and index. */
  readonly seen?: (level: number, index: number) => void;
}

/** Normal values of sd `scales[l]` around `MEAN` with a common u. */
export function linear({ scales = [0.9, 1], costs = [1, 11], fails, seen }: Linear = {}): LevelSampler {
  return {
    outputs: 1,
    levels: scales.length,
    costs,
    sample: (key: Key, level: number, n: number, first: number) => {
      const u = Float64Array.from({ length: n }, (_, i) => drawNormal(stream(foldIn(key, first + i))));
      const at = (l: number) =>
        u.map((value, i) => l === level && fails?.(level, first + i) ? NaN : MEAN + scales[l]! * value);
      for (let i = 0; i < n; i++) seen?.(level, first + i);
      return level === 0 ? { fine: at(0) } : { fine: at(level), coarse: at(level - 1) };
    },
  };
}
