import { type Points, row, type Stream } from "@likely/core";

/** How brackets are found. */
export interface SweepSettings {
  /** `[dim]`: the width of one step out. */
  readonly width: Float64Array;
  /** Largest bracket, in widths. */
  readonly maxSteps: number;
  /** Candidates evaluated in one call. */
  readonly lookahead: number;
}

// Each rejected candidate shrinks the bracket by a quarter or so on average: after this many
// the bracket is far below rounding error, and the chain stays where it is.
const MAX_SHRINKS = 300;

/**
 * One chain's way through one sweep: a state machine that asks for points (`propose`) and
 * takes their values (`receive`) until every coordinate has been updated once.
 *
 * A class: one is made per chain and sweep, and its two methods are the inner loop.
 */
export class SliceSweep {
  /** `[dim]`, the chain's own copy. */
  readonly position: Float64Array;
  /** `[dim]`: how far each coordinate moved. */
  readonly moved: Float64Array;
  /** In nats, at `position`. */
  logDensity: number;
  /** Coordinates that found no point on the slice and stayed. */
  stuck = 0;
  readonly #random: Stream;
  readonly #settings: SweepSettings;
  readonly #order: Uint32Array;
  readonly #candidates: Float64Array;
  #next = 0;
  #coordinate = 0;
  #origin = 0;
  #height = 0;
  #left = 0;
  #right = 0;
  #stepsLeft = 0;
  #stepsRight = 0;
  #shrinks = 0;

  constructor(random: Stream, position: Float64Array, logDensity: number, settings: SweepSettings) {
    this.position = position.slice();
    this.moved = new Float64Array(position.length);
    this.logDensity = logDensity;
    this.#random = random;
    this.#settings = settings;
    this.#candidates = new Float64Array(settings.lookahead);
    this.#order = permutation(random, position.length);
    this.#begin();
  }

  /** Whether every coordinate has had its turn. */
  get done(): boolean {
    return this.#next > this.#order.length;
  }

  /**
   * Writes the points whose values are needed next from row `first` on: the open ends of the
   * bracket and, on the bet that both ends turn out to lie outside the slice, the first
   * candidates inside it, each drawn as if those before it were rejected.
   *
   * @returns The row after the last one written.
   */
  propose(out: Points, first: number): number {
    let at = first;
    if (this.#stepsLeft > 0) this.#write(out, at++, this.#left);
    if (this.#stepsRight > 0) this.#write(out, at++, this.#right);
    let left = this.#left;
    let right = this.#right;
    for (let i = 0; i < this.#candidates.length; i++) {
      const x = left + this.#random.uniform() * (right - left);
      this.#candidates[i] = x;
      this.#write(out, at++, x);
      if (x < this.#origin) left = x;
      else right = x;
    }
    return at;
  }

  /**
   * Takes the values of the points last proposed. Candidates count only if the bracket they
   * were drawn from was final, which does not depend on them: the transition is Neal's.
   *
   * @returns The row after the last one read.
   */
  receive(values: Float64Array, first: number): number {
    const [at, hasGrown] = this.#stepOut(values, first);
    if (!hasGrown) this.#shrink(values, at);
    return at + this.#candidates.length;
  }

  #stepOut(values: Float64Array, first: number): [number, boolean] {
    const width = this.#settings.width[this.#coordinate]!;
    let at = first;
    let hasGrown = false;
    if (this.#stepsLeft > 0) {
      const isInside = values[at++]! > this.#height;
      this.#stepsLeft = isInside ? this.#stepsLeft - 1 : 0;
      if (isInside) this.#left -= width;
      hasGrown = isInside;
    }
    if (this.#stepsRight > 0) {
      const isInside = values[at++]! > this.#height;
      this.#stepsRight = isInside ? this.#stepsRight - 1 : 0;
      if (isInside) this.#right += width;
      hasGrown ||= isInside;
    }
    return [at, hasGrown];
  }

  #shrink(values: Float64Array, first: number): void {
    for (const [i, x] of this.#candidates.entries()) {
      // NaN compares false: it is outside.
      if (values[first + i]! > this.#height) return this.#accept(x, values[first + i]!);
      if (x < this.#origin) this.#left = x;
      else this.#right = x;
    }
    this.#shrinks += this.#candidates.length;
    if (this.#shrinks < MAX_SHRINKS) return;
    this.stuck++;
    this.#begin();
  }

  #accept(x: number, value: number): void {
    this.moved[this.#coordinate] = Math.abs(x - this.#origin);
    this.position[this.#coordinate] = x;
    this.logDensity = value;
    this.#begin();
  }

  /** Turns to the next coordinate: draws the slice's height and places the first bracket. */
  #begin(): void {
    if (this.#next++ >= this.#order.length) return;
    const { width, maxSteps } = this.#settings;
    const j = this.#order[this.#next - 1]!;
    this.#coordinate = j;
    this.#origin = this.position[j]!;
    this.#height = this.logDensity + Math.log(1 - this.#random.uniform());
    this.#left = this.#origin - this.#random.uniform() * width[j]!;
    this.#right = this.#left + width[j]!;
    // The cap is shared out at random between the sides, which keeps the update reversible.
    this.#stepsLeft = Math.floor(this.#random.uniform() * maxSteps);
    this.#stepsRight = maxSteps - 1 - this.#stepsLeft;
    this.#shrinks = 0;
  }

  #write(out: Points, at: number, x: number): void {
    const target = row(out, at);
    target.set(this.position);
    target[this.#coordinate] = x;
  }
}

/** Fisher–Yates. */
function permutation(random: Stream, n: number): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
