// `likely multilevel`.

import { console } from "./_console.ts";
import { readSimulations } from "./_input.ts";
import { PAGE, requireOutput, writeOutput } from "./_output.ts";
import { type Arguments, type Command, UsageError } from "./_options.ts";
import { keyFor } from "./_seed.ts";
import { progress } from "./_progress.ts";
import { loadTask, type TaskSource } from "./_task.ts";
import { readLevels } from "./_train_levels.ts";

const ACTIONS = ["pilot", "test", "compare"] as const;
const METHODS = ["npe", "nle", "nre", "ace"] as const;

/** The command. */
export const multilevelCommand: Command = {
  name: "multilevel",
  summary: "Tells whether the levels of a simulator pay (pilot, compare), and whether they are sound (test).",
  positionals: ["pilot|test|compare", "task or folder"],
  options: {
    n: { value: "runs", help: "of every level; by default 400 for a pilot, 1000 for a test" },
    method: {
      value: "name",
      help: `of a pilot or a comparison: what is learned, ${METHODS.join(", ")}`,
      default: "npe",
    },
    budget: { value: "cost", help: "of a pilot: how many runs of each level to buy, the pilot paid from it" },
    column: { value: "number", help: "of a test: which column of x means are taken of", default: "0" },
    alone: {
      value: "folder",
      help: "of a comparison: simulations of the finest level alone, for as much money",
    },
    folds: {
      value: "number",
      help: "of a comparison: parts of the highest level, each set aside once",
      default: "5",
    },
    steps: { value: "number", help: "of a comparison: of every training, by default as by likely train" },
    report: { value: "file", help: "of a pilot or a test: a page with the table and plots, as .html" },
    seed: { value: "number", help: "the same seed gives the same runs", default: "0" },
  },
  notes: [
    "A pilot runs all levels on the same parameters and random numbers, trains a network on half of them and",
    "measures on the other how much the losses of neighbouring levels differ. A test prints the table that",
    "multilevel Monte Carlo is judged by: means and variances of corrections, kurtosis, the consistency of",
    "coarse halves (below 1), costs. A comparison trains in every mode on a folder of levels that was bought,",
    "and on runs of the finest level alone, and judges all by pairs that were set aside.",
    "Permissions: --allow-read; with --report --allow-write, for a task file that names a program --allow-run.",
  ],
  examples: [
    "likely multilevel test toggle_switch",
    "likely multilevel pilot toggle_switch --method nle --budget 600000 --report levels.html",
    "likely multilevel compare levels --method nle --alone fine.zarr",
  ],
  run,
};

async function run(args: Arguments): Promise<void> {
  const action = ACTIONS.find((name) => name === args.positional(0));
  if (!action) {
    throw new UsageError(
      `Cannot run "likely multilevel" as the first argument must be one of ${ACTIONS.join(", ")}: ` +
        `current value is "${args.positional(0)}"`,
    );
  }
  refuseOthers(args, action);
  if (action === "compare") return await compare(args);
  const page = args.text("report");
  if (page !== undefined) await requireOutput(page, PAGE);
  const found = await loadTask(args.positional(1));
  const shown = action === "pilot" ? await pilot(args, found) : await test(args, found);
  if (page === undefined) return;
  const { levelsReport } = await import("@likely/sbi");
  await writeOutput(page, await levelsReport({ title: `Levels of ${found.task.simulator.name}`, ...shown }));
  console.log(`\n${page}: written`);
}

/** Which options mean something to which action only. */
const MEANT = {
  n: ["pilot", "test"],
  budget: ["pilot"],
  column: ["test"],
  report: ["pilot", "test"],
  method: ["pilot", "compare"],
  alone: ["compare"],
  folds: ["compare"],
  steps: ["compare"],
} as const;

function refuseOthers(args: Arguments, action: typeof ACTIONS[number]): void {
  for (const [name, actions] of Object.entries(MEANT)) {
    if (args.has(name) && !(actions as readonly string[]).includes(action)) {
      args.refuse(`--${name} must come with ${actions.join(" or ")}, not with ${action}`);
    }
  }
}

async function compare(args: Arguments): Promise<void> {
  const pairs = await readLevels(args.positional(1));
  const { compareLevels } = await import("@likely/sbi");
  const alone = await readAlone(args, pairs.simulator);
  const steps = args.integer("steps", 1);
  using bar = progress("compare");
  const { trainings, rows, text } = await compareLevels(
    keyFor("multilevel", args.integer("seed", 0)!),
    pairs,
    {
      method: args.choice("method", METHODS)!,
      folds: args.integer("folds", 2)!,
      ...(alone && { alone }),
      ...(steps !== undefined && { steps }),
      onProgress: ({ done, total }) => bar.update(done, total, `training ${done} of ${total}`),
    },
  );
  bar[Symbol.dispose]();
  console.log(`${"".padEnd(16)} ${"score".padStart(9)} ${"behind the best".padStart(19)}   warned`);
  for (const { name, score, behind: { mean, error }, warned } of trainings) {
    console.log(
      `${name.padEnd(16)} ${score.toFixed(3).padStart(9)} ${
        `${mean.toFixed(3)} ± ${error.toFixed(3)}`.padStart(19)
      }   ${warned}`,
    );
  }
  console.log(`\n${text}. Judged by ${rows} runs of the finest level.`);
}

async function readAlone(args: Arguments, simulator: string) {
  const folder = args.text("alone");
  if (folder === undefined) return undefined;
  const { manifest, dataset } = await readSimulations(folder);
  if (manifest.simulator !== simulator) {
    args.refuse(
      `--alone must be simulations of ${simulator}: current value is "${folder}", of ${manifest.simulator}`,
    );
  }
  return dataset;
}

async function pilot(args: Arguments, { task }: TaskSource) {
  const { levelAdvice } = await import("@likely/sbi");
  const budget = args.positive("budget");
  const advice = await levelAdvice(keyFor("multilevel", args.integer("seed", 0)!), task, {
    pilot: args.integer("n", 40) ?? 400,
    method: args.choice("method", METHODS)!,
    ...(budget !== undefined && { budget }),
  });
  for (const { network, ratios, choice } of advice.losses) {
    const gain = choice.gain.toPrecision(3);
    console.log(
      `${network.padEnd(8)} D/V ${ratios.map((ratio) => ratio.toPrecision(2)).join(", ")}; best levels ${
        choice.levels.join(", ")
      }, gain ${gain}`,
    );
  }
  console.log(
    `costs    ${advice.costs.map((cost) => cost.toPrecision(3)).join(", ")}; the pilot ${
      advice.spent.toPrecision(4)
    }`,
  );
  console.log(`\n${advice.text.join("\n")}`);
  return { advice };
}

async function test(args: Arguments, { task: { prior, simulator } }: TaskSource) {
  const { formatMlmcTable, levelSampler, mlmcTable } = await import("@likely/sbi");
  const { xDim } = simulator;
  const column = args.integer("column", 0)!;
  if (column >= xDim) args.refuse(`--column must be below ${xDim}: current value is "${column}"`);
  const sampler = levelSampler(simulator, prior, (_, x) => [x[column]!]);
  const samples = args.integer("n", 2) ?? 1000;
  const table = await mlmcTable(keyFor("multilevel", args.integer("seed", 0)!), sampler, { samples });
  console.log(formatMlmcTable(table.levels));
  const { alpha, beta, gamma } = table.rates;
  if (Number.isFinite(beta)) {
    console.log(`alpha ${alpha.toFixed(2)}, beta ${beta.toFixed(2)}, gamma ${gamma.toFixed(2)}`);
  }
  for (const text of table.warnings) console.log(`warning: ${text}`);
  return { table };
}
