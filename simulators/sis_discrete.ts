/**
 * An epidemic on a graph in discrete time, all of it observed.
 *
 * @module
 */

import { independent, simulator, type Stream, type Task, uniform } from "@likely/core";
import { requireInteger, requireLength } from "@likely/core/check";
import { exampleGraph, initialStates, maxDegree } from "./_contagion.ts";
import { sigmoid, softplus } from "./_logistic.ts";
import type { Graph } from "./graph.ts";
import type { InfectedGraph } from "./infected_graph.ts";

const ACTION = "build a discrete-time SIS";

/** Where and how long the epidemic of {@linkcode sisDiscrete} runs. */
export interface SisDiscreteOptions extends InfectedGraph {
  /**
   * Number of steps, ≥ 1.
   *
   * @default 8
   */
  readonly steps?: number;
}

/** The epidemic, with room to run it in: a large typed array costs more to make than to fill. */
interface Chain {
  readonly graph: Graph;
  readonly steps: number;
  /** The most neighbours of a node. */
  readonly degree: number;
  /** `[steps + 1, nodes]`, of which the first row stays as it is. */
  readonly states: Float64Array;
  /** `[steps, nodes]`: the other rows, the same memory. */
  readonly x: Float64Array;
  /** `[nodes]`: infected neighbours. */
  readonly exposure: Float64Array;
}

/**
 * Builds the discrete-time SIS task: how infectious is a contact, when every state is seen?
 *
 * In one step, all nodes at once, an infected node recovers with probability γ, and a susceptible
 * one with k infected neighbours escapes infection with probability `q = (1 − e) (1 − p)^k`.
 * Parameters are the logits of p (a contact), γ and e (spontaneous infection), uniform on
 * [−2.5, 0], [−2.5, 0.5] and [−4.5, −1.5].
 *
 * `x` is the states after steps 1 to `steps`, node by node in each: 1 infected, −1 susceptible.
 * Likelihood and score are exact for any graph; with w = 1 for a node that escaped and
 * −q / (1 − q) for one that did not, R recoveries and E chances of one, the score is
 * `(−p Σ w k, R − γ E, −e Σ w)`. Chances of infection below 1e-300 count as 1e-300.
 *
 * Source: the chain binomial of Abbey (1952), "An examination of the Reed–Frost theory of
 * epidemics", with recovery to susceptible, on a graph.
 *
 * @param options Graph, first infected nodes, number of steps.
 * @returns The task; likelihood and score are exact.
 * @throws {TypeError} If the graph is directed.
 * @throws {RangeError} If a node is not in the graph or `steps` is no whole number ≥ 1.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key } from "@likely/core";
 * import { graphFromEdges, sisDiscrete } from "@likely/simulators";
 *
 * const graph = graphFromEdges(3, [[0, 1], [1, 2]]);
 * const { prior, simulator } = sisDiscrete({ graph, infected: [0], steps: 5 });
 * const theta = prior.sample(key(0), 4);
 * const x = simulator.simulate(key(1), theta);
 * assertEquals([x.dim, simulator.score!(theta, x).dim], [15, 3]);
 * ```
 */
export function sisDiscrete(options: SisDiscreteOptions = {}): Task {
  const { graph = exampleGraph(), infected = [0, 1], steps = 8 } = options;
  requireInteger(ACTION, "steps", steps, 1);
  const chain = openChain(graph, initialStates(ACTION, graph, infected), steps);
  return {
    name: "sis_discrete",
    prior: independent({
      logit_infection: uniform(-2.5, 0),
      logit_recovery: uniform(-2.5, 0.5),
      logit_spontaneous: uniform(-4.5, -1.5),
    }),
    simulator: simulator({
      name: "sis_discrete",
      thetaDim: 3,
      xDim: steps * graph.nodes,
      simulate: (random, theta) => simulate(random, theta, chain),
      logLikelihood: (theta, x) => logLikelihood(theta, transitions(x, chain)),
      score: (theta, x) => score(theta, transitions(x, chain)),
    }),
  };
}

function openChain(graph: Graph, start: Float64Array, steps: number): Chain {
  const states = new Float64Array((steps + 1) * graph.nodes);
  states.set(start);
  const exposure = new Float64Array(graph.nodes);
  return { graph, steps, degree: maxDegree(graph), states, x: states.subarray(graph.nodes), exposure };
}

function simulate(random: Stream, theta: Float64Array, chain: Chain): Float64Array {
  const { graph: { nodes }, steps, states, exposure } = chain;
  const recovers = sigmoid(theta[1]!);
  const caught = logEscapes(theta, chain.degree);
  for (let k = 0; k < caught.length; k++) caught[k] = -Math.expm1(caught[k]!);
  for (let at = 0; at < steps * nodes; at += nodes) {
    expose(chain, at);
    for (let i = 0; i < nodes; i++) {
      const u = random.uniform();
      const infected = states[at + i]! > 0 ? u >= recovers : u < caught[exposure[i]!]!;
      states[at + nodes + i] = infected ? 1 : -1;
    }
  }
  return chain.x;
}

/** `[degree + 1]`: log q of a susceptible node by its number of infected neighbours. */
function logEscapes(theta: Float64Array, degree: number): Float64Array {
  const [contact, spontaneous] = [softplus(theta[0]!), softplus(theta[2]!)];
  const out = new Float64Array(degree + 1);
  for (let k = 0; k <= degree; k++) out[k] = -spontaneous - k * contact;
  return out;
}

/** What the likelihood knows of an epidemic. */
interface Transitions {
  /** `[k]`: susceptible nodes with k infected neighbours that were infected. */
  readonly caught: Float64Array;
  /** `[k]`: those that were not. */
  readonly escaped: Float64Array;
  readonly recovered: number;
  /** Infected nodes over all steps: chances to recover. */
  readonly infected: number;
}

function transitions(x: Float64Array, chain: Chain): Transitions {
  const { graph: { nodes }, steps, degree, states, exposure } = chain;
  requireLength("score an epidemic", "x", x.length, chain.x.length);
  chain.x.set(x);
  const caught = new Float64Array(degree + 1);
  const escaped = new Float64Array(degree + 1);
  let recovered = 0;
  let infected = 0;
  for (let at = 0; at < steps * nodes; at += nodes) {
    expose(chain, at);
    for (let i = 0; i < nodes; i++) {
      const isInfected = states[at + nodes + i]! > 0;
      if (states[at + i]! > 0) {
        infected++;
        if (!isInfected) recovered++;
      } else if (isInfected) caught[exposure[i]!]!++;
      else escaped[exposure[i]!]!++;
    }
  }
  return { caught, escaped, recovered, infected };
}

/** Counts every node's infected neighbours in the row of states that begins at `at`. */
function expose({ graph: { nodes, offsets, neighbors }, states, exposure }: Chain, at: number): void {
  exposure.fill(0);
  for (let i = 0; i < nodes; i++) {
    if (!(states[at + i]! > 0)) continue;
    for (let e = offsets[i]!; e < offsets[i + 1]!; e++) exposure[neighbors[e]!]!++;
  }
}

function logLikelihood(theta: Float64Array, seen: Transitions): number {
  let total = -seen.recovered * softplus(-theta[1]!) - (seen.infected - seen.recovered) * softplus(theta[1]!);
  const logQs = logEscapes(theta, seen.caught.length - 1);
  for (let k = 0; k < logQs.length; k++) {
    const logQ = logQs[k]!;
    total += seen.escaped[k]! * logQ + seen.caught[k]! * Math.log(chance(logQ));
  }
  return total;
}

function score(theta: Float64Array, seen: Transitions): number[] {
  let weight = 0;
  let exposed = 0;
  const logQs = logEscapes(theta, seen.caught.length - 1);
  for (let k = 0; k < logQs.length; k++) {
    const logQ = logQs[k]!;
    const w = seen.escaped[k]! - seen.caught[k]! * Math.exp(logQ) / chance(logQ);
    weight += w;
    exposed += w * k;
  }
  return [
    -sigmoid(theta[0]!) * exposed,
    seen.recovered - sigmoid(theta[1]!) * seen.infected,
    -sigmoid(theta[2]!) * weight,
  ];
}

/** 1 − q, told from 0: shuffled pairs ask for what has no chance. */
function chance(logQ: number): number {
  return Math.max(-Math.expm1(logQ), 1e-300);
}
