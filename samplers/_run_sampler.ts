// From a log density to draws, by a kernel that is chosen elsewhere: who wants one need not carry all.

import {
  constrain,
  type Draws,
  type Kernel,
  type KernelState,
  type Key,
  type LogDensity,
  points,
  split,
  unconstrain,
  unconstrained,
} from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { countCalls } from "./_count_calls.ts";
import { drawIn, rescaled, spreadOut } from "./_spread.ts";
import { startPositions } from "./_start_positions.ts";
import { type ChainRun, runChain } from "./run_chain.ts";
import type { SampleOptions, Start } from "./sample_options.ts";

// Often enough for a progress bar and an abort button, rarely enough to cost nothing.
const BREATH_MS = 50;

/** Below this share of accepted moves a sampler does not work: the least that one aims at is 0.234. */
const LEAST_ACCEPTANCE = 0.01;

/** Where chains begin, how long they are, and by what they move. */
export interface Run {
  readonly start: Start;
  readonly options: SampleOptions;
  readonly choose: (
    target: LogDensity,
    choice: { readonly warmup: number; readonly hasGradient: boolean },
  ) => Kernel<KernelState>;
}

/** What `sample` does by whichever kernel: start, warm-up, loop, way back to θ. */
export async function runSampler(
  key: Key,
  target: LogDensity,
  { start, options, choose }: Run,
): Promise<Draws> {
  const { chains = 4, warmup = 500, draws = 1000, thin = 1 } = options;
  requireInteger("sample", "chains", chains, 1);
  requireInteger("sample", "draws", draws, 1);
  requireShape(target, start);
  const began = performance.now();
  const [forStart, forChain] = split(key, 2);
  const counted = countCalls(target);
  const { position, hasGradient, spread } = startPositions(forStart, counted, start, options);
  const walked = rescaled(unconstrained(counted, start.support), spread);
  const kernel = choose(walked, { warmup, hasGradient });
  const begin = drawIn(unconstrain(start.support, position), spread);
  const run = runChain(forChain, kernel, begin, { warmup, draws, thin });
  const { values, acceptance, divergences } = await paced(run, options);
  const out: Draws = {
    names: start.names,
    chains: position.n,
    length: draws,
    values: constrain(start.support, spreadOut(points(values, target.dim), spread)).data,
    info: {
      sampler: kernel.name,
      target: target.name,
      evaluations: counted.calls(),
      warmup,
      thin,
      acceptance,
      divergences,
      seconds: (performance.now() - began) / 1000,
    },
    warnings: [
      ...counted.warnings(),
      ...divergenceWarnings(divergences, position.n * draws * thin),
      // Divergent transitions are rejected: that has been said.
      ...(divergences === 0 ? standstillWarnings(acceptance, kernel.name) : []),
    ],
  };
  return { ...out, warnings: [...new Set([...out.warnings, ...options.check?.(out) ?? []])] };
}

/** Drives a run to its end and lets the event loop breathe. */
async function paced(
  run: ReturnType<typeof runChain>,
  { onProgress, signal }: SampleOptions,
): Promise<ChainRun> {
  const began = performance.now();
  let breath = began;
  for (let next = run.next();; next = run.next()) {
    signal?.throwIfAborted();
    if (next.done) return next.value;
    const now = performance.now();
    const { phase, step, total } = next.value;
    if (now - breath < BREATH_MS && step < total) continue;
    const stepsPerSecond = step / Math.max(now - began, 1e-3) * 1000;
    onProgress?.({ phase, step, total, stepsPerSecond, secondsLeft: (total - step) / stepsPerSecond });
    await new Promise((resolve) => setTimeout(resolve, 0));
    breath = performance.now();
  }
}

function divergenceWarnings(divergences: number, transitions: number): string[] {
  if (divergences === 0) return [];
  return [
    `${divergences} of ${transitions} transitions diverged: the draws may miss a narrow region; ` +
    `take smaller steps (a higher target acceptance), or write the model in other parameters`,
  ];
}

function standstillWarnings(acceptance: number, sampler: string): string[] {
  if (acceptance >= LEAST_ACCEPTANCE) return [];
  return [
    `Chains hardly move: ${sampler} accepted ${
      (100 * acceptance).toPrecision(2)
    } % of its moves after warm-up; ` +
    `take a longer warm-up or another sampler ("slice" rejects nothing)`,
  ];
}

function requireShape(target: LogDensity, { names, support }: Start): void {
  if (names.length === target.dim && support.length === target.dim) return;
  throw new TypeError(
    `Cannot sample "${target.name}" as names and support must have length ${target.dim}: ` +
      `current lengths are ${names.length} and ${support.length}`,
  );
}
