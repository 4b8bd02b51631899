// A Poisson process of rate one that can be asked for its count at any time without drawing all of its events.

import { drawBinomial, drawPoisson, type Noise } from "@likely/core";

/** Lengths of the parts whose events are drawn one by one, about as many as it is long. */
const LEAF = 32;

/**
 * Counts of long stretches are drawn first, then split in halves by binomials, down to short ones whose events
 * are uniform. Each number has a component of its own, so whoever asks sees the same process: those who jump
 * far draw a few numbers, those who want every event draw them all.
 */
export class PoissonProcess {
  readonly #noise: Noise;
  readonly #name: string;
  /** Halvings of a stretch. */
  readonly #depth: number;
  /** Events before each stretch, from the first; one more than is known of them. */
  readonly #before = [0];
  /** Events in the left half of each part that was split. */
  readonly #left = new Map<number, number>();
  #at = -1;
  #leaf = new Float64Array(0);
  #beforeLeaf = 0;

  /** `scale`: about how many events are of interest. */
  constructor(noise: Noise, name: string, scale: number) {
    this.#noise = noise;
    this.#name = name;
    this.#depth = Math.max(0, Math.ceil(Math.log2(scale / LEAF)));
  }

  /** Events until `time`, which is finite. */
  count(time: number): number {
    this.#open(Math.floor(time / LEAF));
    let n = 0;
    while (n < this.#leaf.length && this.#leaf[n]! <= time) n++;
    return this.#beforeLeaf + n;
  }

  /** The time of event `n`, from 0, in or after the part that was looked at last. */
  timeOf(n: number): number {
    if (this.#at < 0) this.#open(0);
    while (n >= this.#beforeLeaf + this.#leaf.length) this.#open(this.#at + 1);
    return this.#leaf[n - this.#beforeLeaf]!;
  }

  /** Draws the events of one short part, and those before it as counts. */
  #open(leaf: number): void {
    if (leaf === this.#at) return;
    const stretch = Math.floor(leaf / 2 ** this.#depth);
    while (this.#before.length <= stretch + 1) {
      const known = this.#before.length - 1;
      const random = this.#noise.of(`${this.#name} stretch ${known}`);
      this.#before.push(this.#before[known]! + drawPoisson(random, LEAF * 2 ** this.#depth));
    }
    let before = this.#before[stretch]!;
    let count = this.#before[stretch + 1]! - before;
    // Parts of a stretch are numbered as a heap is.
    let part = 1;
    for (let bit = this.#depth - 1; bit >= 0; bit--) {
      const left = this.#split(stretch * 2 ** (this.#depth + 1) + part, count);
      const isRight = Math.floor(leaf / 2 ** bit) % 2 === 1;
      before += isRight ? left : 0;
      count = isRight ? count - left : left;
      part = 2 * part + (isRight ? 1 : 0);
    }
    const random = this.#noise.of(`${this.#name} ${stretch * 2 ** (this.#depth + 1) + part}`);
    this.#leaf = Float64Array.from({ length: count }, () => LEAF * (leaf + random.uniform())).sort();
    this.#beforeLeaf = before;
    this.#at = leaf;
  }

  #split(part: number, count: number): number {
    const known = this.#left.get(part);
    if (known !== undefined) return known;
    const left = count > 0 ? drawBinomial(this.#noise.of(`${this.#name} ${part}`), count, 0.5) : 0;
    this.#left.set(part, left);
    return left;
  }
}
