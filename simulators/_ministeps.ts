// The ministeps of an actor-oriented model: an actor has a chance, and toggles one tie or none.
// A path is the cells i · nodes + j in order; a cell of the diagonal changes nothing.

import { logGamma, type Stream } from "@likely/core";
import type { Run } from "./_path_simulator.ts";
import { orderedPairs, tiesOf } from "./_ties.ts";
import type { Graph } from "./graph.ts";

const FEATURES = 3;
// A guard against rates far outside any prior: more ministeps than this are a failed run.
const MOST_STEPS = 1_000_000;

/** The model, with room to run it in. */
export interface Actors {
  readonly nodes: number;
  readonly times: readonly number[];
  /** `[p]`: where the ordered pairs stand in the ties. */
  readonly pairs: Uint32Array;
  readonly start: Uint8Array;
  /** `[nodes, nodes]`: the network before the ministep. */
  readonly ties: Uint8Array;
  /** `[nodes, 3]`: how an actor's statistics would change, choice by choice. */
  readonly changes: Float64Array;
  /** `[nodes]`: probabilities of the choices. */
  readonly chances: Float64Array;
}

/** Makes room for a model. */
export function openActors(initial: Graph, times: readonly number[]): Actors {
  const { nodes } = initial;
  const start = tiesOf(initial);
  return {
    nodes,
    times,
    pairs: orderedPairs(nodes),
    start,
    ties: start.slice(),
    changes: new Float64Array(nodes * FEATURES),
    chances: new Float64Array(nodes),
  };
}

/** Runs the actors to the last of the times. */
export function runActors(random: Stream, theta: Float64Array, actors: Actors): Run | undefined {
  const { nodes, times, pairs, ties } = actors;
  const rate = nodes * Math.exp(theta[0]!);
  if (!Number.isFinite(rate + theta[1]! + theta[2]! + theta[3]!)) return undefined;
  ties.set(actors.start);
  const path: number[] = [];
  const summary = new Float64Array(times.length * pairs.length);
  let shown = 0;
  for (let time = 0; path.length < MOST_STEPS;) {
    // 1 − u is in (0, 1]: the logarithm stays finite.
    time -= Math.log(1 - random.uniform()) / rate;
    for (; shown < times.length && times[shown]! <= time; shown++) show(actors, summary, shown);
    if (shown === times.length) return { summary, path };
    path.push(step(random, theta, actors));
  }
  return undefined;
}

function show({ pairs, ties }: Actors, summary: Float64Array, shown: number): void {
  for (let p = 0; p < pairs.length; p++) summary[shown * pairs.length + p] = ties[pairs[p]!]! > 0 ? 1 : -1;
}

function step(random: Stream, theta: Float64Array, actors: Actors): number {
  const { nodes, chances } = actors;
  const i = Math.floor(random.uniform() * nodes);
  weigh(theta, actors, i);
  let rest = random.uniform();
  let j = 0;
  while (j < nodes - 1 && rest >= chances[j]!) rest -= chances[j++]!;
  toggle(actors, i * nodes + j);
  return i * nodes + j;
}

function toggle({ nodes, ties }: Actors, cell: number): void {
  if (cell % (nodes + 1) !== 0) ties[cell]! ^= 1;
}

/**
 * The log probability of the ministeps, a Poisson number of them: with M ministeps until T,
 * `M log(ρ T) − n ρ T − log M! + Σ log P(choice)`.
 */
export function ministepLogLikelihood(
  theta: Float64Array,
  path: ArrayLike<number>,
  actors: Actors,
): number {
  const span = actors.times[actors.times.length - 1]!;
  let total = -actors.nodes * Math.exp(theta[0]!) * span;
  const steps = eachStep(theta, path, actors, (j) => total += Math.log(actors.chances[j]!));
  return total + steps * (theta[0]! + Math.log(span)) - logGamma(steps + 1);
}

/** Its θ-score. */
export function ministepScore(theta: Float64Array, path: ArrayLike<number>, actors: Actors): number[] {
  const { nodes, times, chances, changes } = actors;
  const out = [-nodes * Math.exp(theta[0]!) * times[times.length - 1]!, 0, 0, 0];
  out[0]! += eachStep(theta, path, actors, (j) => {
    for (let f = 0; f < FEATURES; f++) {
      let mean = 0;
      for (let h = 0; h < nodes; h++) mean += chances[h]! * changes[h * FEATURES + f]!;
      out[1 + f]! += changes[j * FEATURES + f]! - mean;
    }
  });
  return out;
}

/** Visits the choice of every ministep with its chances weighed; returns how many there are. */
function eachStep(
  theta: Float64Array,
  path: ArrayLike<number>,
  actors: Actors,
  visit: (j: number) => void,
): number {
  const { nodes } = actors;
  actors.ties.set(actors.start);
  let m = 0;
  for (; m < path.length && path[m]! >= 0; m++) {
    const i = Math.floor(path[m]! / nodes);
    weigh(theta, actors, i);
    visit(path[m]! - i * nodes);
    toggle(actors, path[m]!);
  }
  return m;
}

/** Fills in what actor i may choose from: changes of its statistics, and their probabilities. */
function weigh(theta: Float64Array, actors: Actors, i: number): void {
  const { nodes, changes, chances } = actors;
  let most = -Infinity;
  for (let j = 0; j < nodes; j++) {
    fillChange(actors, i, j);
    const at = j * FEATURES;
    chances[j] = theta[1]! * changes[at]! + theta[2]! * changes[at + 1]! + theta[3]! * changes[at + 2]!;
    most = Math.max(most, chances[j]!);
  }
  let total = 0;
  for (let j = 0; j < nodes; j++) total += chances[j] = Math.exp(chances[j]! - most);
  for (let j = 0; j < nodes; j++) chances[j]! /= total;
}

// A tie i → j closes the triplets i → h → j and opens i → j → h, both with i → h.
function fillChange({ nodes, ties, changes }: Actors, i: number, j: number): void {
  const sign = i === j ? 0 : ties[i * nodes + j]! > 0 ? -1 : 1;
  let triplets = 0;
  for (let h = 0; h < nodes; h++) {
    if (ties[i * nodes + h]! > 0) triplets += ties[h * nodes + j]! + ties[j * nodes + h]!;
  }
  changes[j * FEATURES] = sign;
  changes[j * FEATURES + 1] = sign * ties[j * nodes + i]!;
  changes[j * FEATURES + 2] = sign * triplets;
}
