// Log densities with θ-gradients: observations embedded once, then one call for each run of
// points.

import {
  type Artifact,
  checkSpec,
  type EvaluateOptions,
  type Evaluation,
  type LogDensity,
  type NetworkSpec,
  type ObservedDensities,
  type Points,
  row,
  standardSlope,
  unitSpec,
  UnsupportedError,
  weightShapes,
  zeros,
} from "@likely/core";
import { Code } from "./_code.ts";
import { emitDensity, valuesOf } from "./_density_program.ts";
import { densitiesOfTheta, densityOfTheta } from "./_density_of_theta.ts";
import { requireDim, requireObservation, writeStandardised } from "./_host_rows.ts";
import { emitPacking } from "./_layer.ts";
import { emitSeen, type Network, planNetwork } from "./_network.ts";
import { type Host, onRunner, type Runner } from "./_runner.ts";
import { withoutLinearTrunk } from "./_linear_trunk.ts";
import { requireFusable } from "./_support.ts";

/** Pairs of a point and an x row in one call; more points take several calls. */
const MOST_PAIRS = 1024;
/** Numbers of a layer for all of them: of very wide layers fewer pairs are in a call. */
const MOST_NUMBERS = 2 ** 23;

/** Prepares the artifact's network as a function of θ at the rows of x, added up. */
export function fusedLogDensity(
  host: Host,
  artifact: Artifact,
  x: Points,
): Promise<LogDensity & Disposable> {
  if (artifact.spec.kind !== "network") return densityOfTheta(host, artifact, x);
  return prepare(host, artifact, x, (runner, fusable) => new ModuleDensity(runner, fusable, x));
}

/** Prepares the artifact's network as a function of θ at each row of x. */
export function fusedLogDensities(host: Host, artifact: Artifact, x: Points): Promise<ObservedDensities> {
  if (artifact.spec.kind !== "network") return densitiesOfTheta(host, artifact, x);
  return prepare(
    host,
    artifact,
    x,
    (runner, fusable) => new ModuleDensity(runner, fusable, x, { apart: true }),
  );
}

async function prepare<T>(
  host: Host,
  artifact: Artifact,
  x: Points,
  make: (runner: Runner, fusable: Artifact) => T,
): Promise<T> {
  const { spec, kind } = artifact;
  if (kind === "posterior") {
    throw new UnsupportedError("Cannot evaluate a posterior artifact as a network of (θ, x)");
  }
  checkSpec(spec);
  const fusable = withoutLinearTrunk(artifact);
  requireFusable(fusable.spec);
  requireObservation(x, spec.xDim);
  return await onRunner(host, (runner) => make(runner, fusable));
}

/** Owns a runner. */
class ModuleDensity implements ObservedDensities {
  readonly dim: number;
  readonly count: number;
  readonly embedded: Points;
  #runner: Runner | undefined;
  /** Told after disposal too. */
  #name = "";
  readonly #artifact: Artifact;
  /** With a head of unit size. */
  readonly #spec: NetworkSpec;
  /** What its outputs are in. */
  readonly #unit: number;
  readonly #network: Network;
  /** Rows of x whose outputs are added up. */
  readonly #observations: number;
  /** What each row of x contributes to the first sums, where rows are told apart. */
  readonly #seen: Float32Array | undefined;
  /** Points in one call. */
  readonly #capacity: number;
  /** Points that the loaded program is for, and whether it computes gradients. */
  #loaded = { n: 0, gradient: true };

  constructor(
    runner: Runner,
    artifact: Artifact,
    x: Points,
    { apart = false }: { readonly apart?: boolean } = {},
  ) {
    this.dim = artifact.spec.thetaDim;
    this.#runner = runner;
    const { spec, unit } = unitSpec(requireFusable(artifact.spec));
    this.#artifact = artifact;
    this.#spec = spec;
    this.#unit = unit;
    this.count = x.n;
    this.#observations = apart ? 1 : x.n;
    const mostPairs = Math.min(MOST_PAIRS, Math.floor(MOST_NUMBERS / widest(spec)));
    this.#capacity = Math.max(1, Math.floor(mostPairs / this.#observations));
    const pairs = this.#capacity * this.#observations;
    const seen = apart ? pairs : x.n;
    this.#network = planNetwork(this.#spec, { x: 1, seen, pairs, training: false, score: false });
    runner.reserve(this.#network.arena.bytes);
    this.#network.arena.prepare(runner.memory);
    this.#network.parameters.write(runner.memory, this.#network.parameters.weights, artifact.weights);
    this.embedded = zeros(x.n, this.#network.embedding.out.width);
    const seenByRow = new Float32Array(x.n * this.#network.seen.ld);
    this.#embed(x, seenByRow);
    if (apart) this.#seen = seenByRow;
    else new Float32Array(runner.memory.buffer, this.#network.seen.at, seenByRow.length).set(seenByRow);
  }

  get name(): string {
    return this.#runner?.name ?? this.#name;
  }

  evaluate(points: Points, options: EvaluateOptions = {}): Evaluation {
    const { gradient = true, chains } = options;
    requireDim("evaluate a log density", "the width of the points", points.dim, this.dim);
    const value = new Float64Array(points.n);
    const grad = new Float64Array(gradient ? points.n * this.dim : 0);
    for (let first = 0; first < points.n; first += this.#capacity) {
      const n = Math.min(this.#capacity, points.n - first);
      const data = points.data.subarray(first * this.dim, (first + n) * this.dim);
      const out = {
        value: value.subarray(first, first + n),
        ...(gradient && { grad: grad.subarray(first * this.dim) }),
      };
      if (this.#seen) this.#pickSeen(n, (i) => (chains ? chains[first + i]! : first + i) % this.count);
      this.#evaluate({ data, n, dim: this.dim }, out);
    }
    return gradient ? { value, grad } : { value };
  }

  [Symbol.dispose](): void {
    this.#name = this.name;
    this.#runner?.[Symbol.dispose]();
    this.#runner = undefined;
  }

  #alive(): Runner {
    if (this.#runner) return this.#runner;
    throw new TypeError(
      "Cannot evaluate as the log density must not be disposed of: current value is disposed",
    );
  }

  /** Embeds x, and what each row contributes to the first sums, one row at a time. */
  #embed(x: Points, out: Float32Array): void {
    const { embedding, seen, layers } = this.#network;
    const packing = new Code();
    emitPacking(packing, layers);
    this.#load(packing);
    this.#run();
    const code = new Code();
    emitSeen(code, this.#network, 1);
    this.#load(code);
    for (let j = 0; j < x.n; j++) {
      const one = { data: row(x, j), n: 1, dim: x.dim };
      writeStandardised(this.#alive().memory, one, this.#artifact.scaling.x, embedding.input);
      this.#run();
      const { memory } = this.#alive();
      row(this.embedded, j).set(new Float32Array(memory.buffer, embedding.out.at, embedding.out.width));
      out.set(new Float32Array(memory.buffer, seen.at, seen.ld), j * seen.ld);
    }
  }

  /** Copies to point i what its row of x contributes. */
  #pickSeen(n: number, rowOf: (i: number) => number): void {
    const { at, ld } = this.#network.seen;
    const picked = new Float32Array(this.#alive().memory.buffer, at, n * ld);
    for (let i = 0; i < n; i++) {
      let from = rowOf(i) * ld;
      for (let to = i * ld; to < (i + 1) * ld; to++, from++) picked[to] = this.#seen![from]!;
    }
  }

  /** Fills `value`, and `grad` if it is there. */
  #evaluate(points: Points, { value, grad }: Evaluation): void {
    const { n } = points;
    const gradient = grad !== undefined;
    const network = this.#network;
    const [spec, { scaling }] = [this.#spec, this.#artifact];
    writeStandardised(this.#alive().memory, points, scaling.theta, network.theta);
    if (this.#loaded.n !== n || this.#loaded.gradient !== gradient) {
      const [observations, apart] = [this.#observations, this.#seen !== undefined];
      this.#load(emitDensity(spec, network, { n, observations, apart, gradient }));
    }
    this.#loaded = { n, gradient };
    this.#run();
    const values = valuesOf(spec, network);
    const out = new Float32Array(this.#alive().memory.buffer, values, n * this.#observations);
    const never = this.#artifact.kind === "cost" ? Infinity : -Infinity;
    for (let i = 0; i < n; i++) {
      for (let k = i; k < out.length; k += n) value[i]! += out[k]!;
      value[i]! *= this.#unit;
      if (Number.isNaN(value[i]!)) value[i] = never;
    }
    if (grad) this.#readGradient(points, { value, grad });
  }

  /** In raw units; 0 where there is no number for the value or a slope. */
  #readGradient({ data, n, dim }: Points, { value, grad }: Required<Evaluation>): void {
    const { at, ld } = this.#network.thetaGradient;
    const slopes = new Float32Array(this.#alive().memory.buffer, at, n * ld);
    for (let i = 0; i < n; i++) {
      let isFinite = Number.isFinite(value[i]!);
      for (let j = 0; j < dim; j++) {
        const k = i * dim + j;
        grad[k] = this.#unit * slopes[i * ld + j]! * standardSlope(this.#artifact.scaling.theta, j, data[k]!);
        isFinite &&= Number.isFinite(grad[k]!);
      }
      if (!isFinite) grad.fill(0, i * dim, (i + 1) * dim);
    }
  }

  /** Puts a program behind the arena. */
  #load({ words }: Code): void {
    this.#alive().load(this.#network.arena.bytes, Int32Array.from(words));
  }

  #run(): void {
    this.#alive().run();
  }
}

/** Numbers that the widest layer makes of a row. */
function widest(spec: NetworkSpec): number {
  return Object.values(weightShapes(spec)).reduce((most, shape) => Math.max(most, shape.at(-1) ?? 1), 1);
}
