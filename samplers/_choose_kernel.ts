import type { Kernel, KernelState, LogDensity } from "@likely/core";
import { hmc } from "./hmc.ts";
import { mala } from "./mala.ts";
import { nuts } from "./nuts.ts";
import { randomWalk } from "./random_walk.ts";
import type { SampleOptions } from "./sample_options.ts";
import { slice } from "./slice.ts";

/** What the choice depends on. */
export interface Choice {
  /** The user's wish. */
  readonly sampler: NonNullable<SampleOptions["sampler"]>;
  /** Steps of adaptation. */
  readonly warmup: number;
  /** Whether the target gives a gradient. */
  readonly hasGradient: boolean;
}

/** Builds the kernel that was asked for. */
export function chooseKernel(
  target: LogDensity,
  { sampler, warmup, hasGradient }: Choice,
): Kernel<KernelState> {
  switch (sampler) {
    case "auto":
      return hasGradient ? nuts(target, { warmup }) : slice(target, { warmup });
    case "nuts":
      return nuts(target, { warmup });
    case "mala":
      return mala(target, { warmup });
    case "slice":
      return slice(target, { warmup });
    case "hmc":
      return hmc(target, { warmup });
    case "random_walk":
      return randomWalk(target, { warmup });
    default:
      if (typeof sampler === "function") return sampler(target, { warmup });
      throw new RangeError(
        `Cannot sample as sampler must be "auto", "nuts", "hmc", "mala", "slice", "random_walk" or a function: ` +
          `current value is "${sampler satisfies never}"`,
      );
  }
}
