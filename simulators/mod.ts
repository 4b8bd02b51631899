/**
 * Ready-made inference problems: one task a file, a prior and a simulator each, with exact
 * likelihood and score wherever they are known.
 *
 * | task | theta, x | likelihood and score |
 * | --- | --- | --- |
 * | `gaussianLinear` | 10, 10 | exact; posterior too |
 * | `twoMoons` | 2, 2 | exact; the density jumps |
 * | `slcp` | 5, 8 | exact |
 * | `influenza` | 3, 14 | exact; real data |
 * | `stochasticInfluenza` | 3, 14 | unknown; real data |
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { key, points, split } from "@likely/core";
 * import { influenza } from "@likely/simulators";
 *
 * const { prior, simulator, observation } = influenza();
 * const [forTheta, forX] = split(key(0), 2);
 * const theta = prior.sample(forTheta, 1);
 * const x = simulator.simulate(forX, theta);
 * const better = simulator.logLikelihood!(theta, x)[0]!;
 * assert(better > simulator.logLikelihood!(theta, points(observation!, 14))[0]!);
 * ```
 *
 * @module
 */

export * from "./gaussian_linear.ts";
export * from "./influenza.ts";
export * from "./influenza_counts.ts";
export * from "./slcp.ts";
export * from "./stochastic_influenza.ts";
export * from "./tasks.ts";
export * from "./two_moons.ts";
