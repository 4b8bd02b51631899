import { drawNormal, foldIn, type Key, type LogDensity, row, stream, zeros } from "@likely/core";
import { startAveraging } from "./_dual_averaging.ts";
import { addScaled, addScaledTransposed } from "./_metric.ts";
import type { NutsTuning } from "./_nuts_tuning.ts";
import type { NutsState } from "./nuts.ts";

// From any sensible step, forty doublings reach any other; a flat density would never end.
const MAX_DOUBLINGS = 40;

/**
 * For each chain that searches, doubles or halves the step until the acceptance probability
 * of one leapfrog step crosses 0.8: Hoffman & Gelman (2014), algorithm 4, with Stan's number.
 */
export function findSteps(
  key: Key,
  target: LogDensity,
  state: NutsState,
): { readonly tuning: readonly NutsTuning[]; readonly evaluations: number } {
  const { position: { n, dim }, tuning } = state;
  const momentum = zeros(n, dim);
  const logStep = Float64Array.from(tuning, ({ averaging }) => averaging.logMean);
  const direction = new Int8Array(n);
  const searching = Array.from(tuning.keys()).filter((c) => tuning[c]!.isSearching);
  for (const c of searching) {
    const random = stream(foldIn(key, c));
    row(momentum, c).forEach((_, j, out) => out[j] = drawNormal(random));
  }
  let evaluations = 0;
  for (let chains = searching; chains.length > 0 && evaluations < MAX_DOUBLINGS; evaluations++) {
    const gains = leap(target, state, { chains, momentum: momentum.data, logStep });
    chains = chains.filter((c, i) => {
      const wanted = gains[i]! > Math.log(0.8) ? 1 : -1;
      if (direction[c] === 0) direction[c] = wanted;
      if (direction[c] !== wanted) return false;
      logStep[c]! += wanted * Math.LN2;
      return true;
    });
  }
  const found = tuning.map((before, c) =>
    before.isSearching
      ? { ...before, averaging: startAveraging(Math.exp(logStep[c]!)), isSearching: false }
      : before
  );
  return { tuning: found, evaluations };
}

/** Gains of minus the energy in one leapfrog step of each chain; NaN and −∞ where there is none. */
function leap(
  target: LogDensity,
  { position, logDensity, gradient, tuning }: NutsState,
  { chains, momentum, logStep }: {
    readonly chains: readonly number[];
    readonly momentum: Float64Array;
    readonly logStep: Float64Array;
  },
): number[] {
  const { dim } = position;
  const next = zeros(chains.length, dim);
  const half = chains.map((c, i) => {
    const [{ metric }, size] = [tuning[c]!, Math.exp(logStep[c]!)];
    const r = momentum.slice(c * dim, (c + 1) * dim);
    addScaledTransposed(r, size / 2, metric, gradient.subarray(c * dim, (c + 1) * dim));
    row(next, i).set(row(position, c));
    addScaled(row(next, i), size, metric, r);
    return r;
  });
  const { value, grad } = target.evaluate(next, { chains });
  return chains.map((c, i) => {
    const before = momentum.subarray(c * dim, (c + 1) * dim);
    const after = half[i]!;
    addScaledTransposed(
      after,
      Math.exp(logStep[c]!) / 2,
      tuning[c]!.metric,
      grad!.subarray(i * dim, (i + 1) * dim),
    );
    let gain = value[i]! - logDensity[c]!;
    for (let j = 0; j < dim; j++) gain += (before[j]! ** 2 - after[j]! ** 2) / 2;
    return gain;
  });
}
