/**
 * The loop that runs a kernel; it knows no sampler.
 *
 * @module
 */

import { type Kernel, type KernelInfo, type KernelState, type Key, type Points, split } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { walk } from "./_walk.ts";

/** Options of {@linkcode runChain}. */
export interface RunChainOptions {
  /**
   * Steps left out at the beginning; kernels that adapt must be told the same number.
   *
   * @default {500}
   */
  readonly warmup?: number;
  /**
   * Positions kept of each chain.
   *
   * @default {1000}
   */
  readonly draws?: number;
  /**
   * Steps taken for each position kept.
   *
   * @default {1}
   */
  readonly thin?: number;
}

/** What {@linkcode runChain} yields after every step. */
export interface ChainStep {
  /** Which part of the run the step belongs to. */
  readonly phase: "warmup" | "sampling";
  /** Steps taken, this one included. */
  readonly step: number;
  /** Steps in all. */
  readonly total: number;
  /** What the kernel says about the step. */
  readonly info: KernelInfo;
}

/** What {@linkcode runChain} returns at the end. */
export interface ChainRun {
  /** `[chains, draws, dim]`, row-major: the kept positions, chain after chain. */
  readonly values: Float64Array;
  /** Calls of `LogDensity.evaluate`, start and warm-up included. */
  readonly evaluations: number;
  /** Mean acceptance after warm-up; NaN if nothing was drawn. */
  readonly acceptance: number;
  /** Divergent transitions after warm-up, all chains together. */
  readonly divergences: number;
}

/**
 * Runs a kernel from the given positions: yields after every step, returns all kept positions.
 *
 * Step t uses a key derived from `key` and t alone. The caller decides the pace: it can stop
 * between steps, show progress, or let other work run.
 *
 * @param key The key to consume.
 * @param kernel Any kernel.
 * @param position `[chains, dim]`, where to start.
 * @param options Lengths.
 * @returns A generator of steps that ends in the run.
 * @throws {RangeError} If a length is out of range.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, key, type LogDensity } from "@likely/core";
 * import { runChain, slice } from "@likely/samplers";
 *
 * const normal: LogDensity = {
 *   name: "normal",
 *   dim: 1,
 *   evaluate: ({ data }) => ({ value: data.map((z) => -0.5 * z * z) }),
 * };
 * const run = runChain(key(0), slice(normal, { warmup: 5 }), fromRows([[0], [1]]), { warmup: 5, draws: 10 });
 * let next = run.next();
 * while (!next.done) next = run.next();
 * assertEquals(next.value.values.length, 2 * 10);
 * ```
 */
export function* runChain<S extends KernelState>(
  key: Key,
  kernel: Kernel<S>,
  position: Points,
  options: RunChainOptions = {},
): Generator<ChainStep, ChainRun, void> {
  const { warmup = 500, draws = 1000, thin = 1 } = options;
  requireInteger("run a chain", "warmup", warmup, 0);
  requireInteger("run a chain", "draws", draws, 0);
  requireInteger("run a chain", "thin", thin, 1);
  const [forStart, forSteps] = split(key, 2);
  const total = warmup + draws * thin;
  const values = new Float64Array(position.n * draws * position.dim);
  const sum = { evaluations: 1, acceptance: 0, divergences: 0 };
  let step = 0;
  const state = kernel.init(forStart, position);
  for (const [{ position }, info] of walk(forSteps, kernel, { state, steps: total })) {
    sum.evaluations += info.evaluations;
    if (step >= warmup) {
      sum.acceptance += info.acceptance;
      sum.divergences += info.divergences;
      const [index, rest] = [Math.floor((step - warmup) / thin), (step - warmup) % thin];
      if (rest === thin - 1) keep(values, position, index);
    }
    const phase = step < warmup ? "warmup" : "sampling";
    yield { phase, step: ++step, total, info };
  }
  return { values, ...sum, acceptance: sum.acceptance / (draws * thin) };
}

/** Writes draw `index` of every chain. */
function keep(values: Float64Array, position: Points, index: number): void {
  const { data, n, dim } = position;
  const stride = values.length / n;
  for (let c = 0; c < n; c++) values.set(data.subarray(c * dim, (c + 1) * dim), c * stride + index * dim);
}
