// The prior, cut to where the posterior of the round before has its mass.

import {
  type Artifact,
  type ConditionalDensity,
  drawCategorical,
  type Engine,
  foldIn,
  gatherRows,
  type Key,
  type Points,
  points,
  type Prior,
  row,
  split,
  stream,
  zeros,
} from "@likely/core";
import type { Proposed, Proposer, ProposerOptions } from "./_proposer.ts";

/** Mass of a posterior outside its region, and the draws that tell its edge. */
const EPSILON = 1e-4;
const EDGE_DRAWS = 20_000;
/** Draws of the prior at a time, and at most in a round. */
const BATCH = 10_000;
const MOST_TRIED = 1_000_000;
/** Draws of the posterior for each proposal, where the prior has too few. */
const CANDIDATES = 256;

/** Where the log density is above its ε-quantile. */
interface Region extends Disposable {
  readonly density: ConditionalDensity;
  readonly edge: number;
}

/**
 * Draws from the prior inside the highest-density regions of all rounds before: there proposals of all
 * rounds together are as dense as some multiple of the prior, so that the loss needs no correction.
 *
 * Source: Deistler, Gonçalves & Macke (2022), "Truncated proposals for scalable and hassle-free
 * simulation-based inference", https://arxiv.org/abs/2210.04815.
 */
export function truncatedProposer(x: Points, { engine, prior }: ProposerOptions): Proposer {
  if (x.n !== 1) {
    throw new TypeError(
      `Cannot simulate in rounds as a posterior is learned from one observation: current value is ${x.n} rows`,
    );
  }
  const regions: Region[] = [];
  return {
    propose: async (key, artifact, n) => {
      const [forEdge, forRejection, forResampling] = split(key, 3);
      regions.push(await regionOf(forEdge, artifact, { x, engine }));
      const cut = { prior, regions, x };
      const { theta, tried } = rejected(forRejection, cut, n);
      return theta.n === n
        ? { theta, warnings: [] }
        : resampled(forResampling, cut, { n, found: theta.n, tried });
    },
    [Symbol.dispose]: () => regions.forEach((region) => region[Symbol.dispose]()),
  };
}

async function regionOf(
  key: Key,
  artifact: Artifact,
  { x, engine }: { readonly x: Points; readonly engine: Engine },
): Promise<Region> {
  const density = await engine.density(artifact);
  const heights = density.logDensity(density.sample(key, EDGE_DRAWS, x), x).sort();
  return {
    density,
    edge: heights[Math.floor(EPSILON * EDGE_DRAWS)]!,
    [Symbol.dispose]: () => density[Symbol.dispose](),
  };
}

/** A prior, and what is left of it. */
interface Cut {
  readonly prior: Prior;
  readonly regions: readonly Region[];
  readonly x: Points;
}

/** The rows that lie in all regions, by index. */
function inside({ regions, x }: Cut, theta: Points): number[] {
  let kept = Array.from({ length: theta.n }, (_, i) => i);
  for (const { density, edge } of regions) {
    if (kept.length === 0) return kept;
    const height = density.logDensity(gatherRows(theta, kept), x);
    kept = kept.filter((_, k) => height[k]! >= edge);
  }
  return kept;
}

/** Draws of the prior that lie inside: `n`, or fewer where that would take too many. */
function rejected(key: Key, cut: Cut, n: number): { readonly theta: Points; readonly tried: number } {
  const theta = zeros(n, cut.prior.dim);
  let [found, tried] = [0, 0];
  // As soon as it is seen that the most would not do, another way is taken.
  while (found < n && (tried === 0 || found / tried * MOST_TRIED >= n) && tried < MOST_TRIED) {
    const drawn = cut.prior.sample(foldIn(key, tried / BATCH), BATCH);
    for (const i of inside(cut, drawn)) if (found < n) row(theta, found++).set(row(drawn, i));
    tried += BATCH;
  }
  return { theta: points(theta.data.subarray(0, found * theta.dim), theta.dim), tried };
}

/** How rejection went. */
interface Shortage {
  readonly n: number;
  readonly found: number;
  readonly tried: number;
}

/** Each proposal one of some draws of the last posterior, by chances prior / posterior. */
function resampled(key: Key, cut: Cut, { n, found, tried }: Shortage): Proposed {
  const theta = zeros(n, cut.prior.dim);
  const random = stream(foldIn(key, n));
  let [done, effective] = [0, 0];
  for (let i = 0; i < n; i++) {
    const { candidates, weights } = candidatesOf(foldIn(key, i), cut);
    const sum = weights.reduce((a, b) => a + b, 0);
    if (!(sum > 0)) continue;
    row(theta, done++).set(row(candidates, drawCategorical(random, weights)));
    effective += sum * sum / weights.reduce((squares, w) => squares + w * w, 0);
  }
  if (done === 0) {
    throw new RangeError(
      `Cannot propose parameters as the posterior must overlap with those of the rounds before: of ` +
        `${n * CANDIDATES} draws none does; take fewer rounds or more simulations`,
    );
  }
  // The few without a candidate repeat others.
  for (let i = done; i < n; i++) row(theta, i).set(row(theta, i % done));
  return {
    theta,
    warnings: [
      `Only ${found} of ${tried} draws of the prior lie where the posterior of the round before has its mass: ` +
      `${n} proposals were drawn from that posterior, each by importance weights among ${CANDIDATES} draws, of ` +
      `which ${(effective / done).toPrecision(2)} count; with fewer than some ten the result is too narrow`,
    ],
  };
}

function candidatesOf(key: Key, cut: Cut) {
  const { density } = cut.regions.at(-1)!;
  const candidates = density.sample(key, CANDIDATES, cut.x);
  const kept = new Set(inside(cut, candidates));
  const height = density.logDensity(candidates, cut.x);
  const log = cut.prior.logDensity(candidates).map((p, i) => kept.has(i) ? p - height[i]! : -Infinity);
  const high = log.reduce((a, b) => Math.max(a, b), -Infinity);
  return { candidates, weights: log.map((w) => high === -Infinity ? 0 : Math.exp(w - high)) };
}
