// `likely check`.

import { console } from "./_console.ts";
import type { Artifact } from "@likely/core";
import type { Calibration } from "@likely/sbi";
import { readModel, requireTaskOf } from "./_input.ts";
import { onInterrupt } from "./_interrupt.ts";
import type { Arguments, Command } from "./_options.ts";
import { PAGE, requireOutput, writeOutput } from "./_output.ts";
import { progress } from "./_progress.ts";
import { keyFor } from "./_seed.ts";
import { loadTask, type TaskSource } from "./_task.ts";

/** The command. */
export const checkCommand: Command = {
  name: "check",
  summary: "Checks the calibration of a model against its simulator.",
  positionals: ["model"],
  options: {
    task: { value: "task", help: "the simulator that the model was trained on", required: true },
    out: { value: "file", help: "a page with pictures, as .html" },
    datasets: { value: "number", help: "fresh simulations to ask about", default: "200" },
    draws: { value: "number", help: "independent draws for each", default: "99" },
    trials: {
      value: "number",
      help: "ask about so many independent observations of the same parameters at once",
      default: "1",
    },
    seed: { value: "number", help: "of simulations and draws", default: "0" },
  },
  notes: [
    "Parameters are drawn from the prior and data simulated from them; the model is asked for its",
    "posterior, and the true parameters must rank among its draws as if they were one of them.",
    "Posteriors are sampled by particles from all over the prior, many data sets at once.",
    "",
    "With --trials data sets are of so many observations, whose likelihoods are multiplied, as likely sample",
    "does with several rows of --x: errors that one observation hides add up. The task gives one of them, and",
    "is run for each, or all, as of a model trained with --trials. It takes so many times as long.",
    "Ctrl-C ends early with a verdict on what is done. Exit code 0 whatever the verdict.",
    "Permissions: --allow-read, --allow-write; and --allow-run for a task file that names a program.",
  ],
  examples: [
    "likely check model.safetensors --task influenza",
    "likely check model.safetensors --task ./my_task.ts --datasets 500 --out check.html",
    "likely check likelihood.safetensors --task drift_diffusion --trials 100 --datasets 50",
  ],
  run,
};

async function run(args: Arguments): Promise<void> {
  const [name, out] = [args.required("task"), args.text("out")];
  const sizes = {
    datasets: args.integer("datasets", 10)!,
    draws: args.integer("draws", 9)!,
    trials: args.integer("trials", 1)!,
  };
  const seed = args.integer("seed", 0)!;
  if (out !== undefined) await requireOutput(out, PAGE);
  const artifact = await readModel(args.positional(0));
  requireLikelihood(artifact);
  const { task } = await loadTask(name);
  requireTask(args, task, artifact);
  const calibration = await watched(artifact, task, { ...sizes, seed });
  const { calibrationReport, calibrationRows, calibrationVerdict } = await import("@likely/sbi");
  for (const [test, p, meaning] of calibrationRows(calibration)) {
    console.log(`${test.padEnd(24)} p ${p.padEnd(8)} ${meaning}`);
  }
  console.log(`\n${calibrationVerdict(calibration)}`);
  if (out === undefined) return;
  const title = `Calibration of ${artifact.provenance.simulator}`;
  await writeOutput(out, await calibrationReport({ title, artifact, calibration }));
  console.log(`Wrote ${out}.`);
}

/** Requires the simulator of one observation, or of all trials. */
function requireTask(args: Arguments, task: TaskSource["task"], artifact: Artifact): void {
  const { simulator } = task;
  const { kind, spec, provenance } = artifact;
  const trials = args.integer("trials", 1)!;
  if (kind === "posterior" && trials > 1) {
    args.refuse("--trials must come with another model: a posterior was learned from one observation");
  }
  const held = simulator.xDim / spec.xDim;
  if (simulator.thetaDim === spec.thetaDim && held === trials) {
    return requireTaskOf(
      args.required("task"),
      { ...task, simulator: { ...simulator, xDim: spec.xDim } },
      artifact,
    );
  }
  if (simulator.thetaDim === spec.thetaDim && held === provenance.trials) {
    args.refuse(
      `--trials must be ${held}, or the task one of a single trial: x of the task is of ${held} trials`,
    );
  }
  requireTaskOf(args.required("task"), task, artifact);
}

async function watched(
  artifact: Artifact,
  { simulator, prior }: TaskSource["task"],
  { seed, ...sizes }: {
    readonly datasets: number;
    readonly draws: number;
    readonly trials: number;
    readonly seed: number;
  },
): Promise<Calibration> {
  const { calibrate } = await import("@likely/sbi");
  using interrupt = onInterrupt();
  using bar = progress("check");
  return await calibrate(keyFor("check", seed), artifact, simulator, {
    // Of a prior of the user's own the model has but the name.
    ...(artifact.prior.kind === "custom" && { prior }),
    ...sizes,
    signal: interrupt.signal,
    onProgress: ({ done, total }) => bar.update(done, total, `${done} of ${total} data sets`),
  });
}

/** A cost's posterior is as wide as β makes it. */
function requireLikelihood({ kind }: Artifact): void {
  if (kind !== "cost") return;
  throw new TypeError(
    "Cannot check the calibration as the model must be of a likelihood or its ratio: it is of a cost, whose " +
      "posterior is as wide as beta makes it, and claims no share of truths; to weigh values of beta, " +
      'run "likely sample --beta auto"',
  );
}
