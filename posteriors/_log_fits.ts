import {
  type Artifact,
  type Engine,
  type EvaluateOptions,
  type Evaluation,
  mapEvaluations,
  type ObservedDensities,
  type Points,
  points,
  row,
  zeros,
} from "@likely/core";
import { fusedEngine } from "@likely/kernels/fused-engine";

/** Options of {@linkcode logFits}. */
export interface LogFitsOptions {
  /** Inverse temperature; 1 unless given. */
  readonly beta?: number;
  /** Who evaluates. */
  readonly engine?: Engine;
  /** So many independent observations of one θ are in a row of x, one after another; 1 unless given. */
  readonly trials?: number;
}

/**
 * How well θ fits each row of x, in nats and to the power of `beta`: what a prior is added to.
 * Costs fall where parameters fit, and are negated. Fits of the trials in a row add up.
 */
export async function logFits(
  artifact: Artifact,
  x: Points,
  { beta = 1, engine = fusedEngine(), trials = 1 }: LogFitsOptions = {},
): Promise<ObservedDensities> {
  const output = await engine.logDensities(artifact, points(x.data, x.dim / trials));
  const { name, dim } = output;
  const pooled = trials === 1 ? output : { name, dim, ...addedUp(output, trials) };
  const factor = artifact.kind === "cost" ? -beta : beta;
  const scaled = ({ value, grad }: Evaluation): Evaluation => ({
    // A fit to the power of 0 says nothing, even one that is infinite.
    value: value.map((v) => beta === 0 ? 0 : factor * v),
    ...(grad && { grad: grad.map((g) => factor * g) }),
  });
  return {
    name,
    dim,
    count: pooled.count,
    embedded: output.embedded,
    ...mapEvaluations(pooled, scaled),
    [Symbol.dispose]: () => output[Symbol.dispose](),
  };
}

/** Points in one call of the engine. */
const MOST_AT_ONCE = 2 ** 17;

/** Densities of several trials each: every point is asked about all trials of its chain. */
function addedUp(
  each: ObservedDensities,
  trials: number,
): Pick<ObservedDensities, "count" | "evaluate"> {
  const count = each.count / trials;
  const most = Math.max(1, Math.floor(MOST_AT_ONCE / trials));
  const evaluate = (theta: Points, options: EvaluateOptions = {}): Evaluation => {
    const { n, dim } = theta;
    const chains = options.chains ?? Uint32Array.from({ length: n }, (_, i) => i);
    const value = new Float64Array(n);
    const grad = options.gradient === false ? undefined : new Float64Array(n * dim);
    for (let first = 0; first < n; first += most) {
      const rows = Math.min(most, n - first);
      const all = zeros(rows * trials, dim);
      const whose = new Uint32Array(all.n);
      for (let k = 0; k < all.n; k++) {
        const i = first + Math.floor(k / trials);
        row(all, k).set(row(theta, i));
        whose[k] = (chains[i]! % count) * trials + k % trials;
      }
      const found = each.evaluate(all, { ...options, chains: whose });
      for (let k = 0; k < all.n; k++) {
        const i = first + Math.floor(k / trials);
        value[i]! += found.value[k]!;
        for (let j = 0; grad && found.grad && j < dim; j++) grad[i * dim + j]! += found.grad[k * dim + j]!;
      }
    }
    return { value, ...grad && { grad } };
  };
  return { count, evaluate };
}
