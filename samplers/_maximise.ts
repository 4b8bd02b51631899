import { type LogDensity, type Points, row, zeros } from "@likely/core";

/** Where a search ended. */
export interface Peak {
  /** `[dim]`. */
  readonly position: Float64Array;
  /** In nats. */
  readonly value: number;
  /** Whether it ended because nothing was left to gain. */
  readonly isConverged: boolean;
}

const MEMORY = 10;
const MAX_HALVINGS = 40;
const GRADIENT_TOLERANCE = 1e-6;
const VALUE_TOLERANCE = 1e-12;

/**
 * Climbs from every row by L-BFGS with backtracking (Nocedal & Wright 2006, alg. 7.4 and 3.1);
 * all searches share each call of `evaluate`.
 */
export function maximise(target: LogDensity, start: Points, iterations: number): Peak[] {
  const { dim } = start;
  const climbs = Array.from({ length: start.n }, (_, c) => new Climb(row(start, c), iterations));
  const buffer = zeros(start.n, dim);
  for (let chains = Array.from(climbs.keys()); chains.length > 0;) {
    chains.forEach((c, i) => row(buffer, i).set(climbs[c]!.next));
    const points = { data: buffer.data.subarray(0, chains.length * dim), n: chains.length, dim };
    const { value, grad } = target.evaluate(points, { chains });
    chains.forEach((c, i) => climbs[c]!.receive(value[i]!, grad!.slice(i * dim, (i + 1) * dim)));
    chains = chains.filter((c) => !climbs[c]!.done);
  }
  return climbs.map(({ position, value, isConverged }) => ({ position, value, isConverged }));
}

interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly sy: number;
}

/** One search. A class: a state machine served by a shared loop. */
class Climb {
  position: Float64Array;
  value = -Infinity;
  done = false;
  isConverged = false;
  /** The point whose value is needed. */
  next: Float64Array;
  #gradient: Float64Array = new Float64Array(0);
  #direction: Float64Array = new Float64Array(0);
  #slope = 0;
  #size = 1;
  #halvings = 0;
  #left: number;
  #pairs: Pair[] = [];

  constructor(position: Float64Array, iterations: number) {
    this.position = position.slice();
    this.next = this.position;
    this.#left = iterations;
  }

  receive(value: number, gradient: Float64Array): void {
    const isFirst = this.#gradient.length === 0;
    if (isFirst && !Number.isFinite(value)) return void (this.done = true);
    // NaN compares false: it is no gain.
    if (isFirst || value >= this.value + 1e-4 * this.#size * this.#slope) this.#arrive(value, gradient);
    else if (this.#halvings++ < MAX_HALVINGS) this.#aim(this.#size / 2);
    else if (this.#pairs.length > 0) this.#restart();
    // Uphill steps however small gain nothing: rounding, or a kink.
    else [this.done, this.isConverged] = [true, true];
  }

  #arrive(value: number, gradient: Float64Array): void {
    const gain = value - this.value;
    if (this.#gradient.length > 0) this.#learn(gradient);
    this.position = this.next;
    this.value = value;
    this.#gradient = gradient;
    const scale = Math.max(1, Math.abs(value));
    this.isConverged = gradient.every((g) => Math.abs(g) < GRADIENT_TOLERANCE * scale) ||
      (gain < VALUE_TOLERANCE * scale);
    if (this.isConverged || this.#left-- <= 0) return void (this.done = true);
    this.#turn();
  }

  /** Remembers what the last step told about the curvature. */
  #learn(gradient: Float64Array): void {
    const s = this.next.map((x, j) => x - this.position[j]!);
    const y = this.#gradient.map((g, j) => g - gradient[j]!);
    const sy = dot(s, y);
    if (!(sy > 1e-12 * dot(y, y))) return;
    this.#pairs = [...this.#pairs, { s, y, sy }].slice(-MEMORY);
  }

  #restart(): void {
    this.#pairs = [];
    this.#turn();
  }

  /** The two-loop recursion. */
  #turn(): void {
    const q = this.#gradient.slice();
    const weights = this.#pairs.toReversed().map(({ s, y, sy }) => {
      const weight = dot(s, q) / sy;
      y.forEach((v, j) => q[j]! -= weight * v);
      return weight;
    }).reverse();
    const last = this.#pairs.at(-1);
    const scale = last ? last.sy / dot(last.y, last.y) : Math.min(1, 1 / Math.sqrt(dot(q, q)));
    q.forEach((v, j) => q[j] = scale * v);
    this.#pairs.forEach(({ s, y, sy }, i) => {
      const shift = weights[i]! - dot(y, q) / sy;
      s.forEach((v, j) => q[j]! += shift * v);
    });
    this.#direction = q;
    this.#slope = dot(q, this.#gradient);
    this.#halvings = 0;
    this.#aim(1);
  }

  #aim(size: number): void {
    this.#size = size;
    this.next = this.position.map((x, j) => x + size * this.#direction[j]!);
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, v, j) => sum + v * b[j]!, 0);
}
