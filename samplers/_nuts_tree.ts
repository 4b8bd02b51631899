import { exp, log1p } from "@likely/core/elementary";
import { drawNormal, type Evaluation, type Points, type Stream } from "@likely/core";
import { addScaled, addScaledTransposed, type Metric } from "./_metric.ts";

/** Where a trajectory starts. */
export interface TreeStart {
  /** `[dim]`. */
  readonly position: Float64Array;
  /** In nats. */
  readonly logDensity: number;
  /** `[dim]`. */
  readonly gradient: Float64Array;
}

/** How to walk. */
export interface TreeSettings {
  /** Step size in scaled coordinates. */
  readonly size: number;
  /** The scale. */
  readonly metric: Metric;
}

/** A point that may become the chain's next. */
interface Candidate {
  position: Float64Array;
  gradient: Float64Array;
  logDensity: number;
  /** Log of the sum of `exp(H₀ − H)` over the points it was drawn from. */
  logWeight: number;
}

/** An end of the trajectory; `momentum` is standard normal a priori. */
interface Edge {
  readonly position: Float64Array;
  readonly gradient: Float64Array;
  readonly momentum: Float64Array;
}

/** A piece of the path, in the order in which it was walked. */
interface Stretch {
  /** It has `2 ** depth` points. */
  depth: number;
  /** `[dim]`: momentum of its first point. */
  begin: Float64Array;
  /** `[dim]`: momentum of its last point. */
  end: Float64Array;
  /** `[dim]`: the sum of all momenta. */
  readonly total: Float64Array;
}

// Energy is conserved up to a few units by a sound integration (Stan's threshold).
const DIVERGENCE = 1000;

/**
 * One chain's trajectories: a state machine that asks for one point (`propose`) and takes its
 * value and gradient (`receive`) until the trajectory turns around.
 *
 * The half that is being added is a stack of stretches, merged like the carries of a binary
 * counter; this visits the same pairs as the recursion in the literature. Points are drawn from
 * as they come by, which needs two candidates and no stretch's own.
 *
 * A class: all memory is allocated once and used for every trajectory, as most of a cheap
 * density's time would else be spent on it.
 */
export class NutsTree {
  /** Whether the trajectory is complete. */
  done = true;
  /** Whether the last point had lost its energy. */
  diverged = false;
  /** Doublings. */
  depth = 0;
  readonly #dim: number;
  readonly #maxDepth: number;
  readonly #stack: Stretch[] = [];
  readonly #tree: Stretch;
  readonly #forward: Edge;
  readonly #backward: Edge;
  #edge: Edge;
  #drawn: Candidate;
  #ahead: Candidate;
  #random: Stream = { uniform: () => NaN };
  #metric: Metric = { root: new Float64Array(0) };
  #size = 0;
  #energy = 0;
  #height = 0;
  #leaps = 0;
  #acceptance = 0;

  constructor(dim: number, maxDepth: number) {
    this.#dim = dim;
    this.#maxDepth = maxDepth;
    this.#tree = newStretch(dim);
    this.#forward = newEdge(dim);
    this.#backward = newEdge(dim);
    this.#edge = this.#forward;
    this.#drawn = newCandidate(dim);
    this.#ahead = newCandidate(dim);
  }

  /** `[dim]`: where the chain goes; overwritten by the next trajectory. */
  get position(): Float64Array {
    return this.#drawn.position;
  }

  /** `[dim]`: the gradient there. */
  get gradient(): Float64Array {
    return this.#drawn.gradient;
  }

  /** The log density there. */
  get logDensity(): number {
    return this.#drawn.logDensity;
  }

  /** Mean acceptance probability along the trajectory. */
  get acceptance(): number {
    return this.#acceptance / this.#leaps;
  }

  /** Starts a trajectory. */
  begin(random: Stream, from: TreeStart, { size, metric }: TreeSettings): void {
    const { position, gradient, logDensity } = from;
    const { momentum } = this.#forward;
    for (let j = 0; j < this.#dim; j++) momentum[j] = drawNormal(random);
    for (const edge of [this.#forward, this.#backward]) {
      edge.position.set(position);
      edge.gradient.set(gradient);
      edge.momentum.set(momentum);
    }
    this.#tree.total.set(momentum);
    keep(this.#drawn, this.#forward, logDensity);
    this.#drawn.logWeight = 0;
    [this.#random, this.#metric, this.#size] = [random, metric, size];
    this.#energy = kinetic(momentum) - logDensity;
    this.depth = this.#leaps = this.#acceptance = 0;
    this.done = this.diverged = false;
    this.#double();
  }

  /** Writes the point whose value and gradient are needed next to row `at`. */
  propose(out: Points, at: number): void {
    const { position, gradient, momentum } = this.#edge;
    addScaledTransposed(momentum, this.#size / 2, this.#metric, gradient);
    addScaled(position, this.#size, this.#metric, momentum);
    for (let j = 0; j < this.#dim; j++) out.data[at * this.#dim + j] = position[j]!;
  }

  /** Takes value and gradient of the point last proposed, which are in row `at`. */
  receive({ value, grad }: Evaluation, at: number): void {
    const { gradient, momentum } = this.#edge;
    for (let j = 0; j < this.#dim; j++) gradient[j] = grad![at * this.#dim + j]!;
    addScaledTransposed(momentum, this.#size / 2, this.#metric, gradient);
    const gain = this.#energy - kinetic(momentum) + value[at]!;
    this.#leaps++;
    // NaN compares false: a point without energy is a divergence.
    this.diverged = !(gain > -DIVERGENCE);
    if (this.diverged) return void (this.done = true);
    this.#acceptance += Math.min(1, exp(gain));
    this.#draw(value[at]!, Math.min(gain, Number.MAX_VALUE));
    this.#push();
    if (this.#merge()) this.done = true;
    else if (this.#stack[0]!.depth === this.depth) this.#extend();
  }

  /** Makes the new point the new half's candidate, in proportion to its weight. */
  #draw(logDensity: number, logWeight: number): void {
    this.#ahead.logWeight = logAddExp(this.#ahead.logWeight, logWeight);
    const share = exp(logWeight - this.#ahead.logWeight);
    if (this.#random.uniform() < share) keep(this.#ahead, this.#edge, logDensity);
  }

  /** Puts the new point on the stack, a stretch of its own. */
  #push(): void {
    const stretch = this.#stack[this.#height] ??= newStretch(this.#dim);
    this.#height++;
    stretch.depth = 0;
    for (const vector of [stretch.begin, stretch.end, stretch.total]) vector.set(this.#edge.momentum);
  }

  /** Merges stretches of one length on top of the stack; tells whether one of them turns. */
  #merge(): boolean {
    while (this.#height > 1) {
      const [first, second] = [this.#stack[this.#height - 2]!, this.#stack[this.#height - 1]!];
      if (first.depth !== second.depth) return false;
      if (turns(first, second)) return true;
      [first.end, second.end] = [second.end, first.end];
      add(first.total, second.total);
      first.depth++;
      this.#height--;
    }
    return false;
  }

  /** Adds the new half, which is complete. */
  #extend(): void {
    const [half] = this.#stack;
    // Biased towards the new half: the chain moves farther.
    const share = exp(this.#ahead.logWeight - this.#drawn.logWeight);
    const logWeight = logAddExp(this.#drawn.logWeight, this.#ahead.logWeight);
    if (this.#random.uniform() < share) [this.#drawn, this.#ahead] = [this.#ahead, this.#drawn];
    this.#drawn.logWeight = logWeight;
    const isTurned = turns(this.#tree, half!);
    add(this.#tree.total, half!.total);
    this.depth++;
    if (isTurned || this.depth >= this.#maxDepth) this.done = true;
    else this.#double();
  }

  /** Chooses a direction; the new half follows the tree's end there. */
  #double(): void {
    const isForward = this.#random.uniform() < 0.5;
    this.#edge = isForward ? this.#forward : this.#backward;
    this.#size = isForward ? Math.abs(this.#size) : -Math.abs(this.#size);
    this.#tree.begin.set((isForward ? this.#backward : this.#forward).momentum);
    this.#tree.end.set(this.#edge.momentum);
    this.#ahead.logWeight = -Infinity;
    this.#height = 0;
  }
}

/** The generalised criterion, over the whole and over each half with the other's first point. */
function turns(first: Stretch, second: Stretch): boolean {
  return !(
    isStraight(first.begin, second.end, first.total, second.total) &&
    isStraight(first.begin, second.begin, first.total, second.begin) &&
    isStraight(first.end, second.end, second.total, first.end)
  );
}

/** Whether both ends still move along the sum of momenta `a + b`. */
function isStraight(begin: Float64Array, end: Float64Array, a: Float64Array, b: Float64Array): boolean {
  let [atBegin, atEnd] = [0, 0];
  for (let j = 0; j < a.length; j++) {
    atBegin += begin[j]! * (a[j]! + b[j]!);
    atEnd += end[j]! * (a[j]! + b[j]!);
  }
  return atBegin > 0 && atEnd > 0;
}

function keep(candidate: Candidate, { position, gradient }: Edge, logDensity: number): void {
  candidate.position.set(position);
  candidate.gradient.set(gradient);
  candidate.logDensity = logDensity;
}

function kinetic(momentum: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < momentum.length; j++) sum += momentum[j]! ** 2;
  return sum / 2;
}

function add(to: Float64Array, from: Float64Array): void {
  for (let j = 0; j < to.length; j++) to[j]! += from[j]!;
}

function newStretch(dim: number): Stretch {
  const vector = () => new Float64Array(dim);
  return { depth: 0, begin: vector(), end: vector(), total: vector() };
}

function newEdge(dim: number): Edge {
  const vector = () => new Float64Array(dim);
  return { position: vector(), gradient: vector(), momentum: vector() };
}

function newCandidate(dim: number): Candidate {
  const vector = () => new Float64Array(dim);
  return { position: vector(), gradient: vector(), logDensity: 0, logWeight: 0 };
}

function logAddExp(a: number, b: number): number {
  const high = Math.max(a, b);
  return high === -Infinity ? high : high + log1p(exp(Math.min(a, b) - high));
}
