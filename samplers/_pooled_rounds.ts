// Rows of several rounds as one sample, of the mixture of all proposals: what one round found no other loses.

import { type Key, type LogDensity, type Points, soundValue, zeros } from "@likely/core";
import { exp, log, log1p } from "@likely/core/elementary";
import type { Proposal } from "./importance.ts";

/** One round's rows. */
interface Round {
  readonly theta: Points;
  /** `[n]`: the target's log density. */
  readonly value: Float64Array;
  /** `[n]`: log Σ n_t q_t over all rounds' proposals. */
  readonly logMixture: Float64Array;
}

/**
 * Collects rounds: Cornuet, Marin, Mira & Robert (2012), "Adaptive multiple importance sampling".
 *
 * A class: it grows round by round, and everything is asked of all of it.
 */
export class PooledRounds {
  readonly #target: LogDensity;
  readonly #rounds: Round[] = [];
  readonly #proposals: { readonly proposal: Proposal; readonly logCount: number }[] = [];

  constructor(target: LogDensity) {
    this.#target = target;
  }

  /** Rows so far. */
  get n(): number {
    return this.#rounds.reduce((sum, { theta }) => sum + theta.n, 0);
  }

  /** Rounds so far. */
  get count(): number {
    return this.#rounds.length;
  }

  /** Draws and evaluates a round; gives its rows' log weights by their own proposal alone. */
  async add(key: Key, proposal: Proposal, n: number): Promise<Float64Array> {
    const theta = proposal.sample(key, n);
    const how = { gradient: false } as const;
    const found = await this.#target.evaluateAsync?.(theta, how) ?? this.#target.evaluate(theta, how);
    const value = found.value.map(soundValue);
    const own = proposal.logDensity(theta);
    const logCount = log(n);
    for (const round of this.#rounds) addTo(round.logMixture, proposal.logDensity(round.theta), logCount);
    const logMixture = own.map((v) => v + logCount);
    for (const before of this.#proposals) {
      addTo(logMixture, before.proposal.logDensity(theta), before.logCount);
    }
    this.#proposals.push({ proposal, logCount });
    this.#rounds.push({ theta, value, logMixture });
    return value.map((v, i) => soundValue(v - own[i]!));
  }

  /** All rows, `[N, d]`. */
  theta(): Points {
    const { dim } = this.#rounds[0]!.theta;
    const out = zeros(this.n, dim);
    let at = 0;
    for (const { theta } of this.#rounds) {
      out.data.set(theta.data, at);
      at += theta.data.length;
    }
    return out;
  }

  /** Their log weights, `[N]`, whose mean is the target's mass. */
  logWeights(): Float64Array {
    const logN = log(this.n);
    const out = new Float64Array(this.n);
    let at = 0;
    for (const { value, logMixture } of this.#rounds) {
      for (let i = 0; i < value.length; i++) out[at++] = soundValue(value[i]! - logMixture[i]! + logN);
    }
    return out;
  }
}

/** `to ← log(exp(to) + exp(values + shift))`. */
function addTo(to: Float64Array, values: Float64Array, shift: number): void {
  for (let i = 0; i < to.length; i++) {
    const [a, b] = [to[i]!, values[i]! + shift];
    const [high, low] = a > b ? [a, b] : [b, a];
    to[i] = low === -Infinity ? high : high + log1p(exp(low - high));
  }
}
