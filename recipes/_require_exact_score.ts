import type { Simulator } from "@likely/core";

/** Requires, and returns, the score that pairs are refreshed by. */
export function requireExactScore(
  { name, score }: { readonly name: string; readonly score?: Simulator["score"] },
): NonNullable<Simulator["score"]> {
  if (score) return score;
  throw new TypeError(
    `Cannot refresh pairs of "${name}" as its exact score must be known at any theta: ` +
      "there is none (a joint score holds at the theta that made x alone)",
  );
}
