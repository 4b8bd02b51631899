// The events of a Hawkes process on a graph. A path is (t₁, i₁, t₂, i₂, …), rising in t, perhaps
// followed by numbers below 0 that mean nothing.
//
// Node i carries r = Σ exp(−ω (t − t_j)) and q = Σ (t − t_j) exp(−ω (t − t_j)) over the events at
// nodes that point to it; its rate is μ + α ω r. Between events both only decay.

import type { Stream } from "@likely/core";
import type { Run } from "./_path_simulator.ts";
import type { Graph } from "./graph.ts";

// More events than this are a failed run: echoes that outgrow their source never end.
const MOST_EVENTS = 100_000;

/** What is fixed of a process. */
export interface Hawkes {
  readonly graph: Graph;
  /** Rising; the last one is the end. */
  readonly times: readonly number[];
}

interface Rates {
  readonly mu: number;
  readonly alpha: number;
  readonly omega: number;
}

interface Echo {
  /** `[nodes]`. */
  readonly r: Float64Array;
  /** `[nodes]`: −∂r/∂ω. */
  readonly q: Float64Array;
}

/** Runs a process to the last of the times. */
export function runHawkes(random: Stream, theta: Float64Array, hawkes: Hawkes): Run | undefined {
  const { graph: { nodes }, times } = hawkes;
  const rates = ratesOf(theta);
  if (!Number.isFinite(rates.mu + rates.alpha + rates.omega)) return undefined;
  const echo = silence(nodes);
  const path: number[] = [];
  const summary = new Float64Array(times.length * nodes);
  let bin = 0;
  for (let time = 0; path.length < 2 * MOST_EVENTS;) {
    const wait = drawWait(random, rates, echo);
    time += wait;
    while (bin < times.length && times[bin]! < time) bin++;
    if (bin === times.length) return { summary, path };
    decay(echo, rates.omega, wait);
    const node = drawNode(random, rates, echo);
    excite(echo, hawkes.graph, node);
    path.push(time, node);
    summary[bin * nodes + node]!++;
  }
  return undefined;
}

// The next event is the first of two: one of the background, and one of the echoes, whose rate
// decays from α ω R, so that their chance to stay silent for s is exp(−α R (1 − e^−ωs)).
function drawWait(random: Stream, { mu, alpha, omega }: Rates, { r }: Echo): number {
  let loudness = 0;
  for (let i = 0; i < r.length; i++) loudness += r[i]!;
  // 1 − u is in (0, 1]: the logarithms stay finite.
  const background = -Math.log(1 - random.uniform()) / (r.length * mu);
  const left = 1 + Math.log(1 - random.uniform()) / (alpha * loudness);
  return left > 0 ? Math.min(background, -Math.log(left) / omega) : background;
}

function drawNode(random: Stream, { mu, alpha, omega }: Rates, { r }: Echo): number {
  let total = 0;
  for (let i = 0; i < r.length; i++) total += mu + alpha * omega * r[i]!;
  let rest = random.uniform() * total;
  for (let i = 0; i < r.length - 1; i++) {
    rest -= mu + alpha * omega * r[i]!;
    if (rest < 0) return i;
  }
  return r.length - 1;
}

/** The log density of the events, `Σ log λ(t) − ∫ Σ λ`. */
export function hawkesLogLikelihood(
  theta: Float64Array,
  path: ArrayLike<number>,
  hawkes: Hawkes,
): number {
  const rates = ratesOf(theta);
  const { mu, alpha, omega } = rates;
  const { graph: { nodes, offsets }, times } = hawkes;
  const end = times[times.length - 1]!;
  let total = -nodes * mu * end;
  eachEvent(rates, path, hawkes.graph, ({ node, time, r }) => {
    const targets = offsets[node + 1]! - offsets[node]!;
    total += Math.log(mu + alpha * omega * r) + alpha * targets * Math.expm1(-omega * (end - time));
  });
  return total;
}

/** Its θ-score. */
export function hawkesScore(theta: Float64Array, path: ArrayLike<number>, hawkes: Hawkes): number[] {
  const rates = ratesOf(theta);
  const { mu, alpha, omega } = rates;
  const { graph: { nodes, offsets }, times } = hawkes;
  const end = times[times.length - 1]!;
  const out = [-nodes * mu * end, 0, 0];
  eachEvent(rates, path, hawkes.graph, ({ node, time, r, q }) => {
    const rate = mu + alpha * omega * r;
    const reach = alpha * (offsets[node + 1]! - offsets[node]!);
    const left = omega * (end - time);
    out[0]! += mu / rate;
    out[1]! += alpha * omega * r / rate + reach * Math.expm1(-left);
    out[2]! += alpha * omega * (r - omega * q) / rate - reach * left * Math.exp(-left);
  });
  return out;
}

/** An event, and the echo its node stood in. */
interface Event {
  readonly node: number;
  readonly time: number;
  readonly r: number;
  readonly q: number;
}

function eachEvent(
  { omega }: Rates,
  path: ArrayLike<number>,
  graph: Graph,
  visit: (event: Event) => void,
): void {
  const echo = silence(graph.nodes);
  let before = 0;
  for (let m = 0; m < path.length && path[m]! >= 0; m += 2) {
    const [time, node] = [path[m]!, path[m + 1]!];
    decay(echo, omega, time - before);
    visit({ node, time, r: echo.r[node]!, q: echo.q[node]! });
    excite(echo, graph, node);
    before = time;
  }
}

function ratesOf(theta: Float64Array): Rates {
  return { mu: Math.exp(theta[0]!), alpha: Math.exp(theta[1]!), omega: Math.exp(theta[2]!) };
}

function silence(nodes: number): Echo {
  return { r: new Float64Array(nodes), q: new Float64Array(nodes) };
}

function decay({ r, q }: Echo, omega: number, wait: number): void {
  const kept = Math.exp(-omega * wait);
  for (let i = 0; i < r.length; i++) {
    q[i] = kept * (q[i]! + wait * r[i]!);
    r[i]! *= kept;
  }
}

function excite({ r }: Echo, { offsets, neighbors }: Graph, node: number): void {
  for (let e = offsets[node]!; e < offsets[node + 1]!; e++) r[neighbors[e]!]!++;
}
