import { type Evaluation, type Key, type LogDensity, type Points, zeros } from "@likely/core";

/** One chain at work: a state machine that asks for points and takes their values. */
export interface Walker<R> {
  /** Begins a transition. */
  begin(key: Key): void;
  /** Writes the points it needs next from row `first` on; returns the row after the last one. */
  propose(out: Points, first: number): number;
  /** Takes their values, from row `first` on; returns the row after the last one read. */
  receive(evaluation: Evaluation, first: number): number;
  /** What the transition came to; nothing as long as it goes on. */
  result(): R | undefined;
}

/** How far to run. */
export interface Span {
  /** Transitions of each chain. */
  readonly steps: number;
  /** Key of each transition, the same for all chains. */
  readonly keyOf: (step: number) => Key;
}

/** How far to run, and how. */
export interface RunAheadOptions extends Span {
  /** Most points that a chain asks for at once. */
  readonly rows: number;
  /** Whether gradients are wanted. */
  readonly gradient: boolean;
}

// A chain this far ahead of the slowest waits for it: what it has done is held in memory.
const AHEAD = 256;

/**
 * Runs all chains, each at its own pace: every call of `evaluate` serves all that are not done,
 * and a chain that ends a transition begins the next at once.
 *
 * Yields once a transition is complete in all chains: its results, and the calls since the last.
 */
export function* runAhead<R>(
  target: LogDensity,
  walkers: readonly Walker<R>[],
  { steps, keyOf, rows, gradient }: RunAheadOptions,
): Generator<{ readonly results: R[]; readonly evaluations: number }, void, void> {
  const buffer = zeros(walkers.length * rows, target.dim);
  const owners = new Uint32Array(buffer.n);
  const done: R[][] = walkers.map(() => []);
  const room = (step: number) => (c: number) => done[c]!.length < Math.min(steps - step, AHEAD);
  walkers.forEach((walker) => walker.begin(keyOf(0)));
  let busy = Array.from(walkers.keys());
  let [step, evaluations] = [0, 0];
  while (step < steps) {
    serve(target, walkers, { busy, buffer, owners, gradient });
    evaluations++;
    let hasEnded = false;
    for (const c of busy) {
      const result = walkers[c]!.result();
      if (result === undefined) continue;
      hasEnded = true;
      const next = step + done[c]!.push(result);
      if (next < steps) walkers[c]!.begin(keyOf(next));
    }
    if (!hasEnded) continue;
    for (; step < steps && done.every((queue) => queue.length > 0); step++, evaluations = 0) {
      yield { results: done.map((queue) => queue.shift()!), evaluations };
    }
    busy = Array.from(walkers.keys()).filter(room(step));
  }
}

/** One call of `evaluate` for all that are busy. */
function serve<R>(
  target: LogDensity,
  walkers: readonly Walker<R>[],
  { busy, buffer, owners, gradient }: {
    readonly busy: readonly number[];
    readonly buffer: Points;
    readonly owners: Uint32Array;
    readonly gradient: boolean;
  },
): void {
  const { dim } = buffer;
  let n = 0;
  for (const c of busy) {
    const first = n;
    n = walkers[c]!.propose(buffer, first);
    owners.fill(c, first, n);
  }
  const points = { data: buffer.data.subarray(0, n * dim), n, dim };
  const evaluation = target.evaluate(points, { gradient, chains: owners.subarray(0, n) });
  let first = 0;
  for (const c of busy) first = walkers[c]!.receive(evaluation, first);
}
