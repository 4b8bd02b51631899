// `likely sample`.

// deno-lint-ignore-file no-console -- a command for people

import { type Artifact, type Draws, drawsFromCsv, drawsToCsv, type Points } from "@likely/core";
import type { PosteriorOptions } from "@likely/sbi";
import { readModel, readObservation, requireFits } from "./_input.ts";
import { Interrupted, onInterrupt } from "./_interrupt.ts";
import type { Arguments, Command } from "./_options.ts";
import { type OutputKind, requireOutput, writeOutput } from "./_output.ts";
import { progress, rate } from "./_progress.ts";
import { keyFor } from "./_seed.ts";

const SAMPLERS = ["auto", "nuts", "hmc", "mala", "slice", "random_walk"] as const;

/** The command. */
export const sampleCommand: Command = {
  name: "sample",
  summary: "Draws from the posterior of a model, given data.",
  positionals: ["model"],
  options: {
    x: { value: "data", help: "a CSV file, or a task that comes with data", required: true },
    out: { value: "file", help: "the draws, as CSV", required: true },
    sampler: { value: "name", help: SAMPLERS.join(", "), default: "auto" },
    chains: { value: "number", help: "Markov chains", default: "4" },
    draws: { value: "number", help: "draws kept of each chain", default: "1000" },
    warmup: { value: "number", help: "steps of adaptation, thrown away", default: "500" },
    seed: { value: "number", help: "the same seed gives the same draws", default: "0" },
  },
  notes: [
    "The CSV file holds one observation a line, with or without a header; several lines are",
    "independent observations of the same parameters. Of existing files only draws are replaced.",
    "Permissions: --allow-read, --allow-write.",
  ],
  examples: [
    "likely sample model.safetensors --x observed.csv --out draws.csv",
    "likely sample model.safetensors --x influenza --out draws.csv --sampler slice --draws 5000",
  ],
  run,
};

const DRAWS: OutputKind = {
  what: "a file of draws",
  isOne: (bytes) => {
    try {
      return drawsFromCsv(new TextDecoder().decode(bytes)).length > 0;
    } catch {
      return false;
    }
  },
};

async function run(args: Arguments): Promise<void> {
  const out = args.required("out");
  const options = {
    sampler: args.choice("sampler", SAMPLERS)!,
    chains: args.integer("chains", 1)!,
    draws: args.integer("draws", 4)!,
    warmup: args.integer("warmup", 0)!,
  };
  const seed = args.integer("seed", 0)!;
  await requireOutput(out, DRAWS);
  const artifact = await readModel(args.positional(0));
  const x = await readObservation(args.required("x"));
  requireFits(args.required("x"), x, artifact);
  const draws = await watched(artifact, x, { ...options, seed });
  await writeOutput(out, drawsToCsv(draws));
  const { formatSummary, summary } = await import("@likely/sbi");
  console.log(`${formatSummary(summary(draws))}\n`);
  printRun(out, draws);
}

/** The options of the command; `draws` are those of each chain. */
interface SampleArguments extends Pick<PosteriorOptions, "sampler" | "warmup"> {
  readonly chains: number;
  readonly draws: number;
  readonly seed: number;
}

/** Shows a bar while chains run. */
async function watched(
  artifact: Artifact,
  x: Points,
  { seed, draws, chains, ...options }: SampleArguments,
): Promise<Draws> {
  const { posterior } = await import("@likely/sbi");
  using interrupt = onInterrupt();
  using given = await posterior(artifact, x, {
    ...options,
    chains,
    signal: interrupt.signal,
    onProgress: ({ step, total, stepsPerSecond, secondsLeft }) =>
      bar.update(step, total, rate(stepsPerSecond, secondsLeft)),
  });
  // Said before the bar, which may run for long.
  for (const warning of given.warnings ?? []) console.error(`warning: ${warning}`);
  using bar = progress("sample");
  try {
    return await given.sample(keyFor("sample", seed), chains * draws);
  } catch (error) {
    if (error instanceof Interrupted) throw new Interrupted("Interrupted: nothing is written");
    throw error;
  }
}

function printRun(out: string, { info, chains, length, warnings }: Draws): void {
  const seconds = Number(info.seconds).toFixed(1);
  console.log(`${out}: ${chains} chains of ${length} draws by ${info.sampler}, ${seconds} s`);
  for (const warning of warnings) console.log(`warning: ${warning}`);
}
