/**
 * A directed network that changes by steps, as an exponential random graph model in time.
 *
 * @module
 */

import { independent, key, simulator, type Task, uniform } from "@likely/core";
import { requireInteger, requireLength } from "@likely/core/check";
import { sigmoid, softplus } from "./_logistic.ts";
import { orderedPairs, requireDirected, tiesOf } from "./_ties.ts";
import { erdosRenyi } from "./erdos_renyi.ts";
import type { Graph } from "./graph.ts";

const ACTION = "build a temporal ERGM";
const FEATURES = 4;

/** Where and how long the network of {@linkcode temporalErgm} changes. */
export interface TemporalErgmOptions {
  /**
   * The network at time 0; directed, at least 3 nodes.
   *
   * @default {an Erdős–Rényi graph of 8 nodes at density 0.25}
   */
  readonly initial?: Graph;
  /**
   * Number of steps, ≥ 1.
   *
   * @default 6
   */
  readonly steps?: number;
}

/** The network, with room to run it in: a large typed array costs more to make than to fill. */
interface Chain {
  readonly nodes: number;
  /** `[p]`: where the ordered pairs stand in the ties. */
  readonly pairs: Uint32Array;
  readonly start: Uint8Array;
  /** `[nodes, nodes]`: the network before the step. */
  readonly ties: Uint8Array;
  /** `[p, 4]`: what the ties of the step are made of. */
  readonly features: Float64Array;
  /** `[steps, p]`: simulated rows. */
  readonly x: Float64Array;
}

/**
 * Builds the temporal ERGM task: what makes ties appear and last?
 *
 * Given the network Y before a step, the ties after it are independent,
 * `logit P(i → j) = theta · u_ij(Y)`, with four features: edge, 1; stability, `2 Y_ij − 1`;
 * reciprocity, `Y_ji`; transitivity, `Σ_k Y_ik Y_kj / (nodes − 2)`. The prior is uniform on
 * [−2.5, 0], [0, 2], [−0.5, 1.5] and [−1, 2].
 *
 * `x` is the networks after steps 1 to `steps`, in each the ordered pairs i ≠ j row by row: 1 a
 * tie, −1 none. Likelihood and score are exact: the score is `Σ (y − P) u`, its covariance the
 * mean of `Σ P (1 − P) u uᵀ`.
 *
 * Source: Hanneke, Fu & Xing (2010), "Discrete temporal models of social networks",
 * https://arxiv.org/abs/0908.1258, with ties independent given the past.
 *
 * @param options First network, number of steps.
 * @returns The task; likelihood and score are exact.
 * @throws {TypeError} If the network is undirected.
 * @throws {RangeError} If it has fewer than 3 nodes or `steps` is no whole number ≥ 1.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key } from "@likely/core";
 * import { temporalErgm } from "@likely/simulators";
 *
 * const { prior, simulator } = temporalErgm({ steps: 2 });
 * const theta = prior.sample(key(0), 3);
 * const x = simulator.simulate(key(1), theta);
 * assertEquals([x.dim, simulator.score!(theta, x).dim], [2 * 8 * 7, 4]);
 * ```
 */
export function temporalErgm(options: TemporalErgmOptions = {}): Task {
  const { initial = erdosRenyi(key(1), { nodes: 8, density: 0.25, directed: true }), steps = 6 } = options;
  requireDirected(ACTION, initial, 3);
  requireInteger(ACTION, "steps", steps, 1);
  const chain = openChain(initial, steps);
  return {
    name: "temporal_ergm",
    prior: independent({
      edge: uniform(-2.5, 0),
      stability: uniform(0, 2),
      reciprocity: uniform(-0.5, 1.5),
      transitivity: uniform(-1, 2),
    }),
    simulator: simulator({
      name: "temporal_ergm",
      thetaDim: FEATURES,
      xDim: chain.x.length,
      simulate: (random, theta) => {
        eachTie(theta, chain.x, chain, (at, eta) => {
          chain.x[at] = random.uniform() < sigmoid(eta) ? 1 : -1;
        });
        return chain.x;
      },
      logLikelihood: (theta, x) => logLikelihood(theta, x, chain),
      score: (theta, x) => score(theta, x, chain),
    }),
  };
}

function openChain(initial: Graph, steps: number): Chain {
  const pairs = orderedPairs(initial.nodes);
  const start = tiesOf(initial);
  return {
    nodes: initial.nodes,
    pairs,
    start,
    ties: start.slice(),
    features: new Float64Array(pairs.length * FEATURES),
    x: new Float64Array(steps * pairs.length),
  };
}

function logLikelihood(theta: Float64Array, x: Float64Array, chain: Chain): number {
  let total = 0;
  eachTie(theta, x, chain, (at, eta) => total -= softplus(x[at]! > 0 ? -eta : eta));
  return total;
}

function score(theta: Float64Array, x: Float64Array, chain: Chain): number[] {
  const out = [0, 0, 0, 0];
  eachTie(theta, x, chain, (at, eta, feature) => {
    const residual = (x[at]! > 0 ? 1 : 0) - sigmoid(eta);
    for (let f = 0; f < FEATURES; f++) out[f]! += residual * chain.features[feature + f]!;
  });
  return out;
}

/** Visits tie by tie, with its logit and where its features begin; `visit` may write the tie. */
function eachTie(
  theta: Float64Array,
  x: Float64Array,
  chain: Chain,
  visit: (at: number, eta: number, feature: number) => void,
): void {
  const { pairs, ties, features } = chain;
  requireLength("follow a network", "x", x.length, chain.x.length);
  ties.set(chain.start);
  for (let first = 0; first < x.length; first += pairs.length) {
    fillFeatures(chain);
    for (let p = 0; p < pairs.length; p++) {
      const u = p * FEATURES;
      const eta = theta[0]! + theta[1]! * features[u + 1]! + theta[2]! * features[u + 2]! +
        theta[3]! * features[u + 3]!;
      visit(first + p, eta, u);
    }
    for (let p = 0; p < pairs.length; p++) ties[pairs[p]!] = x[first + p]! > 0 ? 1 : 0;
  }
}

function fillFeatures({ nodes, pairs, ties, features }: Chain): void {
  for (let p = 0; p < pairs.length; p++) {
    const i = Math.floor(pairs[p]! / nodes);
    const j = pairs[p]! - i * nodes;
    let paths = 0;
    for (let k = 0; k < nodes; k++) paths += ties[i * nodes + k]! & ties[k * nodes + j]!;
    features[p * FEATURES] = 1;
    features[p * FEATURES + 1] = 2 * ties[i * nodes + j]! - 1;
    features[p * FEATURES + 2] = ties[j * nodes + i]!;
    features[p * FEATURES + 3] = paths / (nodes - 2);
  }
}
