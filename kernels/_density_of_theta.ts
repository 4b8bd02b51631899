// Density estimators as functions of θ at observations: posteriors and likelihoods.

import {
  type Artifact,
  densityWidths,
  type EvaluateOptions,
  type Evaluation,
  logStandardSlopes,
  type Points,
  points,
  standardBend,
  standardise,
  standardSlope,
} from "@likely/core";
import type { Asked, Way } from "./_asked.ts";
import type { Caller, Calls } from "./_calls.ts";
import { type DensityArtifact, DensityMachine, type DensityRows } from "./_density_machine.ts";
import { requireDim } from "./_host_rows.ts";

/** Requires that a density can be asked about rows of x together. */
export function requireOneObservation({ kind }: Artifact, x: Points): void {
  if (kind !== "posterior" || x.n === 1) return;
  throw new TypeError(
    `Cannot evaluate a posterior at several observations of one theta as it was learned from one: current value is ${x.n}`,
  );
}

/** A density as a function of θ at each row of x, or at all of them added up. */
export function* densityOfTheta(
  caller: Caller,
  artifact: DensityArtifact,
  x: Points,
  { apart }: Way,
): Calls<Asked> {
  const machine = yield* DensityMachine.make(caller, artifact);
  const isOfX = artifact.spec.target === "x";
  const seen = isOfX ? standardise(x, artifact.scaling.x) : yield* machine.contexts(x);
  return new ObservedDensity(machine, artifact, x, { seen, apart });
}

/** Rows, and which row of x each has. */
interface Met extends DensityRows {
  seenOf(k: number): number;
}

/** Owns a machine. */
class ObservedDensity implements Asked {
  readonly dim: number;
  readonly count: number;
  readonly embedded: Points;
  readonly #machine: DensityMachine;
  readonly #artifact: DensityArtifact;
  /** Points have a row of x each. */
  readonly #apart: boolean;
  /** Rows of x, as targets or contexts, and what standardisation adds where they are targets. */
  readonly #seen: Float32Array;
  readonly #slopes: Float64Array;

  constructor(
    machine: DensityMachine,
    artifact: DensityArtifact,
    x: Points,
    { seen, apart }: { readonly seen: Float32Array; readonly apart: boolean },
  ) {
    const { spec, scaling } = artifact;
    this.dim = spec.thetaDim;
    this.count = x.n;
    this.#machine = machine;
    this.#artifact = artifact;
    this.#apart = apart;
    this.#seen = seen;
    this.#slopes = spec.target === "x" ? logStandardSlopes(scaling.x, x) : new Float64Array(x.n);
    this.embedded = points(Float64Array.from(seen), seen.length / x.n);
  }

  get name(): string {
    return this.#machine.name;
  }

  *evaluate(theta: Points, options: EvaluateOptions = {}): Calls<Evaluation> {
    const { gradient = true, chains } = options;
    requireDim("evaluate a log density", "the width of the points", theta.dim, this.dim);
    const rows = yield* this.#rows(theta, (i) => (chains ? chains[i]! : i) % this.count);
    const { value: values, slopes } = yield* this.#machine.evaluate(rows, gradient);
    const value = new Float64Array(theta.n);
    values.forEach((part, k) => value[k % theta.n]! += part + this.#slopes[rows.seenOf(k)]!);
    const grad = slopes && (yield* this.#gradient(theta, slopes));
    this.#finish(theta, value, grad);
    return grad ? { value, grad } : { value };
  }

  [Symbol.dispose](): void {
    this.#machine[Symbol.dispose]();
  }

  /** Points beside rows of x: each beside its own, or one row of x after another beside all. */
  *#rows(theta: Points, chainOf: (i: number) => number): Calls<Met> {
    const { spec, scaling } = this.#artifact;
    const n = this.#apart ? theta.n : theta.n * this.count;
    const pointOf = (k: number) => k % theta.n;
    const seenOf = this.#apart ? chainOf : (k: number) => Math.floor(k / theta.n);
    if (spec.target === "theta") {
      const targets = standardise(theta, scaling.theta);
      return { n, targets, targetOf: pointOf, contexts: this.#seen, contextOf: seenOf, seenOf };
    }
    const contexts = yield* this.#machine.contexts(theta);
    return { n, targets: this.#seen, targetOf: seenOf, contexts, contextOf: pointOf, seenOf };
  }

  /** Slopes in θ, added up over the rows of x that a point meets, in raw units. */
  *#gradient(theta: Points, slopes: Float32Array): Calls<Float64Array> {
    const { spec, scaling } = this.#artifact;
    const { target, context } = densityWidths(spec);
    const isOfTheta = spec.target === "theta";
    const [first, own] = isOfTheta ? [0, target] : [target, context];
    const sums = new Float32Array(theta.n * own);
    for (let k = 0; k < slopes.length / (target + context); k++) {
      const [from, to] = [k * (target + context) + first, k % theta.n * own];
      for (let j = 0; j < own; j++) sums[to + j]! += slopes[from + j]!;
    }
    const grad = isOfTheta ? sums : yield* this.#machine.conditionSlopes(theta, sums);
    return Float64Array.from(
      grad,
      (slope, k) => slope * standardSlope(scaling.theta, k % theta.dim, theta.data[k]!),
    );
  }

  /** Densities of θ get those of raw θ; what is no number is never accepted and has no slope. */
  #finish(theta: Points, value: Float64Array, grad: Float64Array | undefined): void {
    const { spec, scaling: { theta: by } } = this.#artifact;
    const { dim } = theta;
    if (spec.target === "theta") {
      logStandardSlopes(by, theta).forEach((slopes, i) => value[i]! += slopes);
      grad?.forEach((slope, k) => grad[k] = slope + standardBend(by, k % dim, theta.data[k]!));
    }
    value.forEach((total, i) => {
      if (Number.isNaN(total)) value[i] = -Infinity;
      const slopes = grad?.subarray(i * dim, (i + 1) * dim);
      if (slopes && !(Number.isFinite(value[i]!) && slopes.every(Number.isFinite))) slopes.fill(0);
    });
  }
}
