/**
 * The drift-diffusion task: choices between two answers, and how long they took.
 *
 * @module
 */

import {
  independent,
  type Key,
  type Points,
  points,
  simulator,
  type Stream,
  type Task,
  uniform,
} from "@likely/core";
import { requireInteger, requireLength } from "@likely/core/check";
import { drawExitTime } from "./_exit_time.ts";
import { logPassage } from "./_first_passage.ts";

const NAME = "drift_diffusion";

/** Options of {@linkcode driftDiffusion}. */
export interface DriftDiffusionOptions {
  /**
   * Independent trials in one row of x.
   *
   * @default {1}
   */
  readonly trials?: number;
}

/**
 * Builds the drift-diffusion task: evidence starts at `w a`, drifts with velocity `v` and unit noise, and
 * the answer is given when it reaches 0 or `a`; the delay `t0` is added. One trial is (choice, time in
 * seconds), choice 1 at `a` and 0 at 0; `x` is `trials` of them, one after the other.
 *
 * Parameters: drift `v ~ U(−3, 3)`, separation of the boundaries `a ~ U(0.5, 2.5)`, relative start
 * `w ~ U(0.3, 0.7)`, delay `t0 ~ U(0.1, 0.5)`.
 *
 * With `u = (t − t0) / a²` the density of choice 0 is `exp(−v a w − v² (t − t0) / 2) g(u; w) / a²`, g the
 * first-passage density without drift; of choice 1, the same at `(−v, 1 − w)`. It is 0, with all its
 * slopes, where `t` comes down to `t0`. Trials are drawn without any discretisation: in the widest
 * interval around where the evidence is, time and side of exit are independent, and both are drawn exactly.
 *
 * Source: Ratcliff (1978), "A theory of memory retrieval"; for the density Navarro & Fuss (2009), "Fast
 * and accurate calculations for first-passage times in Wiener diffusion models".
 *
 * @param options The number of trials.
 * @returns The task; likelihood and score are exact.
 * @throws {RangeError} If `trials` is not a whole number ≥ 1.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { driftDiffusion } from "@likely/simulators";
 *
 * const { simulator } = driftDiffusion();
 * const [choice, time] = simulator.simulate(key(1), fromRows([[2, 1, 0.5, 0.3]])).data;
 * assert((choice === 0 || choice === 1) && time! > 0.3);
 * ```
 */
export function driftDiffusion(options: DriftDiffusionOptions = {}): Task {
  const { trials = 1 } = options;
  requireInteger("build a drift diffusion", "trials", trials, 1);
  return {
    name: NAME,
    prior: independent({
      v: uniform(-3, 3),
      a: uniform(0.5, 2.5),
      w: uniform(0.3, 0.7),
      t0: uniform(0.1, 0.5),
    }),
    simulator: simulator({
      name: NAME,
      thetaDim: 4,
      xDim: 2 * trials,
      simulate: (random, theta) => Array.from({ length: trials }, () => drawTrial(random, theta)).flat(),
      logLikelihood: (theta, x) => {
        let sum = 0;
        for (let i = 0; i < x.length; i += 2) sum += logTrial(theta, x[i]!, x[i + 1]!);
        return sum;
      },
      score,
    }),
  };
}

/**
 * Independent trials of one person: rows of data for {@linkcode driftDiffusion} with one trial a row.
 *
 * @param key The key to consume.
 * @param theta `[4]`: v, a, w, t0.
 * @param n How many trials.
 * @returns `[n, 2]`: choice and time.
 * @throws {TypeError} If `theta` is not of length 4.
 * @throws {RangeError} If `n` is not a whole number ≥ 1.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key } from "@likely/core";
 * import { driftDiffusionTrials } from "@likely/simulators";
 *
 * assertEquals(driftDiffusionTrials(key(0), [1, 1.5, 0.5, 0.2]).n, 200);
 * ```
 */
export function driftDiffusionTrials(key: Key, theta: ArrayLike<number>, n: number = 200): Points {
  requireLength("draw trials", "theta", theta.length, 4);
  requireInteger("draw trials", "n", n, 1);
  const repeated = points(Float64Array.from({ length: 4 * n }, (_, i) => theta[i % 4]!), 4);
  return driftDiffusion().simulator.simulate(key, repeated);
}

function drawTrial(random: Stream, [v, a, w, t0]: Float64Array): [choice: number, time: number] {
  if (!(a! > 0 && w! > 0 && w! < 1 && Number.isFinite(v! * a!))) return [NaN, NaN];
  let [at, time] = [w!, t0!];
  // In units of a; ends on a boundary exactly, as the halfway points are doubled or halved distances to it.
  for (;;) {
    const reach = Math.min(at, 1 - at);
    const half = reach * a!;
    time += half * half * drawExitTime(random, Math.abs(v!) * half);
    const isUp = random.uniform() < 1 / (1 + Math.exp(-2 * v! * half));
    if (isUp ? reach === 1 - at : reach === at) return [isUp ? 1 : 0, time];
    at += isUp ? reach : -reach;
  }
}

interface Passage {
  /** Whether the trial is possible. */
  readonly isLegal: boolean;
  /** Drift and start as seen from the boundary that was reached, that one at 0. */
  readonly drift: number;
  readonly start: number;
  /** +1 for choice 0, −1 for choice 1: the sign of both slopes. */
  readonly sign: number;
  /** Time without the delay. */
  readonly time: number;
}

function passage([v, a, w, t0]: Float64Array, choice: number, time: number): Passage {
  const isLegal = (choice === 0 || choice === 1) && a! > 0 && w! > 0 && w! < 1 && time > t0!;
  const isUp = choice === 1;
  return {
    isLegal,
    drift: isUp ? -v! : v!,
    start: isUp ? 1 - w! : w!,
    sign: isUp ? -1 : 1,
    time: time - t0!,
  };
}

function logTrial(theta: Float64Array, choice: number, time: number): number {
  const at = passage(theta, choice, time);
  if (!at.isLegal) return -Infinity;
  const a = theta[1]!;
  const { log } = logPassage(at.time / (a * a), at.start);
  return log - 2 * Math.log(a) - at.drift * a * at.start - at.drift * at.drift * at.time / 2;
}

function score(theta: Float64Array, x: Float64Array): Float64Array {
  const out = new Float64Array(4);
  const a = theta[1]!;
  for (let i = 0; i < x.length; i += 2) {
    const at = passage(theta, x[i]!, x[i + 1]!);
    if (!at.isLegal) return out.fill(0);
    const u = at.time / (a * a);
    const { byTime, byStart } = logPassage(u, at.start);
    out[0]! -= at.sign * (a * at.start + at.drift * at.time);
    out[1]! -= 2 / a + at.drift * at.start + byTime * 2 * u / a;
    out[2]! += at.sign * (byStart - at.drift * a);
    out[3]! += at.drift * at.drift / 2 - byTime / (a * a);
  }
  return out;
}
