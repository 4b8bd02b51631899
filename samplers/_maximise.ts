import { type LogDensity, type Points, row, zeros } from "@likely/core";

/** Where a search ended. */
export interface Peak {
  /** `[dim]`. */
  readonly position: Float64Array;
  /** In nats. */
  readonly value: number;
  /** Whether it ended because nothing was left to gain. */
  readonly isConverged: boolean;
  /** What the last step gained, in nats. */
  readonly gain: number;
}

const MEMORY = 10;
/** Cosine of step and change of gradient below which there is no curvature but rounding. */
const CURVED = 1e-10;
const MAX_HALVINGS = 40;
/** What is nothing to gain, in nats: a millionth of the peak's width away from it. */
const NOTHING = 1e-12;
/** Rounding errors of a value that a gain must exceed. */
const ROUNDING = 4 * Number.EPSILON;
/** The same of a surrogate, which may compute in float32; a search so near its peak ends soon. */
const COARSE_ROUNDING = 2e-7;
const LAST_STEPS = 5;

/**
 * Climbs from every row by L-BFGS with backtracking (Nocedal & Wright 2006, alg. 7.4 and 3.1);
 * all searches share each call of `evaluate`. Coordinates should be of about unit size: the first
 * step has length 1. A search ends where a Newton step, by the curvature met so far, would gain
 * nothing: that is measured in nats, whatever the units.
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
  return climbs.map(({ position, value, isConverged, gain }) => ({ position, value, isConverged, gain }));
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
  gain = 0;
  /** The point whose value is needed. */
  next: Float64Array;
  #gradient: Float64Array = new Float64Array(0);
  #direction: Float64Array = new Float64Array(0);
  #slope = 0;
  #size = 1;
  /** Of the first step along the gradient, where no curvature is known: the last one, doubled. */
  #reach = 1;
  #halvings = 0;
  /** Steps in a row that neither promised nor gained more than float32 rounds away. */
  #idle = 0;
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
    if (isFirst || this.#isUphill(value)) this.#arrive(value, gradient);
    else if (this.#isWorthMore()) this.#aim(this.#size / 2);
    else if (this.#pairs.length > 0 && !this.#isIdle(this.#slope)) this.#restart();
    else this.#end();
  }

  /** Enough of what the slope promised; a Newton step may lose what rounding does. */
  #isUphill(value: number): boolean {
    const slack = this.#pairs.length > 0 ? ROUNDING * Math.abs(this.value) : 0;
    // NaN compares false: it is no gain.
    return value > this.value + 1e-4 * this.#size * this.#slope - slack;
  }

  /** Whether a shorter step might do. */
  #isWorthMore(): boolean {
    if (this.#halvings++ >= MAX_HALVINGS) return false;
    return this.#pairs.length === 0 || this.#halvings < LAST_STEPS || !this.#isIdle(this.#size * this.#slope);
  }

  /** Whether so many nats are lost in rounding. */
  #isIdle(nats: number): boolean {
    return nats < NOTHING + COARSE_ROUNDING * Math.abs(this.value);
  }

  /** Uphill steps however small gain nothing: rounding, a kink, or a pole. */
  #end(): void {
    [this.done, this.isConverged] = [true, true];
  }

  #arrive(value: number, gradient: Float64Array): void {
    const isFirst = this.#gradient.length === 0;
    const wasNewton = this.#pairs.length > 0 && this.#size === 1;
    this.gain = isFirst ? 0 : value - this.value;
    if (!isFirst) this.#learn(gradient);
    this.position = this.next;
    this.value = value;
    this.#gradient = gradient;
    this.#turn();
    this.isConverged = gradient.every((g) => g === 0) || this.#hasNothingLeft(wasNewton);
    if (this.isConverged || this.#left-- <= 0) this.done = true;
  }

  /** Whether Newton steps, by the curvature met so far, gain nothing. */
  #hasNothingLeft(wasNewton: boolean): boolean {
    if (this.#pairs.length === 0) return false;
    const nothing = NOTHING + ROUNDING * Math.abs(this.value);
    this.#idle = this.#isIdle(Math.max(this.gain, this.#slope)) ? this.#idle + 1 : 0;
    return this.#slope < nothing || wasNewton && this.gain < nothing || this.#idle >= LAST_STEPS;
  }

  /** Remembers what the last step told about the curvature. */
  #learn(gradient: Float64Array): void {
    const s = this.next.map((x, j) => x - this.position[j]!);
    const y = this.#gradient.map((g, j) => g - gradient[j]!);
    const sy = dot(s, y);
    // A line or a hollow has no peak that its curvature could tell: the next step goes farther.
    if (!(sy > CURVED * Math.sqrt(dot(s, s) * dot(y, y)))) return void (this.#reach *= 2);
    this.#pairs = [...this.#pairs, { s, y, sy }].slice(-MEMORY);
  }

  #restart(): void {
    this.#pairs = [];
    this.#reach = Math.sqrt(dot(this.#direction, this.#direction)) * this.#size;
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
    const scale = last ? last.sy / dot(last.y, last.y) : this.#reach / (Math.sqrt(dot(q, q)) || 1);
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
