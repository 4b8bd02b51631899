// Epidemics on a graph in continuous time, run event by event. A susceptible node with k infected
// neighbours is infected at rate β k + ε, an infected one recovers at rate γ; θ = log (β, γ, ε).
//
// The path is kept as its sufficient statistics: N_k infections that met k infected neighbours,
// for k = 0 to the largest degree; recoveries; and the integrals over time of the contacts
// between susceptible and infected nodes, of the susceptible and of the infected nodes. With C, S
// and I for these integrals, the log density of the path is
//
//   Σ_k N_k log(β k + ε) + N_rec log γ − β C − ε S − γ I.

import type { Stream } from "@likely/core";
import type { Graph } from "./graph.ts";
import type { Run } from "./_path_simulator.ts";

const [SUSCEPTIBLE, INFECTED, REMOVED] = [0, 1, 2];
// A guard against rates far outside any prior: more events than this are a failed run.
const MOST_EVENTS = 1_000_000;

/** What is fixed of an epidemic. */
export interface Epidemic {
  readonly graph: Graph;
  /** `[nodes]`: 1 for those infected at time 0. */
  readonly start: Float64Array;
  /** Rising; the last one is the end. */
  readonly times: readonly number[];
  /** How a snapshot shows a susceptible, an infected and a removed node. */
  readonly codes: readonly [number, number, number];
  /** Whether the recovered are immune. */
  readonly immune: boolean;
  /** The most neighbours of a node. */
  readonly degree: number;
}

/** Numbers in the statistics of a path. */
export function statisticsDim(degree: number): number {
  return degree + 5;
}

/** Runs an epidemic to its end. */
export function runEpidemic(random: Stream, theta: Float64Array, epidemic: Epidemic): Run | undefined {
  const [beta, gamma, epsilon] = theta.map(Math.exp) as unknown as [number, number, number];
  if (!Number.isFinite(beta + gamma + epsilon)) return undefined;
  const nodes = new Nodes(epidemic);
  let time = 0;
  for (let event = 0; event < MOST_EVENTS; event++) {
    const rate = beta * nodes.contacts + epsilon * nodes.susceptible + gamma * nodes.infected;
    // 1 − u is in (0, 1]; nothing more happens at rate 0.
    time += rate > 0 ? -Math.log(1 - random.uniform()) / rate : Infinity;
    if (nodes.waitUntil(time)) return { summary: nodes.snapshots, path: nodes.statistics };
    nodes.change(nodes.choose(random.uniform() * rate, { beta, gamma, epsilon }));
  }
  return undefined;
}

interface Rates {
  readonly beta: number;
  readonly gamma: number;
  readonly epsilon: number;
}

/** The log density of a path by its statistics. */
export function epidemicLogLikelihood(theta: Float64Array, path: ArrayLike<number>): number {
  const [beta, epsilon] = [Math.exp(theta[0]!), Math.exp(theta[2]!)];
  const end = path.length - 4;
  let total = path[end]! * theta[1]! - beta * path[end + 1]! - epsilon * path[end + 2]! -
    Math.exp(theta[1]!) * path[end + 3]!;
  for (let k = 0; k < end; k++) if (path[k]! > 0) total += path[k]! * Math.log(beta * k + epsilon);
  return total;
}

/** Its θ-score. */
export function epidemicScore(theta: Float64Array, path: ArrayLike<number>): number[] {
  const [beta, epsilon] = [Math.exp(theta[0]!), Math.exp(theta[2]!)];
  const end = path.length - 4;
  let byContact = 0;
  let spontaneous = 0;
  for (let k = 0; k < end; k++) {
    if (!(path[k]! > 0)) continue;
    // The share of contacts in the rate; without either there is nothing to share.
    const share = beta * k / Math.max(beta * k + epsilon, Number.MIN_VALUE);
    byContact += path[k]! * share;
    spontaneous += path[k]! * (1 - share);
  }
  return [
    byContact - beta * path[end + 1]!,
    path[end]! - Math.exp(theta[1]!) * path[end + 3]!,
    spontaneous - epsilon * path[end + 2]!,
  ];
}

/** The nodes of one run, with the counts that rates are made of. A class as there is one a row. */
class Nodes {
  readonly snapshots: Float64Array;
  readonly statistics: Float64Array;
  susceptible: number;
  infected = 0;
  /** Edges between a susceptible and an infected node. */
  contacts = 0;
  readonly #epidemic: Epidemic;
  readonly #state: Uint8Array;
  /** Infected neighbours of each node. */
  readonly #exposure: Uint32Array;
  #time = 0;
  #shown = 0;

  constructor(epidemic: Epidemic) {
    const { graph: { nodes }, start, times, degree } = epidemic;
    this.#epidemic = epidemic;
    this.snapshots = new Float64Array(times.length * nodes);
    this.statistics = new Float64Array(statisticsDim(degree));
    this.#state = new Uint8Array(nodes);
    this.#exposure = new Uint32Array(nodes);
    this.susceptible = nodes;
    for (let i = 0; i < nodes; i++) if (start[i]! > 0) this.#infect(i);
  }

  /** Lets nothing happen until `time`, or to the end, and says whether that came first. */
  waitUntil(time: number): boolean {
    const { graph: { nodes }, times, codes, degree } = this.#epidemic;
    const end = times[times.length - 1]!;
    for (; this.#shown < times.length && times[this.#shown]! <= time; this.#shown++) {
      for (let i = 0; i < nodes; i++) this.snapshots[this.#shown * nodes + i] = codes[this.#state[i]!]!;
    }
    const wait = Math.min(time, end) - this.#time;
    this.#time = time;
    this.statistics[degree + 2]! += this.contacts * wait;
    this.statistics[degree + 3]! += this.susceptible * wait;
    this.statistics[degree + 4]! += this.infected * wait;
    return time >= end;
  }

  /** The node whose share of the total rate holds `at`. */
  choose(at: number, { beta, gamma, epsilon }: Rates): number {
    let chosen = 0;
    for (let i = 0; i < this.#state.length; i++) {
      const state = this.#state[i]!;
      if (state === REMOVED) continue;
      const rate = state === INFECTED ? gamma : beta * this.#exposure[i]! + epsilon;
      if (rate === 0) continue;
      // Remembered, for rounding may leave a little after the last one.
      chosen = i;
      if (at < rate) break;
      at -= rate;
    }
    return chosen;
  }

  /** Infects a susceptible node, or lets an infected one recover. */
  change(i: number): void {
    if (this.#state[i] === SUSCEPTIBLE) {
      this.statistics[this.#exposure[i]!]!++;
      this.#infect(i);
    } else {
      this.statistics[this.#epidemic.degree + 1]!++;
      this.#recover(i);
    }
  }

  #infect(i: number): void {
    this.#state[i] = INFECTED;
    this.susceptible--;
    this.infected++;
    this.contacts -= this.#exposure[i]!;
    this.#expose(i, 1);
  }

  #recover(i: number): void {
    const { immune } = this.#epidemic;
    this.#state[i] = immune ? REMOVED : SUSCEPTIBLE;
    this.infected--;
    this.#expose(i, -1);
    if (immune) return;
    this.susceptible++;
    this.contacts += this.#exposure[i]!;
  }

  #expose(i: number, by: 1 | -1): void {
    const { offsets, neighbors } = this.#epidemic.graph;
    for (let e = offsets[i]!; e < offsets[i + 1]!; e++) {
      const j = neighbors[e]!;
      this.#exposure[j]! += by;
      if (this.#state[j] === SUSCEPTIBLE) this.contacts += by;
    }
  }
}
