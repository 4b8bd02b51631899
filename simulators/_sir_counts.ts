// A stochastic epidemic of susceptible, infected and removed people, by Kurtz's change of time: infections until
// t are the count of a Poisson process of rate one at the integral of β S I / N, recoveries that of another at
// the integral of γ I. Leaps hold the rates for a step; both ways read the same two processes.

import type { Noise } from "@likely/core";
import { PoissonProcess } from "./_poisson_process.ts";

/** What is fixed of an epidemic. */
export interface SirSetting {
  readonly population: number;
  /** Infected at time 0. */
  readonly infected: number;
  readonly end: number;
  /** How many times it is observed, the last one at the end, all equally far apart. */
  readonly observations: number;
}

/** Infected people at each observation, by `steps` leaps, a multiple of the observations. */
export function leapSir(noise: Noise, theta: Float64Array, setting: SirSetting, steps: number): Float64Array {
  const out = new Float64Array(setting.observations);
  if (!makesSense(theta)) return out.fill(NaN);
  const run = new Sir(noise, setting);
  const each = steps / setting.observations;
  for (let k = 0; k < out.length; k++) {
    for (let i = 0; i < each; i++) run.leap(theta, setting.end / steps);
    out[k] = run.infected;
  }
  return out;
}

/** Infected people at each observation, event by event: without error. */
export function exactSir(noise: Noise, theta: Float64Array, setting: SirSetting): Float64Array {
  const out = new Float64Array(setting.observations);
  if (!makesSense(theta)) return out.fill(NaN);
  const run = new Sir(noise, setting);
  for (let k = 0; k < out.length; k++) {
    run.follow(theta, setting.end / out.length);
    out[k] = run.infected;
  }
  return out;
}

function makesSense([beta, gamma]: Float64Array): boolean {
  return beta! >= 0 && gamma! >= 0 && Number.isFinite(beta! + gamma!);
}

/** One process with the time that has gone by on it. */
class Channel {
  readonly #process: PoissonProcess;
  /** Events so far, and the time they took; an event that found nobody left is among them. */
  count = 0;
  time = 0;

  constructor(noise: Noise, name: string, scale: number) {
    this.#process = new PoissonProcess(noise, name, scale);
  }

  /** Lets time go by, and returns how many of at most `most` events happened. */
  advance(by: number, most: number): number {
    // That far on there are more events than `most`, but for a chance below 10⁻³⁰⁰.
    this.time += Math.min(by, 4 * most + 1000);
    const now = this.#process.count(this.time);
    const happened = now - this.count;
    this.count = now;
    return Math.min(happened, most);
  }

  /** Until the next event. */
  wait(): number {
    return this.#process.timeOf(this.count) - this.time;
  }
}

/** One run. A class as there is one a row. */
class Sir {
  infected: number;
  #susceptible: number;
  readonly #population: number;
  readonly #infections: Channel;
  readonly #recoveries: Channel;

  constructor(noise: Noise, { population, infected }: SirSetting) {
    this.#population = population;
    this.infected = infected;
    this.#susceptible = population - infected;
    this.#infections = new Channel(noise, "infections", population);
    this.#recoveries = new Channel(noise, "recoveries", population);
  }

  leap(theta: Float64Array, tau: number): void {
    const [infection, recovery] = this.#rates(theta);
    const infections = this.#infections.advance(infection * tau, this.#susceptible);
    const recoveries = this.#recoveries.advance(recovery * tau, this.infected);
    this.#susceptible -= infections;
    this.infected += infections - recoveries;
  }

  /** Event by event for a while. */
  follow(theta: Float64Array, duration: number): void {
    let left = duration;
    for (;;) {
      const [infection, recovery] = this.#rates(theta);
      const toInfection = infection > 0 ? this.#infections.wait() / infection : Infinity;
      const toRecovery = recovery > 0 ? this.#recoveries.wait() / recovery : Infinity;
      const wait = Math.min(toInfection, toRecovery);
      const by = Math.min(wait, left);
      this.#infections.time += infection * by;
      this.#recoveries.time += recovery * by;
      if (wait >= left) return;
      left -= wait;
      if (toInfection <= toRecovery) {
        this.#infections.count++;
        this.#susceptible--;
        this.infected++;
      } else {
        this.#recoveries.count++;
        this.infected--;
      }
    }
  }

  #rates([beta, gamma]: Float64Array): [infection: number, recovery: number] {
    return [beta! * this.#susceptible * this.infected / this.#population, gamma! * this.infected];
  }
}
