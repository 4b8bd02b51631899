// Surrogates that were trained in rounds, for one observation.

import { type Artifact, type Points, row } from "@likely/core";

/** A learned posterior holds where its rounds have been, and nowhere else. */
export function requireOfRounds(artifact: Artifact, x: Points): void {
  const { rounds } = artifact.provenance;
  if (artifact.kind !== "posterior" || !rounds) return;
  for (let i = 0; i < x.n; i++) {
    if (isObserved(rounds.observation[0]!, row(x, i))) continue;
    throw new RangeError(
      `Cannot condition a posterior of ${rounds.count} rounds as x must be the observation that they were ` +
        `about, ${shown(rounds.observation[0]!)}: current value is ${shown(row(x, i))}`,
    );
  }
}

/** Likelihoods and ratios hold for any, if worse than for what their rounds were about. */
export function roundsWarnings({ kind, provenance }: Artifact, x: Points): string[] {
  const { rounds } = provenance;
  if (kind === "posterior" || !rounds) return [];
  const isSame = x.n === rounds.observation.length &&
    rounds.observation.every((observed, i) => isObserved(observed, row(x, i)));
  if (isSame) return [];
  return [
    `The ${kind} was trained in ${rounds.count} rounds for another observation: most of its simulations are ` +
    `of parameters that explain that one; check with one that was trained for this`,
  ];
}

/** Requires a surrogate that can be asked about simulations of the whole prior. */
export function requireForAny(action: string, { provenance }: Artifact): void {
  const { rounds } = provenance;
  if (!rounds) return;
  throw new TypeError(
    `Cannot ${action} as the surrogate must be for any observation: it was trained in ${rounds.count} rounds for one`,
  );
}

/** Up to the digits that a table keeps. */
function isObserved(observed: readonly number[], x: Float64Array): boolean {
  return observed.every((value, j) => {
    return Math.abs(value - x[j]!) <= 1e-6 * Math.max(Math.abs(value), Math.abs(x[j]!));
  });
}

function shown(x: ArrayLike<number>): string {
  const numbers = Array.from(x, (value) => +value.toPrecision(6));
  return numbers.length > 5 ? `${numbers.slice(0, 5).join(", ")}, …` : numbers.join(", ");
}
