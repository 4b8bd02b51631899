import { exp, log } from "@likely/core/elementary";
import { gatherRows, type Key, type Points, split, type Stream, stream, zeros } from "@likely/core";
import { aliveOf } from "./_few_alive.ts";
import { logSumExp } from "./_log_sum_exp.ts";
import { nextRise } from "./_next_rise.ts";
import { resample } from "./_resample.ts";
import { untold } from "./_untold.ts";

/** What a population is told. */
export interface PopulationSettings {
  /** Which target it is on. */
  readonly target: number;
  /** Accepted moves a particle after each rise. */
  readonly moves: number;
  /** Effective share that a rise leaves. */
  readonly effectiveShare: number;
  /** Most rises. */
  readonly maxStages: number;
}

/** A stage ends after so many rounds a move asked for, however few were accepted. */
const MOST_ROUNDS = 20;
/** The last stage has so many times the moves. */
const LAST = 6;
/** Share of moves by a whole difference, which leads from mode to mode. */
const JUMPS = 0.1;
/** Acceptance that the scale is tuned to. */
const ACCEPTANCE = 0.25;

/**
 * The particles on one target, as a state machine: `wanted` are the points to be evaluated next,
 * `receive` takes their values. Points are in unconstrained space.
 *
 * A class: its methods are the inner loop.
 */
export class Population {
  readonly target: number;
  /** `[particles, dim]`. */
  z: Points;
  /** Points to be evaluated next. */
  wanted: Points;
  /** In nats. */
  logEvidence = 0;
  /** Rises of β so far. */
  stages = 0;
  /** Particles that had a likelihood above 0 at first. */
  alive = 0;
  /** The largest log-likelihood, where it was too large to go on. */
  untold: number | undefined;
  /** The power of the likelihood. */
  beta = 0;
  done = false;
  readonly #settings: PopulationSettings;
  readonly #random: Stream;
  #nextChoice: Key;
  #logPrior = new Float64Array();
  #logLikelihood = new Float64Array();
  #logScale: number;
  #half = 0;
  #rounds = 0;
  #accepted = 0;
  #proposed = 0;
  #acceptedInAll = 0;

  constructor(key: Key, z: Points, settings: PopulationSettings) {
    const [forMoves, forChoice] = split(key, 2);
    this.target = settings.target;
    this.#settings = settings;
    this.#random = stream(forMoves);
    this.#nextChoice = forChoice;
    this.#logScale = log(2.38 / Math.sqrt(2 * z.dim));
    this.z = z;
    this.wanted = z;
  }

  /** Share of moves accepted. */
  get acceptance(): number {
    return this.#acceptedInAll / Math.max(1, this.#proposed);
  }

  /** Takes the values of the points wanted, and wants others unless it is done. */
  receive(logPrior: Float64Array, logLikelihood: Float64Array): void {
    if (this.#logPrior.length === 0) {
      this.#logPrior = logPrior.slice();
      this.#logLikelihood = logLikelihood.slice();
      this.alive = aliveOf(logLikelihood);
      return this.#rise();
    }
    this.#accept(logPrior, logLikelihood);
    const moves = this.#settings.moves * (this.beta === 1 ? LAST : 1);
    this.#half = 1 - this.#half;
    if (this.#half === 0) this.#rounds++;
    const isOver = this.#half === 0 &&
      (this.#accepted >= moves * this.z.n || this.#rounds >= MOST_ROUNDS * moves);
    if (!isOver) this.#propose();
    else if (this.beta === 1) this.done = true;
    else this.#rise();
  }

  /** Raises β, resamples, and begins to move. */
  #rise(): void {
    const value = this.#logLikelihood;
    const { n } = this.z;
    this.untold = untold(value);
    if (this.untold !== undefined) {
      this.done = true;
      return;
    }
    const rise = nextRise(value, 1 - this.beta, this.#settings.effectiveShare * n);
    const logWeights = value.map((v) => rise * v);
    this.logEvidence += logSumExp(logWeights) - log(n);
    if (this.logEvidence === -Infinity || this.stages >= this.#settings.maxStages) {
      this.done = true;
      return;
    }
    this.beta = rise === 1 - this.beta ? 1 : this.beta + rise;
    const [forThis, forNext] = split(this.#nextChoice, 2);
    this.#nextChoice = forNext;
    const rows = resample(forThis, logWeights, n);
    this.z = gatherRows(this.z, rows);
    this.#logPrior = Float64Array.from(rows, (i) => this.#logPrior[i]!);
    this.#logLikelihood = Float64Array.from(rows, (i) => this.#logLikelihood[i]!);
    this.stages++;
    this.#rounds = 0;
    this.#accepted = 0;
    this.#propose();
  }

  /** Moves every other particle by a multiple of the difference of two that stay. */
  #propose(): void {
    const { z } = this;
    const { n, dim } = z;
    const random = this.#random;
    const count = (n + 1 - this.#half) >> 1;
    const others = n - count;
    const other = () => (Math.floor(random.uniform() * others) * 2 + 1 - this.#half) * dim;
    const out = zeros(count, dim);
    for (let i = 0; i < count; i++) {
      const u = random.uniform();
      const scale = u < JUMPS ? 1 : exp(this.#logScale) * (2 * (u - JUMPS) / (1 - JUMPS));
      const [from, a, b] = [(2 * i + this.#half) * dim, other(), other()];
      for (let j = 0; j < dim; j++) {
        out.data[i * dim + j] = z.data[from + j]! + scale * (z.data[a + j]! - z.data[b + j]!);
      }
    }
    this.wanted = out;
  }

  #accept(logPrior: Float64Array, logLikelihood: Float64Array): void {
    const { dim } = this.z;
    let accepted = 0;
    for (let i = 0; i < logPrior.length; i++) {
      const k = 2 * i + this.#half;
      const before = this.#logPrior[k]! + this.beta * this.#logLikelihood[k]!;
      const after = logPrior[i]! + this.beta * logLikelihood[i]!;
      if (!(log(1 - this.#random.uniform()) < after - before)) continue;
      accepted++;
      for (let j = 0; j < dim; j++) this.z.data[k * dim + j] = this.wanted.data[i * dim + j]!;
      this.#logPrior[k] = logPrior[i]!;
      this.#logLikelihood[k] = logLikelihood[i]!;
    }
    this.#accepted += accepted;
    this.#acceptedInAll += accepted;
    this.#proposed += logPrior.length;
    this.#logScale += 0.5 * (accepted / logPrior.length - ACCEPTANCE);
  }
}
