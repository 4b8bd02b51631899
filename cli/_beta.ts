// The inverse temperature on the command line.

import { type Artifact, distanceFrom } from "@likely/core";
import { DISTANCES } from "./_distance.ts";
import type { Arguments } from "./_options.ts";

/** What `--beta` says: numbers > 0 in rising order, or that one be chosen. */
export type BetaChoice = "auto" | readonly number[];

/** Reads `--beta`; 1 for a model of a ratio where there is none. */
export function readBeta(args: Arguments): BetaChoice | undefined {
  const text = args.text("beta");
  if (text === undefined || text === "auto") return text;
  const values = text.split(",").map((part) => part.trim() === "" ? NaN : Number(part));
  if (values.every((value) => Number.isFinite(value) && value > 0)) {
    return [...new Set(values)].sort((a, b) => a - b);
  }
  return args.refuse(
    `--beta must be a finite number > 0, several with commas between, or auto: current value is "${text}"`,
  );
}

/** The β to use with a model: a cost needs one, a ratio may do with 1. */
export async function betaFor(
  args: Arguments,
  beta: BetaChoice | undefined,
  artifact: Artifact,
): Promise<BetaChoice> {
  if (artifact.kind === "cost") {
    if (beta !== undefined) return beta;
    const { usualBetas } = await import("@likely/sbi");
    const [, low, , middle, , high] = usualBetas(artifact);
    return args.refuse(
      `--beta is missing: the model is of a cost, and its posterior is as wide as beta says, in 1 / ` +
        `${unitOf(artifact)}. Try --beta ${low},${middle},${high}, or --beta auto with --task`,
    );
  }
  if (beta === undefined) return [1];
  if (beta !== "auto" && beta.length === 1) return beta;
  return args.refuse(
    `${beta === "auto" ? "--beta auto" : "several values of --beta"} must come with a model of a cost: ` +
      `current kind is ${artifact.kind}`,
  );
}

/** What a cost is measured in; of a distance of the user's own, its name. */
export function unitOf({ provenance: { loss: { options } } }: Artifact): string {
  return `(${
    DISTANCES.some((name) => name === options.distance) ? distanceFrom(options).unit : options.distance
  })`;
}
