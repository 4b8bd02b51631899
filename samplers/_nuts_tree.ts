import { drawNormal, type Points, row, type Stream } from "@likely/core";
import { addScaled, addScaledTransposed, type Metric } from "./_metric.ts";

/** A point in phase space; arrays are shared and never written to. */
export interface TreePhase {
  /** `[dim]`. */
  readonly position: Float64Array;
  /** In nats. */
  readonly logDensity: number;
  /** `[dim]`. */
  readonly gradient: Float64Array;
  /** `[dim]`, in scaled coordinates: standard normal a priori. */
  readonly momentum: Float64Array;
}

/** A stretch of the path, in the order in which it was walked. */
interface Stretch {
  readonly depth: number;
  readonly begin: TreePhase;
  readonly end: TreePhase;
  /** `[dim]`: the sum of all momenta. */
  readonly total: Float64Array;
  /** Log of the sum of `exp(H₀ − H)`. */
  readonly logWeight: number;
  /** A point drawn in proportion to these weights. */
  readonly proposal: TreePhase;
}

/** How to walk. */
export interface TreeSettings {
  /** Step size in scaled coordinates. */
  readonly size: number;
  /** The scale. */
  readonly metric: Metric;
  /** Most doublings. */
  readonly maxDepth: number;
}

// Energy is conserved up to a few units by a sound integration (Stan's threshold).
const DIVERGENCE = 1000;

/**
 * One chain's trajectory: a state machine that asks for one point (`propose`) and takes its
 * value and gradient (`receive`) until the trajectory turns around.
 *
 * Subtrees are merged like the carries of a binary counter, which visits the same pairs as the
 * recursion in the literature and needs one stretch per level.
 *
 * A class: one is made per chain and step, and its two methods are the inner loop.
 */
export class NutsTree {
  /** Whether the trajectory is complete. */
  done = false;
  /** Whether the last point had lost its energy. */
  diverged = false;
  /** Doublings. */
  depth = 0;
  /** Leapfrog steps. */
  leaps = 0;
  readonly #random: Stream;
  readonly #settings: TreeSettings;
  readonly #energy: number;
  readonly #pending: Stretch[] = [];
  #tree: Stretch;
  #isForward = true;
  #acceptance = 0;
  #edge: TreePhase;
  #half = new Float64Array(0);
  #next = new Float64Array(0);

  constructor(random: Stream, from: Omit<TreePhase, "momentum">, settings: TreeSettings) {
    const momentum = Float64Array.from(from.position, () => drawNormal(random));
    const begin = { ...from, momentum };
    this.#random = random;
    this.#settings = settings;
    this.#energy = hamiltonian(begin);
    this.#edge = begin;
    this.#tree = { depth: 0, begin, end: begin, total: momentum, logWeight: 0, proposal: begin };
    this.#double();
  }

  /** Where the chain goes. */
  get proposal(): TreePhase {
    return this.#tree.proposal;
  }

  /** Mean acceptance probability along the trajectory. */
  get acceptance(): number {
    return this.leaps === 0 ? 0 : this.#acceptance / this.leaps;
  }

  /** Writes the point whose value and gradient are needed next to row `at`. */
  propose(out: Points, at: number): void {
    const { size, metric } = this.#settings;
    const step = this.#isForward ? size : -size;
    const { position, gradient, momentum } = this.#edge;
    this.#half = momentum.slice();
    addScaledTransposed(this.#half, step / 2, metric, gradient);
    this.#next = position.slice();
    addScaled(this.#next, step, metric, this.#half);
    row(out, at).set(this.#next);
  }

  /** Takes value and gradient of the point last proposed; the gradient is kept. */
  receive(value: number, gradient: Float64Array): void {
    const { size, metric } = this.#settings;
    addScaledTransposed(this.#half, (this.#isForward ? size : -size) / 2, metric, gradient);
    const leaf = { position: this.#next, logDensity: value, gradient, momentum: this.#half };
    const gain = this.#energy - hamiltonian(leaf);
    this.leaps++;
    // NaN compares false: a point without energy is a divergence.
    this.diverged = !(gain > -DIVERGENCE);
    if (this.diverged) return void (this.done = true);
    this.#acceptance += Math.min(1, Math.exp(gain));
    this.#edge = leaf;
    const logWeight = Math.min(gain, Number.MAX_VALUE);
    this.#carry({ depth: 0, begin: leaf, end: leaf, total: leaf.momentum, logWeight, proposal: leaf });
  }

  /** Merges the new stretch with those of its length, and the last one with the tree. */
  #carry(leaf: Stretch): void {
    let stretch = leaf;
    while (this.#pending.at(-1)?.depth === stretch.depth) {
      const first = this.#pending.pop()!;
      if (turns(first, stretch)) return void (this.done = true);
      const share = Math.exp(stretch.logWeight - logAddExp(first.logWeight, stretch.logWeight));
      stretch = merged(first, stretch, this.#random.uniform() < share);
    }
    if (stretch.depth < this.depth) return void this.#pending.push(stretch);
    // Biased towards the new half: the chain moves farther.
    const share = Math.exp(stretch.logWeight - this.#tree.logWeight);
    const isTurned = turns(this.#tree, stretch);
    this.#tree = merged(this.#tree, stretch, this.#random.uniform() < share);
    this.depth++;
    if (isTurned || this.depth >= this.#settings.maxDepth) this.done = true;
    else this.#double();
  }

  /** Chooses a direction; the tree is turned so that the next half follows its end. */
  #double(): void {
    const isForward = this.#random.uniform() < 0.5;
    if (isForward !== this.#isForward) {
      this.#tree = { ...this.#tree, begin: this.#tree.end, end: this.#tree.begin };
    }
    this.#isForward = isForward;
    this.#edge = this.#tree.end;
  }
}

function merged(first: Stretch, second: Stretch, takesSecond: boolean): Stretch {
  return {
    depth: first.depth + 1,
    begin: first.begin,
    end: second.end,
    total: first.total.map((r, j) => r + second.total[j]!),
    logWeight: logAddExp(first.logWeight, second.logWeight),
    proposal: takesSecond ? second.proposal : first.proposal,
  };
}

/** The generalised criterion, over the whole and over each half with the other's first point. */
function turns(first: Stretch, second: Stretch): boolean {
  const outer = [first.begin.momentum, second.end.momentum] as const;
  return !(
    isStraight(outer, first.total, second.total) &&
    isStraight([outer[0], second.begin.momentum], first.total, second.begin.momentum) &&
    isStraight([first.end.momentum, outer[1]], second.total, first.end.momentum)
  );
}

/** Whether both ends still move along the sum of momenta `a + b`. */
function isStraight(
  [begin, end]: readonly [Float64Array, Float64Array],
  a: Float64Array,
  b: Float64Array,
): boolean {
  let [atBegin, atEnd] = [0, 0];
  for (let j = 0; j < a.length; j++) {
    atBegin += begin[j]! * (a[j]! + b[j]!);
    atEnd += end[j]! * (a[j]! + b[j]!);
  }
  return atBegin > 0 && atEnd > 0;
}

function hamiltonian({ logDensity, momentum }: TreePhase): number {
  let kinetic = 0;
  for (const r of momentum) kinetic += r * r;
  return kinetic / 2 - logDensity;
}

function logAddExp(a: number, b: number): number {
  const high = Math.max(a, b);
  return high === -Infinity ? high : high + Math.log1p(Math.exp(Math.min(a, b) - high));
}
