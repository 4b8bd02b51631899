import { log } from "@likely/core/elementary";
import { type Evaluation, foldIn, type Key, type Points, type Stream, stream } from "@likely/core";
import type { Walker } from "./_run_ahead.ts";

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

/** What a sweep came to. */
export interface Swept {
  /** `[dim]`. */
  readonly position: Float64Array;
  /** In nats. */
  readonly logDensity: number;
  /** `[dim]`: how far each coordinate moved. */
  readonly moved: Float64Array;
  /** Coordinates that found no point on the slice and stayed. */
  readonly stuck: number;
}

/**
 * One chain's way through its sweeps: a state machine that asks for points (`propose`) and
 * takes their values (`receive`) until every coordinate has been updated once.
 *
 * A class: its two methods are the inner loop.
 */
export class SliceSweep implements Walker<Swept> {
  readonly #chain: number;
  readonly #settings: SweepSettings;
  readonly #position: Float64Array;
  readonly #moved: Float64Array;
  readonly #order: Uint32Array;
  readonly #candidates: Float64Array;
  #random: Stream = { uniform: () => NaN };
  #logDensity: number;
  #stuck = 0;
  #next = 0;
  #coordinate = 0;
  #origin = 0;
  #height = 0;
  #left = 0;
  #right = 0;
  #stepsLeft = 0;
  #stepsRight = 0;
  #shrinks = 0;

  constructor(
    chain: number,
    { position, logDensity }: Pick<Swept, "position" | "logDensity">,
    settings: SweepSettings,
  ) {
    this.#chain = chain;
    this.#settings = settings;
    this.#position = position.slice();
    this.#logDensity = logDensity;
    this.#moved = new Float64Array(position.length);
    this.#order = new Uint32Array(position.length);
    this.#candidates = new Float64Array(settings.lookahead);
  }

  /** Starts a sweep, in an order of its own. */
  begin(key: Key): void {
    this.#random = stream(foldIn(key, this.#chain));
    this.#moved.fill(0);
    this.#stuck = 0;
    this.#next = 0;
    shuffle(this.#random, this.#order);
    this.#turn();
  }

  /** Where the sweep has led, once every coordinate has had its turn. */
  result(): Swept | undefined {
    if (this.#next <= this.#order.length) return undefined;
    return {
      position: this.#position.slice(),
      logDensity: this.#logDensity,
      moved: this.#moved.slice(),
      stuck: this.#stuck,
    };
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
  receive({ value }: Evaluation, first: number): number {
    let at = first;
    const hasGrownLeft = this.#stepsLeft > 0 && this.#stepLeft(value[at++]!);
    const hasGrownRight = this.#stepsRight > 0 && this.#stepRight(value[at++]!);
    if (!hasGrownLeft && !hasGrownRight) this.#shrink(value, at);
    return at + this.#candidates.length;
  }

  /** Whether the left end lies on the slice: the bracket then grows. */
  #stepLeft(value: number): boolean {
    const isInside = value > this.#height;
    this.#stepsLeft = isInside ? this.#stepsLeft - 1 : 0;
    if (isInside) this.#left -= this.#settings.width[this.#coordinate]!;
    return isInside;
  }

  #stepRight(value: number): boolean {
    const isInside = value > this.#height;
    this.#stepsRight = isInside ? this.#stepsRight - 1 : 0;
    if (isInside) this.#right += this.#settings.width[this.#coordinate]!;
    return isInside;
  }

  #shrink(values: Float64Array, first: number): void {
    for (let i = 0; i < this.#candidates.length; i++) {
      const x = this.#candidates[i]!;
      // NaN compares false: it is outside.
      if (values[first + i]! > this.#height) return this.#accept(x, values[first + i]!);
      if (x < this.#origin) this.#left = x;
      else this.#right = x;
    }
    this.#shrinks += this.#candidates.length;
    if (this.#shrinks < MAX_SHRINKS) return;
    this.#stuck++;
    this.#turn();
  }

  #accept(x: number, value: number): void {
    this.#moved[this.#coordinate] = Math.abs(x - this.#origin);
    this.#position[this.#coordinate] = x;
    this.#logDensity = value;
    this.#turn();
  }

  /** Turns to the next coordinate: draws the slice's height and places the first bracket. */
  #turn(): void {
    if (this.#next++ >= this.#order.length) return;
    const { width, maxSteps } = this.#settings;
    const j = this.#order[this.#next - 1]!;
    this.#coordinate = j;
    this.#origin = this.#position[j]!;
    this.#height = this.#logDensity + log(1 - this.#random.uniform());
    this.#left = this.#origin - this.#random.uniform() * width[j]!;
    this.#right = this.#left + width[j]!;
    // The cap is shared out at random between the sides, which keeps the update reversible.
    this.#stepsLeft = Math.floor(this.#random.uniform() * maxSteps);
    this.#stepsRight = maxSteps - 1 - this.#stepsLeft;
    this.#shrinks = 0;
  }

  #write(out: Points, at: number, x: number): void {
    const begin = at * out.dim;
    for (let j = 0; j < out.dim; j++) out.data[begin + j] = this.#position[j]!;
    out.data[begin + this.#coordinate] = x;
  }
}

/** A random order of 0, 1, …: Fisher–Yates. */
function shuffle(random: Stream, order: Uint32Array): void {
  for (let i = 0; i < order.length; i++) order[i] = i;
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
}
