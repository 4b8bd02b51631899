/**
 * A network of two kinds of pairs, whose edges are born and die.
 *
 * @module
 */

import { independent, key, simulator, type Stream, type Task, uniform } from "@likely/core";
import { requireInteger, requireLength } from "@likely/core/check";
import { sigmoid, softplus } from "./_logistic.ts";
import { tiesOf } from "./_ties.ts";
import { erdosRenyi } from "./erdos_renyi.ts";
import type { Graph } from "./graph.ts";

const ACTION = "build a dynamic block model";

/** Where and how long the network of {@linkcode dynamicBlockModel} changes. */
export interface DynamicBlockModelOptions {
  /**
   * `[nodes]`: the block of every node.
   *
   * @default {[0, 0, 0, 0, 1, 1, 1, 1]}
   */
  readonly blocks?: readonly number[];
  /**
   * The network at time 0; undirected.
   *
   * @default {an Erdős–Rényi graph of as many nodes at density 0.3}
   */
  readonly initial?: Graph;
  /**
   * Number of steps, ≥ 1.
   *
   * @default 8
   */
  readonly steps?: number;
}

/** The pairs i < j. */
interface Pairs {
  /** `[p]`: 0 within a block, 1 between blocks. */
  readonly kind: Uint8Array;
  /** `[p]`: 1 for an edge at time 0. */
  readonly start: Uint8Array;
}

/**
 * Builds the dynamic block model task: how much shorter do edges between the blocks live?
 *
 * The blocks are known. In one step an absent edge is born and a present one dies, each pair for
 * itself, with probabilities that differ within a block and between blocks. Parameters are the
 * logits of birth within, birth between, death within and death between, uniform on [−3, 0],
 * [−4, −1], [−3, 0] and [−3, 0].
 *
 * `x` is the networks after steps 1 to `steps`, in each the pairs i < j row by row: 1 an edge, −1
 * none. With c changes of a kind in m chances, the log-likelihood is `Σ c θ − m log(1 + e^θ)`, and
 * the score `c − m sigmoid(θ)`.
 *
 * Source: Xu (2015), "Stochastic block transition models for dynamic networks",
 * https://arxiv.org/abs/1411.5404, with known blocks.
 *
 * @param options Blocks, first network, number of steps.
 * @returns The task; likelihood and score are exact.
 * @throws {TypeError} If the network is directed or has another number of nodes than `blocks`.
 * @throws {RangeError} If there are fewer than 2 nodes or `steps` is no whole number ≥ 1.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key } from "@likely/core";
 * import { dynamicBlockModel } from "@likely/simulators";
 *
 * const { prior, simulator } = dynamicBlockModel({ blocks: [0, 0, 1, 1], steps: 5 });
 * const theta = prior.sample(key(0), 3);
 * const x = simulator.simulate(key(1), theta);
 * assertEquals([x.dim, simulator.score!(theta, x).dim], [5 * 6, 4]);
 * ```
 */
export function dynamicBlockModel(options: DynamicBlockModelOptions = {}): Task {
  const { blocks = [0, 0, 0, 0, 1, 1, 1, 1], steps = 8 } = options;
  requireInteger(ACTION, "the number of nodes", blocks.length, 2);
  requireInteger(ACTION, "steps", steps, 1);
  const { initial = erdosRenyi(key(2), { nodes: blocks.length, density: 0.3 }) } = options;
  const pairs = pairsOf(blocks, initial);
  return {
    name: "dynamic_block_model",
    prior: independent({
      logit_birth_within: uniform(-3, 0),
      logit_birth_between: uniform(-4, -1),
      logit_death_within: uniform(-3, 0),
      logit_death_between: uniform(-3, 0),
    }),
    simulator: simulator({
      name: "dynamic_block_model",
      thetaDim: 4,
      xDim: steps * pairs.kind.length,
      simulate: (random, theta) => simulate(random, theta.map(sigmoid), { pairs, steps }),
      logLikelihood: (theta, x) => logLikelihood(theta, countChanges(x, { pairs, steps })),
      score: (theta, x) => score(theta, countChanges(x, { pairs, steps })),
    }),
  };
}

function pairsOf(blocks: readonly number[], initial: Graph): Pairs {
  if (initial.directed) {
    throw new TypeError(`Cannot ${ACTION} as initial must be undirected: current value is directed`);
  }
  requireLength(ACTION, "blocks", blocks.length, initial.nodes);
  const ties = tiesOf(initial);
  const kind: number[] = [];
  const start: number[] = [];
  for (let i = 0; i < initial.nodes; i++) {
    for (let j = i + 1; j < initial.nodes; j++) {
      kind.push(blocks[i] === blocks[j] ? 0 : 1);
      start.push(ties[i * initial.nodes + j]!);
    }
  }
  return { kind: Uint8Array.from(kind), start: Uint8Array.from(start) };
}

interface Watch {
  readonly pairs: Pairs;
  readonly steps: number;
}

function simulate(random: Stream, chances: Float64Array, { pairs, steps }: Watch): Float64Array {
  const { kind, start } = pairs;
  const x = new Float64Array(steps * kind.length);
  for (let at = 0; at < x.length; at++) {
    const p = at % kind.length;
    const present = at < kind.length ? start[p]! > 0 : x[at - kind.length]! > 0;
    const changes = random.uniform() < chances[(present ? 2 : 0) + kind[p]!]!;
    x[at] = present === changes ? -1 : 1;
  }
  return x;
}

/** `[4]` each: what happened, and what could have. */
interface Changes {
  readonly made: readonly number[];
  readonly possible: readonly number[];
}

function countChanges(x: Float64Array, { pairs: { kind, start }, steps }: Watch): Changes {
  requireLength("follow a network", "x", x.length, steps * kind.length);
  const made = [0, 0, 0, 0];
  const possible = [0, 0, 0, 0];
  for (let at = 0; at < x.length; at++) {
    const p = at % kind.length;
    const present = at < kind.length ? start[p]! > 0 : x[at - kind.length]! > 0;
    const change = (present ? 2 : 0) + kind[p]!;
    possible[change]!++;
    if (x[at]! > 0 !== present) made[change]!++;
  }
  return { made, possible };
}

function logLikelihood(theta: Float64Array, { made, possible }: Changes): number {
  let total = 0;
  for (let j = 0; j < 4; j++) {
    total -= made[j]! * softplus(-theta[j]!) + (possible[j]! - made[j]!) * softplus(theta[j]!);
  }
  return total;
}

function score(theta: Float64Array, { made, possible }: Changes): number[] {
  return made.map((count, j) => count - possible[j]! * sigmoid(theta[j]!));
}
