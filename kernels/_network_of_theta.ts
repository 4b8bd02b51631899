// A network of (θ, x) as a function of θ at rows of x.

import {
  type Artifact,
  type EvaluateOptions,
  type Evaluation,
  type NetworkSpec,
  type Points,
  row,
  standardSlope,
  unitSpec,
  weightShapes,
  zeros,
} from "@likely/core";
import type { Asked, Way } from "./_asked.ts";
import { type Caller, type Calls, numbersAt, regionOf } from "./_calls.ts";
import { emitDensity, valuesOf } from "./_density_program.ts";
import { requireDim, writeStandardised } from "./_host_rows.ts";
import { emitPacking } from "./_layer.ts";
import { emitSeen, type Network, planNetwork } from "./_network.ts";
import { roomiest } from "./_roomy.ts";
import { requireFusable } from "./_support.ts";

/** Pairs of a point and an x row in one call; more points take several calls. */
const MOST_PAIRS = 1024;
/** Numbers of a layer for all of them: of very wide layers fewer pairs are in a call. */
const MOST_NUMBERS = 2 ** 23;
/** Rows of x in one call, where there is room. */
const MOST_EMBEDDED = 256;

/** Prepares it. */
export function networkOfTheta(caller: Caller, artifact: Artifact, x: Points, way: Way): Calls<Asked> {
  return NetworkOfTheta.make(caller, artifact, x, way);
}

/** A network where calls are run. */
class NetworkOfTheta implements Asked {
  readonly dim: number;
  readonly count: number;
  readonly embedded: Points;
  readonly #caller: Caller;
  readonly #artifact: Artifact;
  /** With a head of unit size. */
  readonly #spec: NetworkSpec;
  /** What its outputs are in. */
  readonly #unit: number;
  readonly #network: Network;
  /** Rows of x whose outputs are added up. */
  readonly #observations: number;
  /** What each row of x contributes to the first sums, where rows are told apart. */
  #seen: Float32Array | undefined;
  /** Points in one call, and rows of x embedded in one. */
  readonly #capacity: number;
  readonly #together: number;

  private constructor(caller: Caller, artifact: Artifact, x: Points, { apart }: Way) {
    this.dim = artifact.spec.thetaDim;
    this.#caller = caller;
    const { spec, unit } = unitSpec(requireFusable(artifact.spec));
    this.#artifact = artifact;
    this.#spec = spec;
    this.#unit = unit;
    this.count = x.n;
    this.#observations = apart ? 1 : x.n;
    const roomy = caller.room > 0;
    this.#together = roomy ? Math.min(x.n, MOST_EMBEDDED) : 1;
    const plan = (most: number): Network => {
      const pairs = Math.max(1, Math.floor(most / this.#observations)) * this.#observations;
      const seen = apart ? pairs : x.n;
      return planNetwork(spec, { x: this.#together, seen, pairs, training: false, score: false, roomy });
    };
    const few = Math.max(1, Math.min(MOST_PAIRS, Math.floor(MOST_NUMBERS / widest(spec))));
    const most = roomy ? roomiest(caller.room, few, (pairs) => plan(pairs).arena.bytes) : few;
    this.#capacity = Math.max(1, Math.floor(most / this.#observations));
    this.#network = plan(most);
    this.embedded = zeros(x.n, this.#network.embedding.out.width);
  }

  static *make(caller: Caller, artifact: Artifact, x: Points, way: Way): Calls<NetworkOfTheta> {
    const made = new NetworkOfTheta(caller, artifact, x, way);
    const { arena, parameters, seen } = made.#network;
    caller.settle(arena);
    parameters.write(caller.memory, parameters.weights, artifact.weights);
    const seenByRow = yield* made.#embed(x);
    if (way.apart) {
      made.#seen = seenByRow;
      return made;
    }
    new Float32Array(caller.memory.buffer, seen.at, seenByRow.length).set(seenByRow);
    yield { emit: () => {}, brings: [numbersAt(seen.at, seenByRow.length)], takes: [] };
    return made;
  }

  get name(): string {
    return this.#caller.name;
  }

  *evaluate(points: Points, options: EvaluateOptions = {}): Calls<Evaluation> {
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
      yield* this.#evaluate({ data, n, dim: this.dim }, out);
    }
    return gradient ? { value, grad } : { value };
  }

  [Symbol.dispose](): void {
    this.#caller[Symbol.dispose]();
  }

  /** Embeds x; returns what each row contributes to the first sums. */
  *#embed(x: Points): Calls<Float32Array> {
    const { embedding: { input, out }, seen, layers, parameters } = this.#network;
    const weights = numbersAt(parameters.weights, parameters.count);
    yield { emit: (code) => emitPacking(code, layers), brings: [weights], takes: [] };
    const all = new Float32Array(x.n * seen.ld);
    for (let first = 0; first < x.n; first += this.#together) {
      const n = Math.min(this.#together, x.n - first);
      const some = { data: x.data.subarray(first * x.dim, (first + n) * x.dim), n, dim: x.dim };
      writeStandardised(this.#caller.memory, some, this.#artifact.scaling.x, input);
      yield {
        name: `see ${n}`,
        emit: (code) => emitSeen(code, this.#network, n),
        brings: [regionOf(input, n * x.dim / input.width)],
        takes: [regionOf(out, n), numbersAt(seen.at, n * seen.ld)],
      };
      const { buffer } = this.#caller.memory;
      for (let i = 0; i < n; i++) {
        row(this.embedded, first + i).set(new Float32Array(buffer, out.at + i * out.ld * 4, out.width));
      }
      all.set(new Float32Array(buffer, seen.at, n * seen.ld), first * seen.ld);
    }
    return all;
  }

  /** Copies to point i what its row of x contributes. */
  #pickSeen(n: number, rowOf: (i: number) => number): void {
    const { at, ld } = this.#network.seen;
    const picked = new Float32Array(this.#caller.memory.buffer, at, n * ld);
    for (let i = 0; i < n; i++) {
      let from = rowOf(i) * ld;
      for (let to = i * ld; to < (i + 1) * ld; to++, from++) picked[to] = this.#seen![from]!;
    }
  }

  /** Fills `value`, and `grad` if it is there. */
  *#evaluate(points: Points, { value, grad }: Evaluation): Calls<void> {
    const { n } = points;
    const gradient = grad !== undefined;
    const network = this.#network;
    const [spec, { scaling }] = [this.#spec, this.#artifact];
    writeStandardised(this.#caller.memory, points, scaling.theta, network.theta);
    const [observations, apart] = [this.#observations, this.#seen !== undefined];
    const values = valuesOf(spec, network);
    yield {
      name: `${gradient ? "gradient" : "value"} ${n}`,
      emit: (code) => emitDensity(code, spec, network, { n, observations, apart, gradient }),
      brings: [regionOf(network.theta, n), ...apart ? [numbersAt(network.seen.at, n * network.seen.ld)] : []],
      takes: [
        numbersAt(values, n * observations),
        ...gradient ? [regionOf(network.thetaGradient, n)] : [],
      ],
    };
    const out = new Float32Array(this.#caller.memory.buffer, values, n * this.#observations);
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
    const slopes = new Float32Array(this.#caller.memory.buffer, at, n * ld);
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
}

/** Numbers that the widest layer makes of a row. */
function widest(spec: NetworkSpec): number {
  return Object.values(weightShapes(spec)).reduce((most, shape) => Math.max(most, shape.at(-1) ?? 1), 1);
}
