/** Fewer particles than this with a likelihood above 0 are too few to come from. */
const FEW = 10;

/** What to say of a population that descends from `alive` of `n` particles. */
export function fewAlive(alive: number, n: number): string[] {
  if (alive >= Math.min(FEW, n)) return [];
  return [
    `Only ${alive} of ${n} particles had a likelihood above 0 at first: all draws descend from them and may ` +
    `miss most of the posterior; take more particles, or a narrower prior`,
  ];
}

/** How many have a likelihood above 0. */
export function aliveOf(logLikelihood: Float64Array): number {
  return logLikelihood.reduce((sum, value) => sum + (value > -Infinity ? 1 : 0), 0);
}
