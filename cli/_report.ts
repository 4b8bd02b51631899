// `likely report`.

import { console } from "./_console.ts";
import {
  type Artifact,
  type Draws,
  gatherRows,
  type Key,
  type Points,
  points,
  priorShape,
  row,
  simulate,
  warningsOf,
} from "@likely/core";
import type { PosteriorReportOptions } from "@likely/sbi";
import { unitOf } from "./_beta.ts";
import { readDraws } from "./_draws_file.ts";
import { readModel, readObservation, requireFits, requireTaskOf } from "./_input.ts";
import type { Arguments, Command } from "./_options.ts";
import { PAGE, requireOutput, writeOutput } from "./_output.ts";
import { keyFor } from "./_seed.ts";
import { loadTask, type TaskSource } from "./_task.ts";

/** The command. */
export const reportCommand: Command = {
  name: "report",
  summary: "Writes a page about a model and draws of its posterior.",
  positionals: ["model", "draws"],
  options: {
    out: { value: "file", help: "the page, as .html", required: true },
    task: { value: "task", help: "simulate from the draws, to compare with the data" },
    x: {
      value: "data",
      help: "that data, to be warned of where they are unlike simulations; the task's by default",
    },
    row: { value: "number", help: "which row of that data the draws are of, as of sample --each" },
    page: {
      value: "address",
      help: "link to this page with the model in it, ?model=…, and these data (docs/web.md)",
    },
    beta: { value: "number", help: "the inverse temperature of the draws, to be told on the page" },
    seed: { value: "number", help: "of these simulations", default: "0" },
  },
  notes: [
    "The page is one file without scripts: posterior, traces, learning curves, provenance and, with",
    "--task, data simulated from the draws. Of existing files only such a page is replaced.",
    "Draws are a CSV file, or a folder of this command or of ArviZ (Zarr 3), which may be compressed.",
    "Permissions: --allow-read, --allow-write; and --allow-run for a task file that names a program.",
  ],
  examples: [
    "likely report model.safetensors draws.csv --out report.html",
    "likely report model.safetensors draws.zarr --out report.html --task influenza",
    "likely report model.safetensors draws_3.csv --out report.html --task ./my_task.ts --x all.csv --row 3",
  ],
  run,
};

async function run(args: Arguments): Promise<void> {
  const [out, task, x] = [args.required("out"), args.text("task"), args.text("x")];
  const seed = args.integer("seed", 0)!;
  const beta = args.positive("beta");
  const data = x ?? task;
  if (data === undefined && args.has("row")) {
    args.refuse("--row must come with --x or --task: there is neither");
  }
  if (data === undefined && args.has("page")) {
    args.refuse("--page must come with --x or --task, to link to: there is neither");
  }
  await requireOutput(out, PAGE);
  const artifact = await readModel(args.positional(0));
  const draws = await readDraws(args.positional(1));
  requireOfModel(args.positional(1), draws, artifact);
  const observed = data === undefined ? undefined : await observedRows(args, data, artifact);
  const from = [data, ...(args.has("row") ? [`row ${args.text("row")}`] : [])].join(", ");
  const predictive = task &&
    await predict(keyFor("report", seed), { task, from, observed: observed!, draws, artifact });
  const { convergenceWarnings, observationWarnings, posteriorReport } = await import("@likely/sbi");
  const warnings = [
    ...warningsOf(artifact),
    ...(observed ? await observationWarnings(artifact, observed) : []),
    ...draws.warnings,
    ...convergenceWarnings(draws),
  ];
  const page = await posteriorReport({
    title: `Posterior of ${artifact.provenance.simulator}`,
    ...leadOf(artifact, beta),
    artifact,
    // Of the run a table tells nothing; the page says so.
    draws: { ...draws, info: { divergences: NaN, ...draws.info }, warnings: [...new Set(warnings)] },
    ...(predictive && { predictive }),
    ...(args.has("page") && {
      page: { address: args.text("page")!, x: observed!, ...(beta !== undefined && { beta }) },
    }),
  });
  await writeOutput(out, page);
  console.log(
    `${out}: ${(page.length / 1000).toFixed(0)} kB, ${(page.match(/<figure>/g) ?? []).length} figures`,
  );
}

/** What kind of posterior it is, where it is not the Bayesian one. */
function leadOf(artifact: Artifact, beta: number | undefined): { readonly lead?: string } {
  if (artifact.kind === "cost") {
    const value = beta ?? "not told: it is not in the file of draws, see --beta";
    return { lead: `Generalized posterior by a cost; beta, in 1 / ${unitOf(artifact)}: ${value}.` };
  }
  return beta === undefined || beta === 1 ? {} : { lead: `Of the likelihood to the power of ${beta}.` };
}

function requireOfModel(path: string, { names, length, values }: Draws, { prior }: Artifact): void {
  const expected = priorShape(prior).names;
  if (JSON.stringify(names) !== JSON.stringify(expected)) {
    throw new TypeError(
      `Cannot report ${path} as its columns must be the model's parameters, ${expected.join(", ")}: ` +
        `current value is ${names.join(", ")}`,
    );
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const at = Math.floor(bad / names.length);
  throw new RangeError(
    `Cannot report ${path} as every draw must be finite: draw ${at % length} of chain ` +
      `${Math.floor(at / length)} has ${values[bad]} for ${names[bad % names.length]}`,
  );
}

/** The data, or the row of them that the draws are of. */
async function observedRows(args: Arguments, x: string, artifact: Artifact): Promise<Points> {
  const all = await readObservation(x, artifact);
  const i = args.integer("row", 1);
  if (i === undefined) {
    if (artifact.kind === "posterior" && all.n > 1) {
      args.refuse(
        `--row must say which of the ${all.n} rows the draws are of, as the model is of a posterior`,
      );
    }
    requireFits(x, all, artifact);
    return all;
  }
  if (i > all.n) args.refuse(`--row must be in the data: current value is ${i}, of ${all.n} rows`);
  const observed = points(row(all, i - 1), all.dim);
  requireFits(`row ${i} of ${x}`, observed, artifact);
  return observed;
}

/** What the posterior predictive needs. */
interface Prediction {
  readonly task: string;
  /** Where the data are from, in words. */
  readonly from: string;
  readonly observed: Points;
  readonly draws: Draws;
  readonly artifact: Artifact;
}

async function predict(
  key: Key,
  { task: name, from, observed, draws, artifact }: Prediction,
): Promise<NonNullable<PosteriorReportOptions["predictive"]>> {
  const { task } = await loadTask(name);
  requireTaskOf(name, task, artifact);
  const which = observed.n > 1 ? `, first of ${observed.n} observations` : "";
  return {
    t: Array.from({ length: observed.dim }, (_, j) => j + 1),
    observed: row(observed, 0),
    replicates: await replicate(key, task, spread(draws)),
    xLabel: "column of x",
    yLabel: `x of ${from}${which}`,
  };
}

/** At most 1,000 draws, evenly over all chains. */
function spread({ values, names }: Draws): Points {
  const all = points(values, names.length);
  const n = Math.min(1000, all.n);
  return gatherRows(all, Uint32Array.from({ length: n }, (_, i) => Math.floor(i * all.n / n)));
}

/** One x for each draw, simulated together; those that failed are left out. */
async function replicate(key: Key, { prior, simulator }: TaskSource["task"], theta: Points): Promise<Points> {
  const source = { prior: { ...prior, sample: () => theta }, simulator };
  const { x } = await simulate(key, source, theta.n);
  return x;
}
